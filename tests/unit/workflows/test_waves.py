"""A change goes on from wave to wave, or stops."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.support.clock import Clock

from deployer.errors import UnhealthyError
from deployer.model.outcomes import HubOutcome, Outcome
from deployer.model.plan import Plan
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.planning.waves import Wave
from deployer.tools.interruption import Interruption
from deployer.workflows.waves import Waves


@dataclass
class Fleet:
    """Hubs that are told how their deploy ends: `same` are unchanged, `bad` fail, `later` become sick once deployed."""

    same: str = ""
    bad: str = ""
    later: str = ""
    clock: Clock = field(default_factory=Clock)
    said: list[str] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.said.append(title)
        yield

    def deploy(self, release: Release) -> HubOutcome:
        name = release.ref.hub
        self.begun.append(name)
        outcome = Outcome.FAILED if name in self.bad else Outcome.UNCHANGED if name in self.same else Outcome.DEPLOYED
        error = UnhealthyError("dead") if name in self.bad else None
        return HubOutcome(ref=release.ref, outcome=outcome, plan=Plan(ref=release.ref), error=error)

    def run(self, *planned: Wave, jobs: int = 1) -> str:
        """First letter of each hub's outcome: d(eployed), u(nchanged), f(ailed), s(kipped)."""
        bundle: dict[str, Any] = dict.fromkeys(Effects.__dataclass_fields__, None)
        effects = Effects(**bundle | {"clock": self.clock, "interruption": Interruption(), "progress": self})
        waves = Waves(
            effects,
            self.deploy,
            lambda release: release.ref.hub not in self.same,
            lambda ref: "not ready: hub" if ref.hub in self.later else "",
            jobs,
        )
        self.outcomes = waves.run(planned)
        return "".join(str(outcome.outcome)[0] for outcome in self.outcomes)


def wave(hubs: str, ring: str = "ring", **how: Any) -> Wave:
    return Wave(releases=tuple(Release(ref=HubRef("demo", hub), chart="", values={}) for hub in hubs), ring=ring, **how)


@pytest.mark.parametrize(
    ("waves", "bad", "expected"),
    [
        ((wave("ab"), wave("c")), "", "ddd"),
        ((wave("ab"), wave("c")), "a", "fds"),
        ((wave("abcd", failures=0), wave("e")), "a", "fssss"),
        ((wave("abcd", failures=1), wave("e", failures=1)), "a", "fdddd"),
        ((wave("abcd", failures=1), wave("e", failures=1)), "ac", "fdfss"),
        ((wave("abcd", failures=1), wave("e", failures=0)), "a", "fddds"),
        ((wave("abcd", failures=1), wave("e", "")), "b", "dfdds"),
    ],
)
def test_after_too_many_failures_nothing_more_is_begun(waves: tuple[Wave, ...], bad: str, expected: str) -> None:
    fleet = Fleet(bad=bad)
    assert fleet.run(*waves) == expected
    assert len(fleet.begun) == len(expected.replace("s", ""))


def test_side_by_side_a_limit_holds_too() -> None:
    outcomes = Fleet(bad="abcdefgh").run(wave("abcdefgh", failures=1), jobs=2)
    assert 2 <= outcomes.count("f") <= 3, "one more may have been begun beside the last that was too many"
    assert set(outcomes) == {"f", "s"}


@pytest.mark.parametrize(
    ("same", "seconds"),
    [("", 600), ("a", 600), ("ab", 0), ("c", 0)],
    ids=["all changed", "one of the ring changed", "nothing of the ring changed", "nothing to come"],
)
def test_a_ring_is_left_to_run_before_the_next(same: str, seconds: int) -> None:
    fleet = Fleet(same=same)
    fleet.run(wave("a"), wave("b", soak=600), wave("c", "next"))
    assert fleet.clock.seconds == seconds
    assert fleet.said == (["Leave ring ring to run for 10 minutes"] if seconds else [])


def test_a_hub_that_becomes_sick_in_that_time_stops_the_rest() -> None:
    fleet = Fleet(later="a")
    assert fleet.run(wave("ab", soak=60), wave("c", "next")) == "fds"
    error = fleet.outcomes[0].error
    assert error is not None
    assert (error.exit_code, error.message) == (7, "demo/a was healthy after its deploy and is no longer: not ready: hub")
    assert error.hint == "`deployer rollback demo a` brings back the deploy before."


def test_the_last_ring_is_not_waited_for() -> None:
    fleet = Fleet()
    assert fleet.run(wave("a", soak=60)) == "d"
    assert fleet.clock.seconds == 0
