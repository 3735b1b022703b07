"""Hubs of this machine, without the deployer."""

import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.functional.runtime.busy_hub import SETTINGS, busy_values
from tests.support.local_hub import LocalHub, MakeHub


@pytest.fixture(scope="session")
def hubs() -> Iterator[Path]:
    """A folder for hubs, to which every UID may pass: pytest's own are closed to others."""
    with tempfile.TemporaryDirectory(prefix="hubs-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _maker(folder: Path) -> Iterator[MakeHub]:
    made: list[LocalHub] = []

    def make(**settings: Any) -> LocalHub:
        hub = LocalHub(folder / f"{uuid.uuid4().hex[:8]}", **settings)
        made.append(hub)
        return hub

    yield make
    for hub in made:
        hub.close()


@pytest.fixture
def make_hub(hubs: Path) -> Iterator[MakeHub]:
    """Make a hub; it is stopped at the end, whatever happens."""
    yield from _maker(hubs)


@pytest.fixture(scope="module")
def make_lasting_hub(hubs: Path) -> Iterator[MakeHub]:
    """Make a hub that several tests use."""
    yield from _maker(hubs)


@pytest.fixture(scope="session")
def shared_hub(hubs: Path) -> Iterator[LocalHub]:
    """A hub that tests share, as long as they leave it as it was."""
    for make in _maker(hubs):
        hub = make(values=busy_values(), settings=SETTINGS)
        hub.up()
        yield hub
