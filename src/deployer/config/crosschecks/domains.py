"""A domain leads to one place only."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.config.loaded import LoadedFleet, Sourced
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.model.place import KeyPath
from deployer.model.problem import Problem


def check(fleet: LoadedFleet, _shelf: Shelf) -> Iterator[Problem]:
    """Hubs without a domain, and domains used twice in the fleet."""
    first: dict[str, tuple[Sourced, KeyPath]] = {}
    for domain, source, path in _domains(fleet):
        if domain in first:
            other, at = first[domain]
            yield problem("domain-twice", source.place(path), domain=domain, first=other.place(at))
        first.setdefault(domain, (source, path))
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            if cluster.spec.provider != "local" and hub.spec.domain is None:
                yield problem("domain-missing", hub.source.place(("domain",)))


def _domains(fleet: LoadedFleet) -> Iterator[tuple[str, Sourced, KeyPath]]:
    for cluster in fleet.clusters.values():
        if cluster.spec.support:
            for part in ("grafana", "prometheus"):
                domain = getattr(cluster.spec.support, part).domain
                if domain:
                    yield domain, cluster.source, ("support", part, "domain")
        for hub in cluster.hubs.values():
            if hub.spec.domain:
                yield hub.spec.domain, hub.source, ("domain",)
