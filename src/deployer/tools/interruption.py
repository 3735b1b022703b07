"""Ctrl-C for threads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, local


class _Thread(local):
    reached = False


class Interruption:
    """Held by all that waits. A thread that it does not reach waits as if there were none."""

    def __init__(self) -> None:
        self._begun = Event()
        self._thread = _Thread()

    def begin(self) -> None:
        self._begun.set()

    def reaches(self) -> AbstractContextManager[None]:
        return self._within(reached=True)

    def spares(self) -> AbstractContextManager[None]:
        return self._within(reached=False)

    def check(self) -> None:
        if self._thread.reached and self._begun.is_set():
            self._thread.reached = False
            raise KeyboardInterrupt

    def sleep(self, seconds: float) -> None:
        """Wait; no longer where this thread is interrupted meanwhile, which it is told as by `check`."""
        if self._thread.reached:
            self._begun.wait(seconds)
            self.check()
        else:
            time.sleep(seconds)

    @contextmanager
    def _within(self, *, reached: bool) -> Iterator[None]:
        before = self._thread.reached
        self._thread.reached = reached
        try:
            yield
        finally:
            self._thread.reached = before
