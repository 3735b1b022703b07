"""What differs between what runs and what is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from deployer.model.plan import Change

_CONTEXT_LINES = 2


def changes(running: Mapping[str, str], wanted: Mapping[str, str]) -> tuple[Change, ...]:
    """One Change for each document that differs, in the order of their names."""
    names = sorted(running.keys() | wanted.keys())
    return tuple(
        Change(name, _kind(running, wanted, name), _diff(name, running.get(name, ""), wanted.get(name, "")))
        for name in names
        if running.get(name) != wanted.get(name)
    )


def _kind(running: Mapping[str, str], wanted: Mapping[str, str], name: str) -> str:
    if name not in running:
        return "added"
    return "changed" if name in wanted else "removed"


def _diff(name: str, before: str, after: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"running/{name}", f"wanted/{name}", n=_CONTEXT_LINES, lineterm=""
    )
    return "\n".join(lines)
