"""From a fleet to the releases that a target is given: nothing with a problem gets that far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deployer.compiling.checks import check_values
from deployer.compiling.hub import compile_hub
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.loading import load_fleet
from deployer.config.secret_files import decrypted_files, opened
from deployer.errors import ConfigurationError
from deployer.model.problem import Problem, Severity, in_order
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.workflows.choosing import CLUSTERS, loaded

_FIRST_PORT = 8000
_SECRETS_AT_ONCE = 8
LOCAL = "local"
"""The provider whose hubs make their own passwords."""


def read_fleet(effects: Effects) -> LoadedFleet:
    """The fleet of this run."""
    return load_fleet(effects.fleet.read(), effects.carried.read())


def releases(
    effects: Effects, fleet: LoadedFleet, refs: Sequence[HubRef], *, read_secret: Callable[[str], str] | None = None
) -> tuple[Release, ...]:
    """What the hubs' files come to. Tells their warnings; raises ConfigurationError with all problems of all of them.

    With `read_secret`, which decrypts a file, the releases have their secrets; a secret that a hub cannot do without is then
    a problem.
    """
    made: list[Release] = []
    problems: list[Problem] = []
    pairs = {ref: loaded(fleet, ref) for ref in refs}
    read = _read_at_once(read_secret, [pair[1] for pair in pairs.values() if pair]) if read_secret else None
    for ref, pair in pairs.items():
        problems += problems_about(fleet, ref)
        if pair:
            cluster, hub = pair
            if read:
                hub, found = opened(hub, read, needed=cluster.spec.provider != LOCAL)
                problems += found
            release, found = prepared(fleet, cluster, hub)
            problems += found
            made.append(release)
    _judge(effects, in_order(problems))
    return tuple(made)


def _read_at_once(read_secret: Callable[[str], str], hubs: Sequence[LoadedHub]) -> Callable[[str], str]:
    """Decrypting waits for a program, and with a cloud's keys for the cloud."""
    files = [file for hub in hubs for file in decrypted_files(hub)]
    with ThreadPoolExecutor(_SECRETS_AT_ONCE) as pool:
        return dict(zip(files, pool.map(read_secret, files), strict=True)).__getitem__


def prepared(fleet: LoadedFleet, cluster: LoadedCluster, hub: LoadedHub) -> tuple[Release, tuple[Problem, ...]]:
    """One hub as a target takes it, and what is wrong with what its files come to."""
    chart = fleet.chart_of(hub)
    compiled = compile_hub(fleet, cluster, hub)
    release = replace(
        compiled.release,
        defaults=chart.defaults if chart else {},
        hub_at=chart.hub_at if chart else compiled.release.hub_at,
        contact=fleet.fleet.contact or "",
        first_port=cluster.spec.local.port if cluster.spec.local else _FIRST_PORT,
    )
    return release, (*compiled.problems, *check_values(hub, compiled.release, chart))


def problems_about(fleet: LoadedFleet, ref: HubRef) -> Iterator[Problem]:
    """The problems of one hub: of its own files, its cluster's and the fleet's, but not of its sisters'."""
    own, sisters = set(_files(fleet, [ref])), set(_files(fleet, _sisters(fleet, ref)))
    for problem in fleet.problems:
        parts = problem.place.file.split("/")
        elsewhere = parts[:2] == CLUSTERS.split("/") and len(parts) > 3 and parts[2] != ref.cluster
        if not elsewhere and problem.place.file not in sisters - own:
            yield problem


def _sisters(fleet: LoadedFleet, ref: HubRef) -> Iterable[HubRef]:
    cluster = fleet.clusters.get(ref.cluster)
    names = {*(cluster.hubs if cluster else ()), *(broken.hub for broken in fleet.broken if broken.cluster == ref.cluster)}
    return (HubRef(ref.cluster, name) for name in names if name != ref.hub)


def _files(fleet: LoadedFleet, refs: Iterable[HubRef]) -> Iterator[str]:
    for ref in refs:
        folder = f"{CLUSTERS}/{ref.cluster}"
        yield f"{folder}/hubs/{ref.hub}.yaml"
        yield f"{folder}/secrets/{ref.hub}.secret.yaml"
        pair = loaded(fleet, ref)
        if pair:
            yield from _layers(pair[1])


def _layers(hub: LoadedHub) -> Iterator[str]:
    yield from (layer.file for layer in hub.layers)
    yield from hub.secret_files
    if hub.chart_override:
        yield hub.chart_override.file


def _judge(effects: Effects, problems: Sequence[Problem]) -> None:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise ConfigurationError(errors, hint="Nothing was changed. Mend the files, then run the same command again.")
    for problem in problems:
        effects.progress.warn(f"{problem.place}: {problem.message}")
