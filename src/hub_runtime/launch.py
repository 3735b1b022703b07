"""Becomes another program after taking on limits, a view of the files, and a user: `python -I launch.py PLAN COMMAND...`.

PLAN is JSON, without secrets, as it stands on the command line; every key may be missing:

    {"join": ["/sys/fs/cgroup/.../cgroup.procs"],          cgroups
     "mounts": [{"source", "target", "read_only"}],        in this order, in a mount namespace of its own; targets are made
     "expose": ["/root/env"],                              folders to reach although a folder above them is closed to others
     "user_namespace": true,                               for mounts without being root, where the system allows it
     "limits": {"RLIMIT_DATA": bytes},
     "user": 20001,                                        UID and GID
     "no_new_privileges": true,
     "umask": 18,                                          octal 022 when missing
     "directory": "/home/jovyan",
     "end_with_parent": true}                              SIGTERM when the process that started this one ends

Only the standard library: it runs isolated, before anything of the hub is imported. What fails is told on stderr, exit code 97.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

_MS_RDONLY, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _SIGTERM = 1, 38, 15
_FAILED = 97

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: Path, kind: str | None, flags: int, options: str = "") -> None:
    encoded = [os.fsencode(text) if text is not None else None for text in (source, target, kind)]
    _check(_libc.mount(*encoded, ctypes.c_ulong(flags), os.fsencode(options) or None), f"mount {target}")


def closed_ancestor(path: Path) -> Path | None:
    """The uppermost folder above a path through which others may not pass."""
    above = reversed(path.parents[:-1])
    return next((folder for folder in above if not folder.stat().st_mode & 0o001), None)


def _expose(paths: list[Path]) -> None:
    """Put an empty folder over each closed one and bind back what must be reached, at the same place."""
    opened: dict[Path, dict[Path, int]] = {}
    for path in sorted(set(paths)):
        ancestor = closed_ancestor(path)
        if ancestor:
            opened.setdefault(ancestor, {})[path] = os.open(path, os.O_PATH)
    for ancestor, descriptors in opened.items():
        _mount("tmpfs", ancestor, "tmpfs", 0, "mode=0755,size=1m")
        for path, descriptor in descriptors.items():
            if not path.exists():
                path.mkdir(parents=True)
                _mount(f"/proc/self/fd/{descriptor}", path, None, _MS_BIND | _MS_REC)
            os.close(descriptor)


def _make_target(source: Path, target: Path) -> None:
    """Make the place for a mount without touching the machine's files: the folder above it is mirrored in memory."""
    if target.exists():
        return
    existing = next(folder for folder in target.parents if folder.exists())
    if existing == existing.parent:
        raise OSError(f"{target}: nothing can be mounted directly below /")
    descriptor = os.open(existing, os.O_PATH)
    _mount("tmpfs", existing, "tmpfs", 0, "mode=0755,size=1m")
    for entry in Path(f"/proc/self/fd/{descriptor}").iterdir():
        _mirror(entry, existing / entry.name)
    os.close(descriptor)
    _make_like(source, target)


def _mirror(source: Path, target: Path) -> None:
    if source.is_symlink():
        target.symlink_to(source.readlink())
    else:
        _make_like(source, target)
        _mount(str(source), target, None, _MS_BIND | _MS_REC)


def _make_like(source: Path, target: Path) -> None:
    if source.is_dir():
        target.mkdir(parents=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()


def _locked_flags(target: Path) -> int:
    """Flags of the file system below, which a remount must not take away; statvfs and mount have the same numbers for them."""
    return os.statvfs(target).f_flag & (os.ST_NOSUID | os.ST_NODEV | os.ST_NOEXEC)


def _bind(target: Path, descriptor: int, *, read_only: bool) -> None:
    source = f"/proc/self/fd/{descriptor}"
    _make_target(Path(source), target)
    _mount(source, target, None, _MS_BIND | _MS_REC)
    if read_only:
        _mount("", target, None, _MS_BIND | _MS_REMOUNT | _MS_RDONLY | _locked_flags(target))
    os.close(descriptor)


def _enter_user_namespace() -> None:
    """Everybody keeps their own UID and GID; inside, mounting is allowed (user_namespaces(7))."""
    uid, gid = os.getuid(), os.getgid()
    _check(_libc.unshare(_CLONE_NEWUSER), "a user namespace")
    for name, content in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path(f"/proc/self/{name}").write_text(content, encoding="ascii")


def _enter_view(plan: dict[str, Any]) -> None:
    mounts, expose = plan.get("mounts", []), [Path(path) for path in plan.get("expose", [])]
    if not mounts and not expose:
        return
    if plan.get("user_namespace"):
        _enter_user_namespace()
    _check(_libc.unshare(_CLONE_NEWNS), "a mount namespace")
    _mount("none", Path("/"), None, _MS_REC | _MS_PRIVATE)
    descriptors = [os.open(mount["source"], os.O_PATH) for mount in mounts]
    _expose(expose)
    for mount, descriptor in zip(mounts, descriptors, strict=True):
        _bind(Path(mount["target"]), descriptor, read_only=bool(mount.get("read_only")))


def _become(plan: dict[str, Any]) -> None:
    for path in plan.get("join", []):
        Path(path).write_text("0", encoding="ascii")
    os.umask(0o022)
    _enter_view(plan)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for name, value in plan.get("limits", {}).items():
        resource.setrlimit(getattr(resource, name), (value, value))
    if "user" in plan:
        os.setgroups([])
        os.setresgid(plan["user"], plan["user"], plan["user"])
        os.setresuid(plan["user"], plan["user"], plan["user"])
    os.umask(plan.get("umask", 0o022))
    os.chdir(plan.get("directory", "/"))
    if plan.get("no_new_privileges"):
        _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    if plan.get("end_with_parent"):
        _check(_libc.prctl(_PR_SET_PDEATHSIG, _SIGTERM, 0, 0, 0), "end with parent")


def main(arguments: list[str]) -> None:
    """Take on what the plan says, then become the command."""
    try:
        _become(json.loads(arguments[0]))
        os.execvp(arguments[1], arguments[1:])  # noqa: S606 (no shell is wanted)
    except FileNotFoundError as error:
        sys.stderr.write(f"{error.filename or arguments[1]} is not there\n")
    except OSError as error:
        sys.stderr.write(f"{error}\n")
    os._exit(_FAILED)


if __name__ == "__main__":
    main(sys.argv[1:])
