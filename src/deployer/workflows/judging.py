"""The work behind a verdict: load the fleet, compile each hub, check its values, and let its target refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployer.config import paths
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.loading import load_fleet
from deployer.errors import ConfigurationError
from deployer.model.problem import Problem, Severity, in_order
from deployer.model.protocols import Effects
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree
from deployer.planning.redaction import redacted
from deployer.workflows.choosing import target_name
from deployer.workflows.preparation import prepared
from deployer.workflows.verdicts import Finding, Verdict

_CLUSTERS = "config/clusters/"


def judge(effects: Effects, tree: FleetTree, *, render: bool) -> Verdict:
    """All problems of the fleet; with `render`, also those of the targets that would get what its files come to."""
    fleet = load_fleet(tree, effects.carried.read())
    owners: dict[Problem, set[str]] = {problem: set() for problem in fleet.problems}
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            for problem in _problems_of(effects, fleet, cluster, hub, render=render):
                owners.setdefault(problem, set()).add(hub.ref.hub)
    files = _files_of_hubs(fleet)
    return Verdict(
        findings=tuple(_finding(problem, owners[problem], files) for problem in in_order(owners)),
        clusters=_names(tree, fleet),
    )


def _problems_of(
    effects: Effects, fleet: LoadedFleet, cluster: LoadedCluster, hub: LoadedHub, *, render: bool
) -> Iterator[Problem]:
    release, problems = prepared(fleet, cluster, hub)
    yield from problems
    target = effects.targets.get(target_name(fleet, cluster.name))
    if render and target and not any(problem.severity is Severity.ERROR for problem in problems):
        try:
            target.render(redacted(release, effects.state.digest_key(keep=False)))
        except ConfigurationError as error:
            yield from error.problems


def _files_of_hubs(fleet: LoadedFleet) -> dict[str, set[str]]:
    """File -> the hubs that are made from it and from no file of the whole cluster."""
    files: dict[str, set[str]] = {}
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            own = (hub.source.place(()).file, *(layer.file for layer in hub.layers), *hub.secret_files)
            for file in own:
                files.setdefault(file, set()).add(hub.ref.hub)
    for ref in fleet.broken:
        files.setdefault(_hub_file(ref), set()).add(ref.hub)
    return files


def _hub_file(ref: HubRef) -> str:
    return f"{_CLUSTERS}{ref.cluster}/hubs/{ref.hub}.yaml"


def _finding(problem: Problem, owners: set[str], files: Mapping[str, set[str]]) -> Finding:
    file = problem.place.file
    cluster = file.removeprefix(_CLUSTERS).split("/")[0] if file.startswith(_CLUSTERS) else ""
    own = owners or (files.get(file, set()) if "/hubs/" in file or not file.endswith("/cluster.yaml") else set())
    return Finding(problem=problem, cluster=cluster, hubs=tuple(sorted(own)))


def _names(tree: FleetTree, fleet: LoadedFleet) -> dict[str, tuple[str, ...]]:
    """Every cluster that has files, with its hubs that loaded and those that did not."""
    folders = set(paths.clusters((*tree.files, *tree.faults)))
    hubs: dict[str, set[str]] = {name: set() for name in folders | set(fleet.clusters)}
    for cluster in fleet.clusters.values():
        hubs[cluster.name].update(cluster.hubs)
    for ref in fleet.broken:
        hubs.setdefault(ref.cluster, set()).add(ref.hub)
    return {name: tuple(sorted(hubs[name])) for name in sorted(hubs)}
