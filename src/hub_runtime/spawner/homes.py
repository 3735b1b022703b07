"""People's homes, and as root a UID for each person, which keeps them apart."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from hub_runtime.errors import MachineProblem
from hub_runtime.folder import HubFolder, read_json, write_private

FIRST_UID = 20_001
_REGISTRY = ".uids.json"
_SCRATCH = ".scratch"
_CLAIM_PREFIX = "claim-"


def own_uids() -> bool:
    """Whether this process can give each person a UID."""
    return os.geteuid() == 0


def uid_of(folder: HubFolder, user: str) -> int:
    """The person's UID, kept beside the homes, so that it outlives the hub's database and no other person ever gets it."""
    path = folder.homes / _REGISTRY
    known = read_json(path) or {}
    if user not in known:
        known[user] = max(known.values(), default=FIRST_UID - 1) + 1
        write_private(path, json.dumps(known, indent=1))
    return int(known[user])


def personal(claim: str) -> str:
    """The name of the home that stands for a person's own disk, which KubeSpawner calls `claim-<user>` unless told otherwise."""
    return claim.removeprefix(_CLAIM_PREFIX)


def inside(root: Path, relative: str) -> Path:
    """A path below a folder. Raises MachineProblem where it would lead out of it, or to a file of our own."""
    parts = PurePosixPath(relative).parts
    if not parts or relative.startswith("/") or any(part == ".." for part in parts) or parts[0] in (_REGISTRY, _SCRATCH):
        raise MachineProblem(f"`{relative}` is no name of a home")
    return root.joinpath(*parts)


def scratch(folder: HubFolder, server: str) -> Path:
    """The home of a server that has none to keep."""
    return folder.homes / _SCRATCH / server


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that belongs to one person. `uid` is None where all servers share the hub's own."""

    path: Path
    uid: int | None

    def make(self, root: Path) -> None:
        """Make it below `root`, private, and the person's own, with all that is in it. Raises MachineProblem."""
        _make_parents(self.path, root)
        self.path.mkdir(mode=0o700, exist_ok=True)
        if self.uid is not None and self.path.stat().st_uid != self.uid:
            give(self.path, self.uid)
        self.path.chmod(0o700)


def make_shared(path: Path, root: Path, *, writable: bool) -> None:
    """Make a folder for everybody: where it is writable, each person's files there stay their own."""
    _make_parents(path, root)
    path.mkdir(mode=0o755, exist_ok=True)
    if writable and own_uids():
        path.chmod(0o1777)


def _make_parents(path: Path, root: Path) -> None:
    """Folders between the root and the path; a link among them is refused, as it would lead elsewhere."""
    for parent in reversed(path.relative_to(root).parents[:-1]):
        (root / parent).mkdir(mode=0o711, exist_ok=True)
    for part in (path, *path.parents[: len(path.relative_to(root).parts) - 1]):
        if part.is_symlink():
            raise MachineProblem(f"{part} is a link; a home is a folder")


def give(path: Path, uid: int) -> None:
    """Make a folder and all in it a person's own: links are not followed, and files that have a second name are left."""
    for _, folders, files, descriptor in os.fwalk(path, follow_symlinks=False):
        for name in (*folders, *files):
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
            if found.st_nlink == 1 or name in folders:
                os.chown(name, uid, uid, dir_fd=descriptor, follow_symlinks=False)
    os.chown(path, uid, uid, follow_symlinks=False)


def remove(path: Path) -> None:
    """Delete a home. shutil.rmtree keeps to the folder even where somebody swaps it for a link meanwhile."""
    if path.exists() and not path.is_symlink():
        shutil.rmtree(path)
