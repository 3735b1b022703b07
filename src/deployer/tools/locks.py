"""Locks between processes of this machine, which vanish with their holder."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployer.errors import LockedError
from deployer.model.protocols import Clock, Progress
from deployer.tools.files import make_folder
from deployer.tools.machine import told

_PAUSE = 0.2
"""Seconds between two tries."""


@dataclass(frozen=True, slots=True)
class FileLock:
    """A lock of this machine (flock(2)); its file says who holds it."""

    path: Path
    user: str
    clock: Clock
    progress: Progress
    patience: float = 600.0
    """Seconds to wait for another holder."""

    @contextmanager
    def held(self, what: str) -> Iterator[None]:
        """Hold the lock; `what` it guards is told while waiting. Raises LockedError, MachineError."""
        make_folder(self.path.parent, mode=0o711)
        with told("open the lock", self.path):
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(handle, what)
            holder = {"pid": os.getpid(), "user": self.user, "since": self.clock.now().isoformat(timespec="seconds")}
            with told("write", self.path):
                os.ftruncate(handle, 0)
                os.pwrite(handle, json.dumps(holder).encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def _take(self, handle: int, what: str) -> None:
        if _taken(handle):
            return
        self.progress.say(f"{what} is being changed by {_holder(handle)}; waiting")
        until = self.clock.monotonic() + self.patience
        while not _taken(handle):
            if self.clock.monotonic() >= until:
                raise LockedError(
                    f"{what} is still being changed by {_holder(handle)} after {self.patience:g} seconds",
                    hint="Wait until that has ended, or end it, then run the same command again.",
                )
            self.clock.sleep(_PAUSE)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """No other thread or process of this machine is within the same lock; waits for short work. Raises MachineError."""
    make_folder(path.parent)
    with told("open the lock", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(handle: int) -> str:
    try:
        holder = json.loads(os.pread(handle, 4096, 0))
        return f"{holder['user']} (pid {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "somebody else"
