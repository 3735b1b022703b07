"""Writing files so that nobody ever reads half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deployer.tools.machine import told

PRIVATE = 0o600


def write_atomically(path: Path, content: bytes | str, *, mode: int = PRIVATE) -> None:
    """Replace `path` in one rename, after its bytes are on the disk. Raises MachineError; the old file then still stands."""
    data = content.encode() if isinstance(content, str) else content
    with told("write", path), _beside(path) as temporary:
        with temporary.open("wb") as handle:
            os.fchmod(handle.fileno(), mode)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(path)


def create(path: Path, content: str, *, mode: int = 0o644) -> None:
    """Make a file that must not exist yet, whole or not at all. Raises FileExistsError, MachineError."""
    with _beside(path) as temporary:
        with told("write", path):
            temporary.write_text(content)
            temporary.chmod(mode)
        path.hardlink_to(temporary)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A new empty file in the same folder, removed at the end where it was not renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def make_folder(path: Path, *, mode: int = 0o700) -> Path:
    """Make a folder, and those above it, with `mode`; an existing one gets the mode. Raises MachineError."""
    with told("make the folder", path):
        path.mkdir(mode=mode, parents=True, exist_ok=True)
        if path.stat().st_mode & 0o7777 != mode:
            path.chmod(mode)
    return path


def remove_tree(path: Path) -> None:
    """Remove a file or a folder with all in it; nothing there is fine. Raises MachineError."""
    with told("remove", path):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
