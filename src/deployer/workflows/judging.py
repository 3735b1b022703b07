"""The work behind a verdict: load the fleet, compile each hub, check its values, and let its target refuse it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from deployer.config import paths
from deployer.config.documents import NOTHING_READ, Read
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.loading import load_fleet
from deployer.config.messages import problem
from deployer.errors import ConfigurationError
from deployer.model.problem import Problem, Severity, in_order, of_hub
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.model.rendering import Asked
from deployer.model.tree import FleetTree
from deployer.planning.redaction import redacted
from deployer.workflows.choosing import target_name
from deployer.workflows.preparation import prepared
from deployer.workflows.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class _Judged:
    """Of a share of the hubs: their problems, and how many could not be rendered, by the reason."""

    problems: tuple[Problem, ...]
    untried: Mapping[str, int]


def judge(effects: Effects, tree: FleetTree, read: Read = NOTHING_READ, *, render: bool, fetch: bool = False) -> Verdict:
    """All problems of the fleet; with `render`, also those of the targets and charts that would get what its files come to.
    With `fetch`, charts that are not on this machine are fetched for that."""
    fleet = load_fleet(tree, effects.carried.read(), read)
    hubs = [(cluster, hub) for cluster in fleet.clusters.values() for hub in cluster.hubs.values()]
    problems = [*fleet.problems]
    untried = Counter[str]()
    for share in effects.processors.shared(partial(_judged, effects, fleet, render=render, fetch=fetch), hubs):
        untried.update(share.untried)
        problems += share.problems
    return Verdict(problems=in_order(problems), clusters=_names(tree, fleet), untried=untried)


def _judged(
    effects: Effects, fleet: LoadedFleet, hubs: Sequence[tuple[LoadedCluster, LoadedHub]], *, render: bool, fetch: bool
) -> _Judged:
    found: list[Problem] = []
    fine: list[Release] = []
    for cluster, hub in hubs:
        release, problems = prepared(fleet, cluster, hub)
        found += of_hub(hub.ref, problems)
        if not any(problem.severity is Severity.ERROR for problem in problems):
            fine.append(release)
    refused, untried = _rendered(effects, fleet, fine, fetch=fetch) if render else ([], {})
    return _Judged((*found, *refused), untried)


def _rendered(
    effects: Effects, fleet: LoadedFleet, releases: Sequence[Release], *, fetch: bool
) -> tuple[list[Problem], dict[str, int]]:
    """What targets and charts refuse, and how many hubs could not be tried, by the reason."""
    problems: list[Problem] = []
    asked: list[Asked] = []
    key = effects.state.digest_key(keep=False)
    for release in (redacted(release, key) for release in releases):
        target = effects.targets.get(target_name(fleet, release.ref.cluster))
        if target is None:
            kubernetes = fleet.clusters[release.ref.cluster].spec.kubernetes
            asked.append(Asked(release=release, kube_version=f"{kubernetes.version}.0" if kubernetes else ""))
            continue
        try:
            target.render(release)
        except ConfigurationError as error:
            problems += of_hub(release.ref, error.problems)
    if not asked:
        return problems, {}
    mirrors = {str(address): mirror for address, mirror in fleet.fleet.chart_mirrors.items()}
    answer = effects.rendering.rendered(asked, mirrors=mirrors, fetch=fetch)
    for ref, reason in answer.refused.items():
        problems += of_hub(ref, [_refusal(fleet, ref, reason)])
    for ref, fault in answer.broken.items():
        problems += of_hub(ref, [problem("chart-dependency", fault.place, reason=fault.reason, advice=fault.advice)])
    return problems, dict(Counter(answer.untried.values()))


def _refusal(fleet: LoadedFleet, ref: HubRef, reason: str) -> Problem:
    """A chart's own words; whose line it was only `explain` can say."""
    hub = fleet.clusters[ref.cluster].hubs[ref.hub]
    return problem("chart-refuses", hub.source.place(()), chart=hub.chart, cluster=ref.cluster, hub=ref.hub, reason=reason)


def _names(tree: FleetTree, fleet: LoadedFleet) -> dict[str, tuple[str, ...]]:
    """Every cluster that has files, with its hubs that loaded and those that did not."""
    folders = set(paths.clusters((*tree.files, *tree.faults)))
    hubs: dict[str, set[str]] = {name: set() for name in folders | set(fleet.clusters)}
    for cluster in fleet.clusters.values():
        hubs[cluster.name].update(cluster.hubs)
    for ref in fleet.broken:
        hubs.setdefault(ref.cluster, set()).add(ref.hub)
    return {name: tuple(sorted(hubs[name])) for name in sorted(hubs)}
