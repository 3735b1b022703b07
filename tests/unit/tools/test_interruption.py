"""What waits in a thread is interrupted once, and what it then undoes is not."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest

from deployer.tools.clock import SystemClock
from deployer.tools.interruption import Interruption

FOREVER = 3600


def in_a_thread(work: Callable[[], None]) -> None:
    """It must come to an end, and raise nothing."""
    raised: list[BaseException] = []

    def caught() -> None:
        try:
            work()
        except BaseException as error:
            raised.append(error)

    thread = Thread(target=caught, daemon=True)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    if raised:
        raise AssertionError(repr(raised[0])) from raised[0]


def test_a_thread_that_it_reaches_stops_waiting_and_is_told_once() -> None:
    interruption = Interruption()
    clock = SystemClock(interruption)

    def work() -> None:
        with interruption.reaches():
            interruption.check()
            Thread(target=interruption.begin).start()
            with pytest.raises(KeyboardInterrupt):
                clock.sleep(FOREVER)
            clock.sleep(0.01)
            interruption.check()

    in_a_thread(work)


def test_what_is_spared_goes_on_and_is_told_after_it() -> None:
    interruption = Interruption()
    interruption.begin()

    def work() -> None:
        with interruption.reaches():
            with interruption.spares():
                SystemClock(interruption).sleep(0.01)
            with pytest.raises(KeyboardInterrupt):
                interruption.check()

    in_a_thread(work)


def test_a_thread_that_nobody_named_is_not_told() -> None:
    interruption = Interruption()
    interruption.begin()
    began = SystemClock().monotonic()
    in_a_thread(lambda: SystemClock(interruption).sleep(0.05))
    assert SystemClock().monotonic() - began >= 0.05
