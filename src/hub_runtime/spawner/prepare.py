"""From a server's plan to what is handed to `launch`: homes made, files written, limits set, environment complete."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from hub_runtime.folder import HubFolder
from hub_runtime.processes import MARK
from hub_runtime.spawner.limits import Enforced, Limits, enforce
from hub_runtime.spawner.pod import ServerPlan, local_command, local_interface
from hub_runtime.spawner.view import Owner, View

_DEFAULT_URL = "JUPYTERHUB_DEFAULT_URL"
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Ready to start. `launch_plan` is what `launch` documents."""

    command: tuple[str, ...]
    environment: dict[str, str]
    launch_plan: dict[str, Any]
    enforced: Enforced
    notices: tuple[str, ...]


def prepare(folder: HubFolder, plan: ServerPlan, owner: Owner) -> Prepared:
    """Make everything that the server needs. Raises MachineProblem and OSError."""
    view = View(folder, owner)
    view.make(plan.mounts)
    path = f"{Path(sys.executable).parent}:{SYSTEM_PATH}"
    command, command_notice = local_command(plan.command, lambda name: shutil.which(name, path=path) is not None)
    interface, interface_notice = local_interface(plan.environment.get(_DEFAULT_URL, ""))
    enforced, limit_notice = enforce(owner.group, plan.limits)
    launch_plan = {
        "join": enforced.join(),
        "mounts": view.mounts,
        "expose": view.exposed(),
        "user_namespace": bool(view.mounts) and owner.uid is None,
        "limits": enforced.rlimits(),
        "directory": _directory(plan, view.seen_home),
        "no_new_privileges": not plan.new_privileges,
        **({"user": owner.uid} if owner.uid is not None else {}),
    }
    return Prepared(
        command=command,
        environment=_environment(plan, owner, view, path) | ({_DEFAULT_URL: interface} if interface else {}),
        launch_plan=launch_plan,
        enforced=enforced,
        notices=tuple(filter(None, (*view.notices, command_notice, interface_notice, limit_notice))),
    )


def described(limits: Limits) -> str:
    """The limits, for a line of progress."""
    memory = f"{limits.memory / 2**20:.0f} MiB of memory" if limits.memory else ""
    cpu = f"{limits.cpu:g} CPU" if limits.cpu else ""
    return f" with at most {' and '.join(filter(None, (memory, cpu)))}" if memory or cpu else ""


def _environment(plan: ServerPlan, owner: Owner, view: View, path: str) -> dict[str, str]:
    """What the pod says, and the little that an image would say."""
    asked_path = plan.environment.get("PATH")
    return {
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "SHELL": "/bin/bash",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "USER": owner.user,
        **view.environment,
        **plan.environment,
        "PATH": f"{Path(sys.executable).parent}:{asked_path}" if asked_path else path,
        "HOME": view.seen_home,
        MARK: owner.mark,
    }


def _directory(plan: ServerPlan, seen_home: str) -> str:
    """The working folder, where there is one of that name here."""
    asked = PurePosixPath(plan.directory or seen_home)
    return str(asked) if asked.is_relative_to(seen_home) or Path(asked).is_dir() else seen_home
