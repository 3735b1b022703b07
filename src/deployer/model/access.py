"""How a cluster is reached: frozen data between its file, the clouds and the Kubernetes target."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAccess:
    """What cluster.yaml says about reaching a cluster.

    `facts` are the fields of its cloud's block (`account`, `region`, `cluster` ...). For `kubeconfig`: `file` is the path of the
    kubeconfig relative to the fleet, `context` the context in it, empty for its current one.
    """

    cluster: str
    provider: str
    facts: Mapping[str, str] = field(default_factory=dict)
    chart_mirrors: Mapping[str, str] = field(default_factory=dict)
    """Chart repository -> the address that is used instead."""


@dataclass(frozen=True, slots=True)
class Kubeconfig:
    """A kubeconfig file that programs and clients may read, and the context in it; empty: its current one."""

    file: Path
    context: str = ""


class Cloud(Protocol):
    """Who gives access to a cluster."""

    def kubeconfig(self, access: ClusterAccess) -> AbstractContextManager[Kubeconfig]:
        """A kubeconfig, private and gone at the end. Raises UsageError where the file does not say enough, ExternalError where
        access is refused."""
