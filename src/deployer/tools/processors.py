"""Work that is shared among this machine's processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deployer.errors import MachineError
from deployer.model.protocols import Item, Made

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import ForkProcess

_WORTH_A_PROCESS = 48
"""Fewer items than this are done sooner than a process is there: it takes 20 ms, a file takes 0.6 ms, a hub's values 3 ms."""


def _here() -> int:
    """How many this process may use; one where a fork is not safe, which it is on Linux."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


@dataclass(frozen=True, slots=True)
class SystemProcessors:
    """Forks a process for each further processor, which has at once all that the work needs."""

    count: int = field(default_factory=_here)

    def shared(self, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> list[Made]:
        count = self._worth(items)
        others = [_Other(work, items[number::count]) for number in range(1, count)]
        try:
            return [work(items[::count]), *(other.made() for other in others)]
        finally:
            for other in others:
                other.end()

    def meanwhile(self, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> Callable[[], Made]:
        if self._worth(items) == 1:
            return lambda: work(items)
        return _Other(work, items).made

    def _worth(self, items: Sequence[Item]) -> int:
        """How many processes the items are worth."""
        return min(self.count, max(1, len(items) // _WORTH_A_PROCESS))


class _Other:
    """A process beside this one, which ends with its work or with this one."""

    def __init__(self, work: Callable[[Sequence[Item]], Any], items: Sequence[Item]) -> None:
        from multiprocessing import get_context

        context = get_context("fork")
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process: ForkProcess = context.Process(target=_work, args=(theirs, work, items), daemon=True)
        self._process.start()
        theirs.close()

    def made(self) -> Any:
        """What came of it. Raises what it raised, MachineError where it was killed."""
        try:
            made, error = self._pipe.recv()
        except EOFError:
            hint = "See whether memory is short, then run it again."
            raise MachineError("a process that shared the work was killed", hint=hint) from None
        finally:
            self.end()
        if error is not None:
            raise error
        return made

    def end(self) -> None:
        """Whether it is done or not."""
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _work(pipe: Connection, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> None:
    with suppress(KeyboardInterrupt):  # which the parent gets, too
        try:
            pipe.send((work(items), None))
        except Exception as error:
            pipe.send((None, error))
