"""Folders for secrets that a program can only read from a file: private, and never left behind."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deployer.tools.files import remove_tree
from deployer.tools.machine import told

_PREFIX = "deployer-private-"
_MEMORY = Path("/dev/shm")  # noqa: S108  only folders of our own, 0700, are made below it


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder of mode 0700, in memory where this system offers it as a folder. It goes at any end; where this process is killed,
    as soon as another asks for one. Raises MachineError."""
    parent = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    with told("make a private folder in", parent):
        for left in parent.glob(f"{_PREFIX}*"):
            _remove_abandoned(left)
        folder, held = _made(parent)
    try:
        yield folder
    finally:
        remove_tree(folder)
        os.close(held)


def _made(parent: Path) -> tuple[Path, int]:
    """A new folder, and a descriptor that holds a lock on it for as long as this process lives."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        with suppress(FileNotFoundError):  # taken for an abandoned one before it was held
            held = os.open(folder, os.O_RDONLY)
            with suppress(OSError):  # a file system without locks: nobody can take it for abandoned
                fcntl.flock(held, fcntl.LOCK_EX)
            if os.fstat(held).st_nlink:
                return folder, held
            os.close(held)


def _remove_abandoned(folder: Path) -> None:
    """A folder of this user's that no living process holds."""
    with suppress(OSError):
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(held).st_uid == os.geteuid():
                shutil.rmtree(folder)
        finally:
            os.close(held)
