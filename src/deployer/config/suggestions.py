"""Hints: the closest spelling of what was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

_LISTED = 15
_NEARLY = 0.85


def closest(name: str, known: Iterable[str]) -> str | None:
    """The name that `name` is most likely a misspelling of."""
    names = {other.lower().replace("_", "-"): other for other in known}
    found = difflib.get_close_matches(name.lower().replace("_", "-"), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def is_nearly(name: str, other: str) -> bool:
    """A letter or two make the difference."""
    return difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio() > _NEARLY


def did_you_mean(name: str, known: Iterable[str], *, otherwise: str = "known here") -> str:
    """`perhaps you meant ...`; with nothing close, all that is known, unless that is too much or nothing."""
    names = list(known)
    guess = closest(name, names)
    return f"perhaps you meant `{guess}`" if guess else listed(names, otherwise)


def one_of(word: str, choices: Sequence[str]) -> str:
    """What a file may say in place of a word: the closest, or all there is, as nothing else is taken."""
    guess = closest(word, choices)
    return f"perhaps you meant `{guess}`" if guess else f"one of: {', '.join(choices)}"


def listed(names: Sequence[str], what: str) -> str:
    """All of them, unless that is too much or nothing."""
    return f"{what}: {', '.join(names)}" if 0 < len(names) <= _LISTED else ""


def missing_space(text: str, known: Iterable[str]) -> str:
    """What to do where `provider:github` was read as one word; empty where it is nothing of the kind."""
    name, colon, value = text.partition(":")
    return f"write a space after the colon of `{name}`" if colon and value and name in known else ""
