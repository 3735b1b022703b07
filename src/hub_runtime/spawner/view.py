"""The files as a server sees them: home, shared folders, small files and a /tmp of its own, at the places Kubernetes gives them.

Where this machine lets nobody mount, the home is where it is, shared folders are links in it, and of small files only those stand
that lie in the home or are Jupyter's configuration; what is missing is told.
"""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from hub_runtime import z2jh
from hub_runtime.errors import MachineProblem
from hub_runtime.folder import HubFolder
from hub_runtime.launch import closed_ancestor
from hub_runtime.processes import launcher
from hub_runtime.spawner import files, homes
from hub_runtime.spawner.pod import VolumeMount

DEFAULT_HOME = "/home/jovyan"
_TEMPORARY = "/tmp"  # noqa: S108 (the place where a server sees its own)
_JUPYTER_CONFIGURATION = ("/usr/local/etc/jupyter", "/etc/jupyter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose server it is, how its things are called, and the UID of the person, where there is one a person."""

    user: str
    server: str
    mark: str
    group: str
    personal_claim: str
    uid: int | None


@functools.cache
def can_mount() -> bool:
    """Whether this machine lets us give a server a view of the files of its own: root may, and on most systems everybody."""
    plan = {"mounts": [{"source": "/usr", "target": "/usr", "read_only": True}], "user_namespace": os.geteuid() != 0}
    return subprocess.run([*launcher(plan), "true"], check=False, capture_output=True).returncode == 0


def _needed() -> set[Path]:
    """Folders without which no server starts."""
    return {Path(sys.prefix), Path(sys.base_prefix), Path(sys.executable).resolve().parent.parent}


def mountable(target: str) -> bool:
    """Whether something can be put there: not over the environment that servers run in."""
    return can_mount() and not any(path.is_relative_to(target) for path in _needed())


@dataclass(slots=True)
class View:
    """`home` is the folder; `seen_home` is where the server finds it. `mounts` are as `launch` takes them."""

    folder: HubFolder
    owner: Owner
    home_target: str = field(default_factory=lambda: str(z2jh.get_config("singleuser.storage.homeMountPath") or DEFAULT_HOME))
    home: Path | None = None
    mounts: list[dict[str, Any]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    @property
    def seen_home(self) -> str:
        """Where the server finds its home."""
        return self.home_target if mountable(self.home_target) else str(self.home)

    def make(self, mounts: tuple[VolumeMount, ...]) -> None:
        """Make the folders and files, and find out where they are seen. Raises MachineProblem and OSError."""
        if mountable(_TEMPORARY):
            self._mount(self._make_temporary(), _TEMPORARY)
        self._make_home(next((mount for mount in mounts if mount.target == self.home_target), None))
        for mount in mounts:
            if mount.secret:
                self._add_file(mount)
            elif mount.target != self.home_target:
                self._add_folder(mount)

    def exposed(self) -> list[str]:
        """Folders that a person's UID must reach, though one above them is closed. Raises MachineProblem where that cannot be."""
        if self.owner.uid is None:
            return []
        needed = _needed() | ({self.home} if self.home and self.seen_home == str(self.home) else set())
        closed = sorted(path for path in needed if closed_ancestor(path))
        if closed and not can_mount():
            raise MachineProblem(
                f"{closed_ancestor(closed[0])} is closed to others, so a server with a UID of its own cannot reach {closed[0]}; "
                f"let others pass through it (chmod o+x), keep the state elsewhere, or do not run the hub as root"
            )
        return [str(path) for path in closed]

    def _mount(self, source: Path, target: str, *, read_only: bool = False) -> None:
        self.mounts.append({"source": str(source), "target": target, "read_only": read_only})

    def _make_temporary(self) -> Path:
        source = self.folder.run / "tmp" / self.owner.server
        source.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.owner.uid is not None:
            os.chown(source, self.owner.uid, self.owner.uid)
        return source

    def _make_home(self, mount: VolumeMount | None) -> None:
        """A server that has no home to keep gets one that goes when it ends."""
        self.home = (self._source(mount) if mount else None) or homes.scratch(self.folder, self.owner.server)
        homes.Home(self.home, self.owner.uid).make(self.folder.homes)
        if mountable(self.home_target):
            self._mount(self.home, self.home_target)

    def _source(self, mount: VolumeMount) -> Path | None:
        """The folder that stands for a disk: a person's own is their home; of a shared disk only named parts are there."""
        if mount.claim == self.owner.personal_claim:
            home = homes.inside(self.folder.homes, homes.personal(mount.claim))
            return homes.inside(home, mount.sub_path) if mount.sub_path else home
        return homes.inside(self.folder.homes, mount.sub_path) if mount.sub_path else None

    def _add_folder(self, mount: VolumeMount) -> None:
        source = self._source(mount)
        if source is None:
            self.notices.append(f"the volume {mount.claim} at {mount.target} is not there")
            return
        if source != self.home:
            homes.make_shared(source, self.folder.homes, writable=not mount.read_only)
        if mountable(mount.target):
            if relative := self._below_home(mount.target):
                files.make_place_in_home(str(self.home), relative, self.owner.uid)
            self._mount(source, mount.target, read_only=mount.read_only)
        else:
            self._link(source, mount)

    def _link(self, source: Path, mount: VolumeMount) -> None:
        name = self._below_home(mount.target)
        if self.home is None or not name or "/" in name:
            self.notices.append(f"the folder {mount.target} is not there: only those directly below {self.home_target} can be")
            return
        link = self.home / name
        if not link.is_symlink() and not link.exists():
            link.symlink_to(source)
        if mount.read_only:
            self.notices.append(f"the folder {mount.target} can be written, though it should only be read")

    def _add_file(self, mount: VolumeMount) -> None:
        file = (z2jh.get_config("singleuser.extraFiles") or {}).get(mount.sub_path)
        if file is None:
            self.notices.append(f"the secret {mount.secret} at {mount.target} is not there")
        elif relative := self._below_home(mount.target):
            files.write_into_home(str(self.home), relative, file, self.owner.uid)
        elif mountable(mount.target):
            self._mount(self._write(f"{len(self.mounts)}", file), mount.target, read_only=True)
        elif str(PurePosixPath(mount.target).parent) in _JUPYTER_CONFIGURATION and self.owner.uid is None:
            self.environment["JUPYTER_CONFIG_PATH"] = str(self._write(PurePosixPath(mount.target).name, file).parent)
        else:
            self.notices.append(f"the file {mount.target} is not there: only files below {self.home_target} can be")

    def _write(self, name: str, file: dict[str, Any]) -> Path:
        place = self.folder.run / "files" / self.owner.server
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write_source(str(place / name), file, self.owner.uid)
        return place / name

    def _below_home(self, target: str) -> str:
        path = PurePosixPath(target)
        return str(path.relative_to(self.home_target)) if path.is_relative_to(self.home_target) else ""
