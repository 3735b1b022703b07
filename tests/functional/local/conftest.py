"""Local hubs through the real program. They share a state folder, so that the hubs' environment is made once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.small_fleets import SmallFleet

_numbers = itertools.count(1)
MakeFleet = Callable[[], SmallFleet]


def _fleets(root: Path, state: Path) -> Iterator[MakeFleet]:
    made: list[SmallFleet] = []

    def make() -> SmallFleet:
        number = next(_numbers)
        fleet = SmallFleet(root / f"fleet{number}", state, f"cluster{number}")
        fleet.write_hub()
        made.append(fleet)
        return fleet

    yield make
    for fleet in made:
        fleet.close()


@pytest.fixture
def make_fleet(tmp_path: Path, state: Path) -> Iterator[MakeFleet]:
    """Make a fleet with the hub `garden`; whatever runs of it ends with the test."""
    yield from _fleets(tmp_path, state)


@pytest.fixture
def fleet(make_fleet: MakeFleet) -> SmallFleet:
    """A fleet of this test's own; nothing is deployed yet."""
    return make_fleet()


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory, state: Path) -> Iterator[SmallFleet]:
    for make in _fleets(tmp_path_factory.mktemp("fleets"), state):
        fleet = make()
        fleet.deployed()
        yield fleet


@pytest.fixture
def running(_running: SmallFleet) -> SmallFleet:
    """A fleet whose hub `garden` is deployed and healthy, shared by tests that leave it so, with whatever text."""
    _running.write_hub(text=_running.good)
    _running.deployed()
    return _running
