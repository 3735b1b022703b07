"""From a server's plan to what is handed to `launch`: homes made, files written, limits set, environment complete."""

from __future__ import annotations

import functools
import os
import pwd
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from hub_runtime import z2jh
from hub_runtime.errors import MachineProblem
from hub_runtime.folder import HubFolder
from hub_runtime.launch import closed_ancestor
from hub_runtime.processes import MARK, launcher
from hub_runtime.spawner import files, homes
from hub_runtime.spawner.limits import Enforced, Limits, enforce
from hub_runtime.spawner.pod import ServerPlan, VolumeMount, local_command

SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
SHARED_IDENTITY = "Every server runs as the same user of this machine: people can reach each other's homes and tokens."


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose server it is, and how its things are called."""

    user: str
    server: str
    mark: str
    group: str
    personal_claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Ready to start. `launch_plan` is what `launch` documents."""

    command: tuple[str, ...]
    environment: dict[str, str]
    launch_plan: dict[str, Any]
    enforced: Enforced
    notices: tuple[str, ...]


@dataclass(slots=True)
class _View:
    """The files as the server sees them, while they are put together."""

    home: Path | None = None
    mounts: list[dict[str, Any]] = field(default_factory=list)
    links: list[tuple[str, Path]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@functools.cache
def can_mount() -> bool:
    """Whether this machine lets us give a server a view of the files of its own: root may, and on most systems everybody."""
    plan = {"mounts": [{"source": "/usr", "target": "/usr", "read_only": True}], "user_namespace": os.geteuid() != 0}
    return subprocess.run([*launcher(plan), "true"], check=False, capture_output=True).returncode == 0


def prepare(folder: HubFolder, plan: ServerPlan, owner: Owner) -> Prepared:
    """Make everything that the server needs. Raises MachineProblem and OSError."""
    uid = homes.uid_of(folder, owner.user) if homes.own_uids() else None
    view = _view(folder, plan, owner, uid)
    home = view.home or _scratch(folder, owner, uid)
    _add_temporary(view, folder, owner, uid)
    seen_home = _seen_home(view, home)
    _place_links(view, home, seen_home, uid)
    path = f"{Path(sys.executable).parent}:{SYSTEM_PATH}"
    command, command_notice = local_command(plan.command, lambda name: shutil.which(name, path=path) is not None)
    enforced, limit_notice = enforce(owner.group, plan.limits)
    launch_plan = {
        "join": enforced.join(),
        "mounts": view.mounts,
        "expose": _exposed(uid, seen_home, home),
        "user_namespace": bool(view.mounts) and uid is None,
        "limits": enforced.rlimits(),
        "directory": _directory(plan, seen_home),
        "no_new_privileges": not plan.new_privileges,
        **({"user": uid} if uid is not None else {}),
    }
    return Prepared(
        command=command,
        environment=_environment(plan, owner, seen_home, path),
        launch_plan=launch_plan,
        enforced=enforced,
        notices=tuple(filter(None, (*view.notices, command_notice, limit_notice))),
    )


def described(limits: Limits) -> str:
    """The limits, for a line of progress."""
    memory = f"{limits.memory / 2**20:.0f} MiB of memory" if limits.memory else ""
    cpu = f"{limits.cpu:g} CPU" if limits.cpu else ""
    return f" with at most {' and '.join(filter(None, (memory, cpu)))}" if memory or cpu else ""


def _environment(plan: ServerPlan, owner: Owner, home: str, path: str) -> dict[str, str]:
    minimal = {"LANG": os.environ.get("LANG", "C.UTF-8"), "SHELL": "/bin/bash", "JUPYTER_PREFER_ENV_PATH": "1"}
    asked_path = plan.environment.get("PATH")
    return {
        **minimal,
        "USER": owner.user if homes.own_uids() else pwd.getpwuid(os.getuid()).pw_name,
        **plan.environment,
        "PATH": f"{Path(sys.executable).parent}:{asked_path}" if asked_path else path,
        "HOME": home,
        MARK: owner.mark,
    }


def _view(folder: HubFolder, plan: ServerPlan, owner: Owner, uid: int | None) -> _View:
    view = _View()
    home_target = z2jh.get_config("singleuser.storage.homeMountPath", "/home/jovyan")
    for mount in plan.mounts:
        if mount.secret:
            _add_file(view, folder, owner, mount, home_target, uid)
        elif source := _claimed(folder, owner, mount):
            _add_folder(view, folder, mount, source, home_target, uid)
        else:
            view.notices.append(f"the volume {mount.claim} at {mount.target} is not there")
    return view


def _claimed(folder: HubFolder, owner: Owner, mount: VolumeMount) -> Path | None:
    """The folder that stands for a disk: a person's own is their home; of a shared disk only named parts are there."""
    if mount.claim == owner.personal_claim:
        home = homes.inside(folder.homes, homes.personal(mount.claim))
        return homes.inside(home, mount.sub_path) if mount.sub_path else home
    return homes.inside(folder.homes, mount.sub_path) if mount.sub_path else None


def _add_folder(view: _View, folder: HubFolder, mount: VolumeMount, source: Path, home_target: str, uid: int | None) -> None:
    if mount.target == home_target:
        homes.Home(source, uid).make(folder.homes)
        view.home = source
    elif source != view.home:
        homes.make_shared(source, folder.homes, writable=not mount.read_only)
    if can_mount():
        view.mounts.append({"source": str(source), "target": mount.target, "read_only": mount.read_only})
    elif mount.target != home_target:
        view.links.append((mount.target, source))


def _add_file(view: _View, folder: HubFolder, owner: Owner, mount: VolumeMount, home_target: str, uid: int | None) -> None:
    file = (z2jh.get_config("singleuser.extraFiles") or {}).get(mount.sub_path)
    if file is None:
        view.notices.append(f"the secret {mount.secret} at {mount.target} is not there")
    elif can_mount():
        place = folder.run / "files" / owner.server
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = place / str(len(view.mounts))
        files.write_source(str(source), file, uid)
        view.mounts.append({"source": str(source), "target": mount.target, "read_only": True})
    elif view.home and (relative := _below(mount.target, home_target)):
        files.write_into_home(str(view.home), relative, file, uid)
    else:
        view.notices.append(f"the file {mount.target} is not there: only files below {home_target} can be")


def _below(target: str, home_target: str) -> str:
    path = PurePosixPath(target)
    return str(path.relative_to(home_target)) if path.is_relative_to(home_target) and target != home_target else ""


def _place_links(view: _View, home: Path, seen_home: str, uid: int | None) -> None:
    """Where nothing can be mounted, shared folders below the home are links; the rest is named."""
    home_target = z2jh.get_config("singleuser.storage.homeMountPath", "/home/jovyan")
    for target, source in view.links:
        name = _below(target, home_target)
        if name and "/" not in name:
            link = home / name
            if not link.is_symlink() and not link.exists():
                link.symlink_to(source)
        else:
            view.notices.append(f"the folder {target} is not there: only those directly below {home_target} can be")


def _add_temporary(view: _View, folder: HubFolder, owner: Owner, uid: int | None) -> None:
    """A /tmp of the server's own, as a container has it; not where it would cover the environment that the server runs in."""
    needed = (sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve()))
    covers = any(PurePosixPath(path).is_relative_to("/tmp") for path in needed)  # noqa: S108 (only looked at)
    if can_mount() and not covers:
        source = folder.run / "tmp" / owner.server
        source.mkdir(mode=0o700, parents=True, exist_ok=True)
        if uid is not None:
            os.chown(source, uid, uid)
        view.mounts.insert(0, {"source": str(source), "target": "/tmp", "read_only": False})  # noqa: S108 (the server's own)


def _scratch(folder: HubFolder, owner: Owner, uid: int | None) -> Path:
    """A home for a server that has none: gone when the server ends."""
    home = homes.scratch(folder, owner.server)
    homes.Home(home, uid).make(folder.homes)
    return home


def _seen_home(view: _View, home: Path) -> str:
    """Where the server finds its home: at the place that Kubernetes gives it, where we can mount."""
    target = str(z2jh.get_config("singleuser.storage.homeMountPath", "/home/jovyan"))
    if not can_mount():
        return str(home)
    if view.home is None:
        view.mounts.insert(1, {"source": str(home), "target": target, "read_only": False})
    return target


def _directory(plan: ServerPlan, seen_home: str) -> str:
    """The working folder, where there is one of that name here."""
    asked = PurePosixPath(plan.directory or seen_home)
    return str(asked) if asked.is_relative_to(seen_home) or Path(asked).is_dir() else seen_home


def _exposed(uid: int | None, seen_home: str, home: Path) -> list[str]:
    """Folders that a person's UID must reach, though one above them is closed. Raises MachineProblem where that cannot be."""
    if uid is None:
        return []
    needed = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    needed |= {str(home)} if seen_home == str(home) else set()
    closed = sorted(path for path in needed if closed_ancestor(path))
    if closed and not can_mount():
        raise MachineProblem(
            f"{closed_ancestor(closed[0])} is closed to others, so a server with a UID of its own cannot reach {closed[0]}; "
            f"let others pass through it (chmod o+x), keep the state elsewhere, or do not run the hub as root"
        )
    return closed
