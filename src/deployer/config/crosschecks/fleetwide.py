"""fleet.yaml against the deployer and the clusters; charts that hubs name."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from deployer import __version__
from deployer.config.loaded import LoadedFleet
from deployer.config.messages import problem
from deployer.config.paths import CLUSTERS
from deployer.config.shelf import Shelf
from deployer.config.suggestions import did_you_mean
from deployer.model.place import Place
from deployer.model.problem import Problem, of_hub


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """The whole fleet's own settings."""
    if not fleet.clusters and not any(path.startswith(f"{CLUSTERS}/") for path in shelf.tree.files):
        yield problem("no-clusters", Place(CLUSTERS, 1, 1))
    if "extends" in fleet.fleet.defaults.hub:
        yield problem("extends-default", fleet.fleet_source.place(("defaults", "hub", "extends"), key=True))
    yield from _version(fleet)
    yield from _rings(fleet, shelf)
    yield from _charts(fleet)


def _version(fleet: LoadedFleet) -> Iterator[Problem]:
    wanted = fleet.fleet.deployer
    if wanted is None:
        return
    place = fleet.fleet_source.place(("deployer",))
    try:
        fits = SpecifierSet(wanted).contains(__version__, prereleases=True)
    except InvalidSpecifier:
        yield problem("deployer-specifier", place, written=wanted)
        return
    if not fits:
        yield problem("deployer-version", place, wanted=wanted, version=__version__)


def _rings(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    clusters = sorted(
        {path.split("/")[2] for path in shelf.tree.files if path.startswith(f"{CLUSTERS}/") and path.count("/") > 2}
    )
    hubs = sorted(
        {*(str(hub.ref) for cluster in fleet.clusters.values() for hub in cluster.hubs.values()), *map(str, fleet.broken)}
    )
    for kind, known in (("cluster", clusters), ("hub", hubs)):
        yield from _members(fleet, f"{kind}s", kind, known)
    for name, ring in fleet.fleet.rings.items():
        if not ring.clusters and not ring.hubs and ring.share is None:
            yield problem("ring-empty", fleet.fleet_source.place(("rings", name), key=True), ring=name)


def _members(fleet: LoadedFleet, key: str, kind: str, known: list[str]) -> Iterator[Problem]:
    """Each is there, and in one ring."""
    first: dict[str, str] = {}
    for ring, members in fleet.fleet.rings.items():
        for index, name in enumerate(getattr(members, key)):
            place = fleet.fleet_source.place(("rings", ring, key, index))
            if name not in known:
                yield problem("ring-member-unknown", place, kind=kind, name=name, advice=did_you_mean(name, known, otherwise=key))
            elif name in first:
                yield problem("ring-member-twice", place, kind=kind, name=name, first=first[name], second=ring)
            first.setdefault(name, ring)


def _charts(fleet: LoadedFleet) -> Iterator[Problem]:
    """Hubs in 2i2c's format are checked where their entries are read."""
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            if not hub.legacy and fleet.charts and hub.chart not in fleet.charts:
                advice = did_you_mean(hub.chart, fleet.charts, otherwise="charts")
                unknown = problem("chart-unknown", hub.source.place(("chart",)), chart=hub.chart, advice=advice)
                yield from of_hub(hub.ref, [unknown])
