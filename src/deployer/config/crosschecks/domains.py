"""A domain leads to one place only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from deployer.config.loaded import LoadedCluster, LoadedFleet, Sourced
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.model.place import KeyPath, value_at
from deployer.model.problem import Problem

_Said: TypeAlias = tuple[str, Sourced, KeyPath]
"""A domain, and where it is said."""

_INGRESS_HOSTS: Mapping[str, KeyPath] = {
    "grafana": ("grafana", "ingress", "hosts"),
    "prometheus": ("prometheus", "server", "ingress", "hosts"),
}
"""Part of the support stack -> where its chart's values have its hosts."""


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


def _domains(fleet: LoadedFleet) -> Iterator[_Said]:
    for cluster in fleet.clusters.values():
        for part in _INGRESS_HOSTS:
            # One part may say its domain in several layers.
            yield from {said[0]: said for said in _support_domains(cluster, part)}.values()
        for hub in cluster.hubs.values():
            if hub.spec.domain:
                yield hub.spec.domain, hub.source, ("domain",)


def _support_domains(cluster: LoadedCluster, part: str) -> Iterator[_Said]:
    """What cluster.yaml says, and the hosts that values name in the charts' own words."""
    domain = getattr(cluster.spec.support, part).domain if cluster.spec.support else None
    if domain:
        yield domain, cluster.source, ("support", part, "domain")
    for layer in cluster.support_layers:
        path = (*layer.base, *_INGRESS_HOSTS[part])
        hosts = value_at(layer.source.data, path)
        for index, host in enumerate(hosts if isinstance(hosts, list) else []):
            if isinstance(host, str):
                yield host, layer.source, (*path, index)
