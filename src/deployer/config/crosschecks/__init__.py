"""Checks of one file against another that need only the files.

Belongs here: one small module a subject, each with `check(fleet, shelf)`, from a LoadedFleet and the shelf of its documents to
problems. Never: compiling, network, reading files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from deployer.config.crosschecks import (
    clear_text,
    clouds,
    domains,
    files,
    fleetwide,
    logins,
    machines,
    names,
    policy,
    recipients,
    secrets,
    storage,
)
from deployer.config.loaded import LoadedFleet
from deployer.config.shelf import Shelf
from deployer.model.problem import Problem

__all__ = ["CHECKS", "all_problems"]

CHECKS: tuple[Callable[[LoadedFleet, Shelf], Iterable[Problem]], ...] = (
    names.check,
    domains.check,
    clouds.check,
    machines.check,
    storage.check,
    logins.check,
    policy.check,
    fleetwide.check,
    files.check,
    secrets.check,
    recipients.check,
    clear_text.check,
)


def all_problems(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """What every check finds."""
    for check in CHECKS:
        yield from check(fleet, shelf)
