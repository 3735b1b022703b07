"""Checks of one file against another that need only the files.

Belongs here: one small module a subject, each a function from a LoadedFleet (and the shelf of its documents) to problems.
Never: compiling, network, reading files.
"""

from __future__ import annotations

from collections.abc import Iterable

from deployer.config.loaded import LoadedFleet
from deployer.config.shelf import Shelf
from deployer.model.problem import Problem

__all__ = ["all_problems"]


def all_problems(fleet: LoadedFleet, shelf: Shelf) -> Iterable[Problem]:
    """What every check finds."""
    return ()
