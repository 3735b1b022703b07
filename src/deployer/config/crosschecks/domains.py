"""A domain leads to one place only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub, Sourced, ValuesLayer
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.model.place import KeyPath, Place, value_at
from deployer.model.problem import Problem, of_hub

_INGRESS_HOSTS: Mapping[str, KeyPath] = {
    "grafana": ("grafana", "ingress", "hosts"),
    "prometheus": ("prometheus", "server", "ingress", "hosts"),
}
"""Part of the support stack -> where its chart's values have its hosts."""
_HOSTS: KeyPath = ("ingress", "hosts")
"""Where zero-to-jupyterhub's values have a hub's."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A domain, where it is said, and of which hub; None: of a part of the support stack."""

    domain: str
    source: Sourced
    path: KeyPath
    hub: LoadedHub | None = None

    @property
    def place(self) -> Place:
        return self.source.place(self.path)

    @property
    def inherited(self) -> bool:
        """Not said in the hub's own file, which in 2i2c's format has no values."""
        return self.hub is not None and not self.hub.legacy and self.place.file != self.hub.source.file


def check(fleet: LoadedFleet, _shelf: Shelf) -> Iterator[Problem]:
    """Hubs without a domain, and domains used twice in the fleet."""
    said: dict[str, list[_Said]] = {}
    for one in _domains(fleet):
        said.setdefault(one.domain, []).append(one)
    for several in said.values():
        if len(several) > 1:
            yield from _twice(several)
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            if cluster.spec.provider != "local" and hub.spec.domain is None:
                yield from of_hub(hub.ref, [problem("domain-missing", hub.source.place(("domain",)))])


def _twice(said: list[_Said]) -> Iterator[Problem]:
    """Whoever says it as `domain` has it before those who name it among hosts, and those before whoever has it from elsewhere."""
    first, *others = sorted(said, key=lambda one: (one.inherited, one.path[-1] != "domain"))
    for one in others:
        if one.hub and (one.inherited or one.place == first.place):
            told = problem("domain-inherited", one.hub.source.place(()), domain=one.domain, origin=one.place)
        else:
            told = problem("domain-twice", one.place, domain=one.domain, first=first.place)
        yield from of_hub(one.hub.ref, [told]) if one.hub else [told]


def _domains(fleet: LoadedFleet) -> Iterator[_Said]:
    """Each once of whoever may say it in several layers."""
    for cluster in fleet.clusters.values():
        for part in _INGRESS_HOSTS:
            yield from {said.domain: said for said in _support_domains(cluster, part)}.values()
        for hub in cluster.hubs.values():
            chart = fleet.chart_of(hub)
            hosts = (*(chart.hub_at if chart else ("jupyterhub",)), *_HOSTS)
            yield from {said.domain: said for said in _hub_domains(hub, hosts)}.values()


def _hub_domains(hub: LoadedHub, path: KeyPath) -> Iterator[_Said]:
    """The hosts of the values that win, and `domain`."""
    named = (list(_hosts(layer, path)) for layer in reversed(hub.layers))
    for host, source, at in next((hosts for hosts in named if hosts), []):
        yield _Said(host, source, at, hub)
    if hub.spec.domain:
        yield _Said(hub.spec.domain, hub.source, ("domain",), hub)


def _support_domains(cluster: LoadedCluster, part: str) -> Iterator[_Said]:
    """What cluster.yaml says, and the hosts that values name in the charts' own words."""
    domain = getattr(cluster.spec.support, part).domain if cluster.spec.support else None
    if domain:
        yield _Said(domain, cluster.source, ("support", part, "domain"))
    for layer in cluster.support_layers:
        for host, source, at in _hosts(layer, _INGRESS_HOSTS[part]):
            yield _Said(host, source, at)


def _hosts(layer: ValuesLayer, path: KeyPath) -> Iterator[tuple[str, Sourced, KeyPath]]:
    """The hosts that a layer names, and where."""
    at = (*layer.base, *path)
    hosts = value_at(layer.source.data, at)
    for index, host in enumerate(hosts if isinstance(hosts, list) else []):
        if isinstance(host, str):
            yield host, layer.source, (*at, index)
