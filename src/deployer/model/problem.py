"""One thing that is wrong with a fleet, told so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from deployer.model.place import Place


class Severity(StrEnum):
    """An error stops a deploy; a warning is told and does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`code` names the message's template (kebab-case); `hint` says what to do, or is empty."""

    code: str
    message: str
    place: Place
    hint: str = ""
    severity: Severity = Severity.ERROR


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file, line, column and code, each told once."""
    unique = {(p.place.file, p.place.line, p.place.column, p.code, p.message): p for p in problems}
    return tuple(unique[key] for key in sorted(unique))
