"""A fleet's files as data, so that a folder, a git commit and a test case are all just a fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MAX_FILE_BYTES = 5 * 1024 * 1024
"""A larger file of a fleet is the fault `file-too-big`: no file that a person writes comes near it."""


@dataclass(frozen=True, slots=True)
class FleetTree:
    """`files`: path relative to the fleet's root (with `/`) -> content. `faults`: path -> why it could not be read.

    Fault reasons are codes of problems: `not-a-file` (a folder stands there), `not-a-folder`, `special-file` (a pipe, a device),
    `symlink-loop`, `outside-fleet` (a link that leaves the fleet), `file-too-big`, `unreadable`.
    """

    files: Mapping[str, bytes]
    faults: Mapping[str, str] = field(default_factory=dict)
