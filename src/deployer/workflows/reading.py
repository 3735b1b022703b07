"""What a command begins with: the fleet as it stands now. What its files come to is worked out in `preparation`, which most
commands can do without."""

from __future__ import annotations

from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.model.protocols import Effects


def read_fleet(effects: Effects) -> LoadedFleet:
    """The fleet of this run."""
    return load_fleet(effects.fleet.read(), effects.carried.read())
