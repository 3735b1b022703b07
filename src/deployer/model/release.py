"""What compiling makes of one hub: the values that a target runs, each leaf knowing its source."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployer.model.place import KeyPath, Place, value_at


@dataclass(frozen=True, slots=True)
class HubRef:
    """A hub's address in a fleet. On Kubernetes `hub` is also the namespace and the release's name."""

    cluster: str
    hub: str

    def __str__(self) -> str:
        return f"{self.cluster}/{self.hub}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who set a leaf of the values.

    `source`: `file` (a person wrote this leaf as it is, at `place`), `compiled` (made from the hub file's key `key`, which
    stands at `place`), or `default` (the deployer's own, with no `place`, or the chart's). `overrode` has what
    it replaced, newest first.
    """

    source: str
    key: str = ""
    place: Place | None = None
    overrode: tuple[Origin, ...] = ()

    def __str__(self) -> str:
        match self.source:
            case "file":
                return str(self.place)
            case "compiled":
                return f"compiled from {self.key} ({self.place})" if self.place else f"compiled from {self.key}"
            case _:
                text = self.key or "chart default"
                return f"{text} ({self.place})" if self.place else text


@dataclass(frozen=True, slots=True)
class ChartOverride:
    """A Chart.yaml of a hub's own, in place of that of `chart`: a folder of charts, the hub's or one that the hub's wraps."""

    chart: str
    file: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Everything a target needs to run one hub.

    `values` are in the chart's contract (the zero-to-jupyterhub part below `jupyterhub`); `origins` maps each leaf's path to who
    set it; `secret_paths` are the leaves that must never be shown; `identity` is what the landing page and the check need.
    """

    ref: HubRef
    chart: str
    values: Mapping[str, Any]
    origins: Mapping[KeyPath, Origin] = field(default_factory=dict)
    secret_paths: Container[KeyPath] = frozenset()
    display_name: str = ""
    domain: str = ""
    login: str = ""
    """The login provider's name as the hub file says it, or the authenticator's class for raw values."""
    stage: str = "production"
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The chart's own values, over which Helm lays `values`; a target without Helm does it itself."""
    hub_at: KeyPath = ("jupyterhub",)
    """Where zero-to-jupyterhub's own values begin."""
    contact: str = ""
    """Mail address of those who run the hub."""
    chart_override: ChartOverride | None = None
    first_port: int = 8000
    """For the local target: the port of the cluster's first hub."""

    def effective(self, path: KeyPath = ()) -> Any:
        """What the chart's templates see at a path: its own values, and over them the release's. None where neither says it."""
        said, default = value_at(self.values, path), value_at(self.defaults, path)
        return default if said is None else merged(default, said)


def merged(under: Any, over: Any) -> Any:
    """Helm's merge: mappings merge, everything else replaces; a null stays, as it also takes away what a chart inside says."""
    if not (isinstance(under, Mapping) and isinstance(over, Mapping)):
        return over
    return {**under, **{name: merged(under[name], entry) if name in under else entry for name, entry in over.items()}}
