"""The releases that a cluster has once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from deployer.model.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """One release. `objects`: how many the chart comes to; `before`: helm's revision until now, 0 where there was none;
    `unchanged`: it runs as it is to run, so nothing is to be done; `planned`: nothing was written, as in a dry run."""

    name: str
    objects: int
    before: int
    unchanged: bool
    planned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportReport:
    """What was installed, in order; nothing where the deployer runs no support stack on the cluster."""

    cluster: str
    releases: tuple[Installed, ...]


class SupportStack(Protocol):
    """Where the support stack of one cluster goes."""

    def install(self, release: Release, *, dry_run: bool, force: bool) -> Installed:
        """Install or upgrade the release in the namespace of its name and wait until it runs; one that runs as it is to run is
        left alone, unless `force`. With `dry_run` nothing is written. Raises ExternalError, LockedError, and UnhealthyError where
        it does not come to run."""
