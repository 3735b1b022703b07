"""Work that is shared among this machine's processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from deployer.errors import MachineError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

Item = TypeVar("Item")
Made = TypeVar("Made")

_WORTH_A_PROCESS = 16
"""Fewer items than this are done sooner than a process is there: it takes about 20 ms, a hub's values take 3 ms."""


def _here() -> int:
    """How many this process may use; one where a fork is not safe, which it is on Linux."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


@dataclass(frozen=True, slots=True)
class SystemProcessors:
    """Forks a process for each further processor, which has at once all that the work needs."""

    count: int = field(default_factory=_here)

    def shared(self, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> list[Made]:
        count = min(self.count, max(1, len(items) // _WORTH_A_PROCESS))
        if count == 1:
            return [work(items)]
        from multiprocessing import get_context

        context = get_context("fork")
        pipes, processes = [], []
        for number in range(1, count):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_child, args=(theirs, work, items[number::count]), daemon=True)
            process.start()
            theirs.close()
            pipes.append(ours)
            processes.append(process)
        try:
            return [work(items[::count]), *map(_received, pipes)]
        finally:
            for process in processes:
                process.kill()
                process.join()


def _child(pipe: Connection, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> None:
    with suppress(KeyboardInterrupt):  # which the parent gets, too
        try:
            pipe.send((work(items), None))
        except Exception as error:
            pipe.send((None, error))


def _received(pipe: Connection) -> Any:
    try:
        made, error = pipe.recv()
    except EOFError:
        raise MachineError(
            "a process that shared the work was killed", hint="See whether memory is short, then run it again."
        ) from None
    if error is not None:
        raise error
    return made
