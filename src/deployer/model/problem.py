"""One thing that is wrong with a fleet, told so that its author can mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from deployer.model.place import Place
from deployer.model.release import HubRef


class Severity(StrEnum):
    """An error stops a deploy; a warning is told and does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`code` names the message's template (kebab-case); `hint` says what to do, or is empty.

    `hubs`: whom it concerns, in order; none means everybody for whom its file is.
    """

    code: str
    message: str
    place: Place
    hint: str = ""
    severity: Severity = Severity.ERROR
    hubs: tuple[HubRef, ...] = ()


def of_hub(ref: HubRef, problems: Iterable[Problem]) -> Iterator[Problem]:
    """The problems as those of one hub, whichever file they stand in."""
    return (replace(problem, hubs=(ref,)) for problem in problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file, line, column and code, each told once, of all hubs of which it was told."""
    unique: dict[tuple[str, int, int, str, str], Problem] = {}
    for one in problems:
        key = (one.place.file, one.place.line, one.place.column, one.code, one.message)
        unique[key] = _both(unique[key], one) if key in unique else one
    return tuple(unique[key] for key in sorted(unique))


def _both(one: Problem, other: Problem) -> Problem:
    hubs = {*one.hubs, *other.hubs} if one.hubs and other.hubs else ()
    return replace(other, hubs=tuple(sorted(hubs, key=str)))
