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
from deployer.model.problem import Problem


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """The whole fleet's own settings."""
    if not fleet.clusters and not any(path.startswith(f"{CLUSTERS}/") for path in shelf.tree.files):
        yield problem("no-clusters", Place(CLUSTERS, 1, 1))
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
    known = sorted({path.split("/")[2] for path in shelf.tree.files if path.startswith(f"{CLUSTERS}/") and path.count("/") > 2})
    first: dict[str, str] = {}
    for ring, members in fleet.fleet.rings.items():
        for index, cluster in enumerate(members.clusters):
            place = fleet.fleet_source.place(("rings", ring, "clusters", index))
            if cluster not in known:
                advice = did_you_mean(cluster, known, otherwise="clusters")
                yield problem("ring-cluster-unknown", place, cluster=cluster, advice=advice)
            elif cluster in first:
                yield problem("ring-cluster-twice", place, cluster=cluster, first=first[cluster], second=ring)
            first.setdefault(cluster, ring)


def _charts(fleet: LoadedFleet) -> Iterator[Problem]:
    """Hubs in 2i2c's format are checked where their entries are read."""
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            if not hub.legacy and fleet.charts and hub.chart not in fleet.charts:
                advice = did_you_mean(hub.chart, fleet.charts, otherwise="charts")
                yield problem("chart-unknown", hub.source.place(("chart",)), chart=hub.chart, advice=advice)
