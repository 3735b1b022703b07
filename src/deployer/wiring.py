"""The composition root: the only place that picks implementations, and the only one that reads this process's environment."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from pathlib import Path

from deployer.model.health import CheckReport
from deployer.model.protocols import Effects, Progress
from deployer.tools.clock import SystemClock
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.process import SystemProcess
from deployer.tools.state import StateFolder


class _NoProber:
    def check(self, access, *, all_profiles, log):  # type: ignore[no-untyped-def]  # until services has the prober
        return CheckReport(ref=access.ref, url=access.url, steps=())


def effects(fleet_root: Path, state_root: Path, progress: Progress, environ: Mapping[str, str] | None = None) -> Effects:
    """The bundle for one fleet and one state folder. `environ` replaces this process's environment, in tests."""
    given = dict(os.environ) if environ is None else environ  # noqa: TID251 the one place
    process = SystemProcess(given)
    clock = SystemClock()
    return Effects(
        process=process,
        fleet=FolderFiles(fleet_root),
        state=StateFolder(state_root),
        clock=clock,
        progress=progress,
        targets={},
        prober=_NoProber(),
        user=_user(given),
    )


def _user(environ: Mapping[str, str]) -> str:
    """Who runs the deployer: as CI says it, else the account's name."""
    for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "SUDO_USER"):
        if environ.get(name):
            return environ[name]
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return f"uid {os.getuid()}"
