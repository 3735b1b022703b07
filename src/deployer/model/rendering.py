"""Whether charts take the values of many hubs, without a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from deployer.model.place import Place
from deployer.model.release import HubRef, Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A redacted release, and the version of Kubernetes that it is rendered for; empty: a usual one."""

    release: Release
    kube_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartFault:
    """What is wrong with a chart's own files, whatever a hub's values say."""

    place: Place
    reason: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What was refused, and what could not be tried, each with the reason; all others are fine. `broken`: hubs whose chart has
    something wrong in its own files."""

    refused: Mapping[HubRef, str] = field(default_factory=dict)
    broken: Mapping[HubRef, ChartFault] = field(default_factory=dict)
    untried: Mapping[HubRef, str] = field(default_factory=dict)


class Rendering(Protocol):
    """Renders releases as a deploy would, several at a time."""

    def possible(self) -> str:
        """A short text that changes when more (or less) can be rendered on this machine: it belongs to what is remembered."""

    def hub_chart_values(self, release: Release) -> tuple[str, bytes] | None:
        """The values.yaml of the zero-to-jupyterhub in the release's chart, with a name for it; None where that is not on this
        machine."""

    def rendered(self, asked: Sequence[Asked], *, mirrors: Mapping[str, str], fetch: bool) -> Rendered:
        """Try every release. Charts that are not on this machine are fetched with `fetch`, else their hubs stay untried."""
