"""Work is shared among processes, and nothing of it is lost, neither a result nor an error."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence

import pytest

from deployer.errors import ExternalError, MachineError
from deployer.tools.processors import SystemProcessors


def who_and_what(share: Sequence[int]) -> tuple[int, list[int]]:
    return os.getpid(), list(share)


@pytest.mark.parametrize(("count", "items", "processes"), [(1, 200, 1), (2, 200, 2), (3, 200, 3), (4, 90, 1), (2, 0, 1)])
def test_every_item_is_in_one_share(count: int, items: int, processes: int) -> None:
    shares = SystemProcessors(count).shared(who_and_what, range(items))
    assert sorted(item for _, share in shares for item in share) == list(range(items))
    assert len({process for process, _ in shares}) == processes
    assert not multiprocessing.active_children()


@pytest.mark.parametrize(("count", "items", "elsewhere"), [(1, 200, False), (2, 200, True), (2, 20, False)])
def test_what_was_begun_meanwhile(count: int, items: int, elsewhere: bool) -> None:
    process, share = SystemProcessors(count).meanwhile(who_and_what, range(items))()
    assert share == list(range(items))
    assert (process != os.getpid()) == elsewhere
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("bad", [0, 1], ids=["here", "in another process"])
def test_an_error_is_raised_here(bad: int) -> None:
    def work(share: Sequence[int]) -> None:
        if bad in share:
            raise ExternalError("no disk", hint="Buy one.")

    with pytest.raises(ExternalError, match="no disk") as raised:
        SystemProcessors(2).shared(work, range(100))
    assert raised.value.hint == "Buy one."
    assert not multiprocessing.active_children()


def test_a_process_that_is_killed_is_told() -> None:
    here = os.getpid()

    def work(share: Sequence[int]) -> None:
        if os.getpid() != here:
            os._exit(9)

    with pytest.raises(MachineError, match="was killed"):
        SystemProcessors(2).shared(work, range(100))
