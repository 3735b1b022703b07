"""Work beside other work, in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


@contextmanager
def meanwhile(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Do it while the block runs; a block that ends waits for it, and raises what it raised. One that is interrupted or
    fails does not: nobody waits for work whose end no longer matters, which may be a silent server's."""
    future = Future[Result]()

    def done() -> None:
        try:
            future.set_result(work())
        except BaseException as error:
            future.set_exception(error)

    Thread(target=copy_context().run, args=(done,), daemon=True).start()
    yield future
    future.result()
