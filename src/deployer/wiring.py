"""The composition root: the only place that picks implementations, and the only one that reads this process's environment."""

from __future__ import annotations

import atexit
import getpass
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from deployer.model.protocols import Clock, Effects, Journal, Made, Progress, Target
from deployer.tools.clock import SystemClock
from deployer.tools.editor import TerminalEditor
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.interruption import Interruption
from deployer.tools.journal import SILENT
from deployer.tools.process import SystemProcess
from deployer.tools.processors import SystemProcessors
from deployer.tools.resources import carried_fleet, folder_digest
from deployer.tools.sops import Sops, key_environment
from deployer.tools.state import StateFolder

if TYPE_CHECKING:
    from deployer.model.health import CheckOptions, CheckReport, HubAccess
    from deployer.model.release import Release
    from deployer.model.rendering import Asked, Rendered
    from deployer.targets.kubernetes.clusters import KubernetesClusters


class _ProberOnDemand:
    """The prober, whose clients for HTTP take longer to import than most commands take."""

    def __init__(self, progress: Progress, clock: Clock, journal: Journal) -> None:
        self._progress, self._clock, self._journal = progress, clock, journal

    def ready(self) -> None:
        import_module("deployer.services.prober")

    def check(
        self,
        access: HubAccess,
        *,
        all_profiles: bool,
        log: Callable[[str | None], Iterator[str]],
        options: CheckOptions,
    ) -> CheckReport:
        from deployer.services.prober import HubProber

        return HubProber(self._progress, self._clock, self._journal).check(
            access, all_profiles=all_profiles, log=log, options=options
        )

    def pending(self, url: str) -> str:
        from deployer.services.reach import pending

        return pending(url)

    def look(self, access: HubAccess) -> str:
        from deployer.services.prober import HubProber

        return HubProber(self._progress, self._clock, self._journal).look(access)


class _RenderingOnDemand:
    """Rendering, whose modules an unchanged fleet does not need."""

    def __init__(self, fleet: FolderFiles, state: StateFolder, process: SystemProcess) -> None:
        self._fleet, self._state, self._process = fleet, state, process

    def possible(self) -> str:
        archives = self._state.root / "charts" / "archives"
        names = sorted(entry.name for entry in archives.iterdir()) if archives.is_dir() else []
        helm = self._process.which("helm")
        age = helm.stat().st_mtime_ns if helm else 0
        return f"{helm} {age} {folder_digest(self._fleet.root / 'helm-charts')} {' '.join(names)}"

    def hub_chart_values(self, release: Release) -> tuple[str, bytes] | None:
        from deployer.targets.kubernetes.release.offline import OfflineRendering

        return OfflineRendering(self._fleet, self._state, self._process).hub_chart_values(release)

    def rendered(self, asked: Sequence[Asked], *, mirrors: Mapping[str, str], fetch: bool) -> Rendered:
        from deployer.targets.kubernetes.release.offline import OfflineRendering

        return OfflineRendering(self._fleet, self._state, self._process).rendered(asked, mirrors=mirrors, fetch=fetch)


class _OnDemand(Mapping[str, Target]):
    """Targets that are made, and their modules imported, when one of them is first asked for: few commands need all. Among those
    that are gone through are only such as have a folder of hubs: the others have nothing to be found."""

    def __init__(self, state: Path, names: tuple[str, ...], make: Callable[[], Mapping[str, Target]]) -> None:
        self._state, self._names, self._make = state, names, make

    def __getitem__(self, name: str) -> Target:
        if name not in self._names:
            raise KeyError(name)
        return self._make()[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names if (self._state / name).is_dir())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def effects(
    fleet_root: Path,
    state_root: Path,
    progress: Progress,
    environ: Mapping[str, str] | None = None,
    *,
    journal: Journal = SILENT,
) -> Effects:
    """The bundle for one fleet and one state folder. `environ` replaces this process's environment, in tests."""
    given = dict(os.environ) if environ is None else environ  # noqa: TID251 the one place
    interruption = Interruption()
    process = SystemProcess(given, journal, interruption)
    clock = SystemClock(interruption)
    user = _user(given)
    fleet, state = FolderFiles(fleet_root), StateFolder(state_root, journal)
    secrets = Sops(process, fleet_root, key_environment(given))

    @_once
    def local() -> Mapping[str, Target]:
        from deployer.targets.local.machine import LocalMachine
        from deployer.tools.environments import settings_of_installers

        machine = LocalMachine(state_root, process, clock, progress, user, settings_of_installers(given))
        return {"local": machine.target("local"), "try": machine.target("try", scratch=True)}

    @_once
    def kubernetes() -> KubernetesClusters:
        from deployer.clouds.kubeconfig import KubeconfigCloud
        from deployer.targets.kubernetes.clusters import KubernetesClusters

        return KubernetesClusters(
            fleet=fleet,
            state=state,
            process=process,
            clock=clock,
            progress=progress,
            journal=journal,
            user=user,
            clouds={"kubeconfig": KubeconfigCloud(fleet, secrets)},
            ends=_until_the_end(),
        )

    return Effects(
        process=process,
        fleet=fleet,
        carried=FolderFiles(carried_fleet()),
        state=state,
        clock=clock,
        interruption=interruption,
        processors=SystemProcessors(),
        progress=progress,
        journal=journal,
        targets=_OnDemand(state_root, ("local", "try"), local),
        kubernetes=lambda access: kubernetes().target(access),
        support=lambda access: kubernetes().stack(access),
        rendering=_RenderingOnDemand(fleet, state, process),
        prober=_ProberOnDemand(progress, clock, journal),
        secrets=secrets,
        editor=TerminalEditor(process, given),
        user=user,
    )


def _once(make: Callable[[], Made]) -> Callable[[], Made]:
    """Made when it is first asked for, and only then, by however many threads at a time."""
    making, made = Lock(), cache(make)

    def get() -> Made:
        with making:
            return made()

    return get


def _until_the_end() -> ExitStack:
    """Closed when this interpreter ends, whichever way it does."""
    ends = ExitStack()
    atexit.register(ends.close)
    return ends


def _user(environ: Mapping[str, str]) -> str:
    """Who runs the deployer: as CI says it, else the account's name."""
    for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER"):
        if environ.get(name):
            return environ[name]
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"
