"""Which hubs a command is about, and on which target they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.errors import DeployerError, ExternalError, UsageError
from deployer.model.access import ClusterAccess
from deployer.model.protocols import Effects, Target
from deployer.model.release import HubRef
from deployer.workflows.selection import known

CLUSTERS = "config/clusters"
TRY = "try"
"""The target of `deployer try`."""
_TARGET_OF_PROVIDER = {"local": "local"}
_KUBERNETES = "kubernetes"
_AT_ONCE = 32
"""Clusters that are looked at side by side: one that does not answer takes a minute."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What a command line asked for: hubs of a cluster, or with `everything` all of them."""

    cluster: str | None
    hubs: tuple[str, ...] = ()
    everything: bool = False


def to_deploy(fleet: LoadedFleet, choice: Choice) -> tuple[HubRef, ...]:
    """The hubs to deploy, each once. Raises UnknownNameError, and UsageError where nothing is chosen."""
    if choice.hubs and choice.everything:
        raise UsageError("hubs are named, and --all is given too", hint="Name hubs, or give --all.")
    if choice.cluster is None:
        refs = _of_fleet(fleet, choice)
    else:
        refs = _of_cluster(fleet, known("cluster", choice.cluster, cluster_names(fleet)), choice)
    if not refs:
        raise UsageError("there is no hub to deploy", hint="`deployer new hub CLUSTER HUB` writes one.")
    return refs


def _of_fleet(fleet: LoadedFleet, choice: Choice) -> tuple[HubRef, ...]:
    if not choice.everything:
        raise UsageError("no cluster and no hub is named", hint=f"{_listed('Clusters', cluster_names(fleet))} Or give --all.")
    return tuple(ref for cluster in cluster_names(fleet) for ref in _refs(fleet, cluster))


def _of_cluster(fleet: LoadedFleet, cluster: str, choice: Choice) -> tuple[HubRef, ...]:
    refs = _refs(fleet, cluster)
    if choice.everything:
        return refs
    if not choice.hubs:
        hint = f"{_listed('Its hubs', [ref.hub for ref in refs])} Or give --all."
        raise UsageError(f"no hub of cluster `{cluster}` is named", hint=hint)
    return tuple(dict.fromkeys(_hub(cluster, name, refs) for name in choice.hubs))


@dataclass(frozen=True, slots=True)
class Found:
    """A hub that a file names (`declared`), or that exists at a target, or both. `target`: None where this deployer has none, or
    where its cluster cannot be reached; `fault` says why then."""

    ref: HubRef
    target: Target | None
    declared: bool
    fault: str = ""


def found(effects: Effects, fleet: LoadedFleet, choice: Choice) -> tuple[Found, ...]:
    """The hubs of the choice, whether files name them or not; no hubs: all of the cluster; no cluster: all of the fleet, even if
    some of its clusters cannot be reached. Raises UnknownNameError, and what keeps a single cluster from being reached."""
    here = {(name, ref) for name, target in effects.targets.items() for ref in target.hubs(choice.cluster)}
    if choice.cluster is not None:
        known("cluster", choice.cluster, {*cluster_names(fleet), *(ref.cluster for _, ref in here)})
    clusters = cluster_names(fleet) if choice.cluster is None else (choice.cluster,)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looks = dict(zip(clusters, pool.map(lambda cluster: _looked(effects, fleet, cluster), clusters), strict=True))
    if len(looks) == 1 and (error := looks[clusters[0]].error):
        raise error
    here |= {(_KUBERNETES, ref) for look in looks.values() for ref in look.hubs}
    declared = {(target_name(fleet, cluster), ref) for cluster in clusters for ref in _refs(fleet, cluster)}
    pairs = sorted(here | declared, key=lambda pair: (str(pair[1]), pair[0]))
    if choice.cluster is not None and choice.hubs:
        wanted = {_hub(choice.cluster, name, [ref for _, ref in pairs]) for name in choice.hubs}
        pairs = [pair for pair in pairs if pair[1] in wanted]

    def at(name: str, ref: HubRef) -> Found:
        look = looks.get(ref.cluster, _NOWHERE) if name == _KUBERNETES else _Look(effects.targets.get(name))
        return Found(ref, look.target, (name, ref) in declared, look.error.message if look.error else "")

    return tuple(at(name, ref) for name, ref in pairs)


def one(effects: Effects, fleet: LoadedFleet, cluster: str, hub: str) -> tuple[Target, HubRef]:
    """One hub where it runs; else where its file says that it should. Raises UnknownNameError, UsageError."""
    candidates = found(effects, fleet, Choice(cluster, (hub,)))
    reachable = [(candidate.target, candidate.ref) for candidate in candidates if candidate.target]
    if not reachable:
        raise no_target(fleet, candidates[0].ref)
    if len(reachable) == 1:
        return reachable[0]
    return next(((target, ref) for target, ref in reachable if target.running(ref)), reachable[0])


@contextmanager
def reaching(effects: Effects, fleet: LoadedFleet, refs: Iterable[HubRef]) -> Iterator[None]:
    """Reach the hubs' clusters beside what the block does; one that cannot be reached says so where its target is asked for."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for cluster in {ref.cluster for ref in refs}:
            pool.submit(cluster_target, effects, fleet, cluster)
        yield


def target_for(effects: Effects, fleet: LoadedFleet, ref: HubRef) -> Target:
    """Where a hub's file says that it runs. Raises UsageError where this deployer has no such target."""
    target = _target(effects, fleet, target_name(fleet, ref.cluster), ref.cluster)
    if target is None:
        raise no_target(fleet, ref)
    return target


def cluster_target(effects: Effects, fleet: LoadedFleet, cluster: str) -> Target:
    """The target of a cluster's hubs. Raises UsageError where this deployer has none."""
    target = _target(effects, fleet, target_name(fleet, cluster), cluster)
    if target is None:
        provider = fleet.clusters[cluster].spec.provider if cluster in fleet.clusters else _KUBERNETES
        raise UsageError(
            f"cluster {cluster} is on {provider}, which this deployer does not reach yet",
            hint=f"`deployer validate {cluster}` looks at its files.",
        )
    return target


def _target(effects: Effects, fleet: LoadedFleet, name: str, cluster: str) -> Target | None:
    """A target of this machine, or the one of a Kubernetes cluster that can be reached; None for others."""
    if name != _KUBERNETES:
        return effects.targets.get(name)
    access = cluster_access(fleet, cluster)
    return effects.kubernetes(access) if access else None


@dataclass(frozen=True, slots=True)
class _Look:
    """A target, what there is of a cluster on it, or why that cannot be told."""

    target: Target | None = None
    hubs: tuple[HubRef, ...] = ()
    error: DeployerError | None = None


_NOWHERE = _Look()


def _looked(effects: Effects, fleet: LoadedFleet, cluster: str) -> _Look:
    if target_name(fleet, cluster) != _KUBERNETES:
        return _NOWHERE
    try:
        target = _target(effects, fleet, _KUBERNETES, cluster)
        return _Look(target, target.hubs(cluster)) if target else _NOWHERE
    except (ExternalError, UsageError) as error:
        return _Look(error=error)


def cluster_access(fleet: LoadedFleet, cluster: str) -> ClusterAccess | None:
    """What cluster.yaml says about reaching a Kubernetes cluster; None where this deployer cannot reach such a one."""
    loaded_cluster = fleet.clusters.get(cluster)
    if loaded_cluster is None or loaded_cluster.spec.kubeconfig is None:
        return None
    block = loaded_cluster.spec.kubeconfig
    facts = {"file": f"{CLUSTERS}/{cluster}/{block.file}", "context": block.context or ""} if block.file else {}
    mirrors = {str(address): mirror for address, mirror in fleet.fleet.chart_mirrors.items()}
    return ClusterAccess(cluster=cluster, provider=loaded_cluster.spec.provider, facts=facts, chart_mirrors=mirrors)


def no_target(fleet: LoadedFleet, ref: HubRef) -> UsageError:
    """This deployer cannot reach where the hub runs."""
    cluster = fleet.clusters.get(ref.cluster)
    return UsageError(
        f"{ref} runs on {cluster.spec.provider if cluster else _KUBERNETES}, which this deployer does not reach yet",
        hint=f"`deployer try {ref.cluster} {ref.hub}` runs it on this machine.",
    )


def target_name(fleet: LoadedFleet, cluster: str) -> str:
    """The name of the target of a cluster's hubs."""
    spec = fleet.clusters[cluster].spec if cluster in fleet.clusters else None
    return _TARGET_OF_PROVIDER.get(spec.provider, _KUBERNETES) if spec else _KUBERNETES


def cluster_names(fleet: LoadedFleet) -> tuple[str, ...]:
    """All clusters of the fleet, also those whose files did not load."""
    broken = {ref.cluster for ref in fleet.broken}
    parts = [problem.place.file.split("/") for problem in fleet.problems]
    told = {part[2] for part in parts if len(part) > 3 and "/".join(part[:2]) == CLUSTERS}
    return tuple(sorted(fleet.clusters.keys() | broken | told))


def loaded(fleet: LoadedFleet, ref: HubRef) -> tuple[LoadedCluster, LoadedHub] | None:
    """The cluster and the hub, or None where one of them did not load."""
    cluster = fleet.clusters.get(ref.cluster)
    hub = cluster.hubs.get(ref.hub) if cluster else None
    return (cluster, hub) if cluster and hub else None


def _hub(cluster: str, name: str, refs: Iterable[HubRef]) -> HubRef:
    return HubRef(cluster, known("hub", name, [ref.hub for ref in refs], of=f"cluster `{cluster}`"))


def _refs(fleet: LoadedFleet, cluster: str) -> tuple[HubRef, ...]:
    names = {HubRef(cluster, name) for name in (fleet.clusters[cluster].hubs if cluster in fleet.clusters else ())}
    return tuple(sorted(names | {ref for ref in fleet.broken if ref.cluster == cluster}, key=str))


def _listed(title: str, names: Sequence[str]) -> str:
    return f"{title}: {', '.join(names) or 'none'}."
