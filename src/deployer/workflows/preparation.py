"""From a fleet to the releases that a target is given: nothing with a problem gets that far."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from deployer.compiling.checks import check_values
from deployer.compiling.hub import compile_hub
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.ownership import concerns
from deployer.config.secret_files import decrypted_files, opened
from deployer.errors import ConfigurationError
from deployer.model.problem import Problem, Severity, in_order
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.workflows.choosing import loaded

_FIRST_PORT = 8000
_SECRETS_AT_ONCE = 8
LOCAL = "local"
"""The provider whose hubs make their own passwords."""


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
        problems += (problem for problem in fleet.problems if concerns(problem, ref.cluster, ref.hub))
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


def _judge(effects: Effects, problems: Sequence[Problem]) -> None:
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    if errors:
        raise ConfigurationError(errors, hint="Nothing was changed. Mend the files, then run the same command again.")
    for problem in problems:
        effects.progress.warn(f"{problem.place}: {problem.message}")
