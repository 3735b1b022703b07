"""Work beside other work."""

from threading import Event

import pytest

from deployer.tools.meanwhile import meanwhile


def test_both_are_done_at_the_end() -> None:
    begun = Event()
    with meanwhile(lambda: begun.wait(10)) as beside:
        begun.set()
    assert beside.result(0) is True


def test_what_goes_wrong_beside_is_raised_at_the_end() -> None:
    def work() -> None:
        raise ValueError("beside")

    with pytest.raises(ValueError, match="beside"), meanwhile(work):
        pass


def test_who_is_interrupted_does_not_wait() -> None:
    never = Event()
    with pytest.raises(KeyboardInterrupt), meanwhile(never.wait):
        raise KeyboardInterrupt
