"""Fleets whose compiled values the tests look at: the examples, and one with a hub for each login provider and section."""

from __future__ import annotations

from functools import cache

from tests.support.cases import TESTS, own_charts, read_tree

from deployer.compiling.hub import Compiled, compile_hub
from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree

FLEETS = {"examples": TESTS.parent, "sections": TESTS / "golden" / "fleet"}


@cache
def files_of(fleet: str) -> dict[str, bytes]:
    """The files of one of the fleets. Copy before changing."""
    return read_tree(FLEETS[fleet])


@cache
def fleet_of(fleet: str) -> LoadedFleet:
    """One of the fleets, loaded as the deployer loads it."""
    return load_fleet(FleetTree(files_of(fleet)), own_charts())


def hubs() -> list[tuple[str, HubRef]]:
    """Every hub of both fleets."""
    return [(name, hub.ref) for name in FLEETS for cluster in fleet_of(name).clusters.values() for hub in cluster.hubs.values()]


def compiled(fleet: LoadedFleet, ref: HubRef) -> Compiled:
    """One hub's values."""
    cluster = fleet.clusters[ref.cluster]
    return compile_hub(fleet, cluster, cluster.hubs[ref.hub])


def compiled_from(files: dict[str, str], ref: HubRef) -> Compiled:
    """One hub of a fleet that is given as texts by path."""
    return compiled(load_fleet(FleetTree({path: text.encode() for path, text in files.items()})), ref)


def compiled_hub(hub: str, *, cluster: str = "provider: local", fleet: str = "", hubs_file: str = "hub") -> Compiled:
    """One hub from the text of its file, on a local cluster unless said otherwise."""
    files = {
        "config/fleet.yaml": fleet or "{}",
        "config/clusters/here/cluster.yaml": f"name: here\n{cluster}\n",
        f"config/clusters/here/hubs/{hubs_file}.yaml": hub,
    }
    return compiled_from(files, HubRef("here", hubs_file))
