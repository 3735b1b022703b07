"""Braces in environment variables: KubeSpawner fills every value by `str.format`, where a stray brace is an error."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

KNOWN_FIELDS = ("username", "unescaped_username")
_KNOWN = re.compile(r"(\{(?:" + "|".join(KNOWN_FIELDS) + r")\})")
_FIELD_LIKE = re.compile(r"\$?\{[A-Za-z_][\w.]*\}")


def environment_value(text: str, *, formatted_twice: bool = False) -> str:
    """`{username}` and `{unescaped_username}` stay, every other brace is a brace.

    `formatted_twice`: the overrides of a typed image are filled in once more before, with the name that was typed.
    """
    times = 4 if formatted_twice else 2
    pieces = _KNOWN.split(text)
    return "".join(
        piece if index % 2 else piece.replace("{", "{" * times).replace("}", "}" * times) for index, piece in enumerate(pieces)
    )


def unknown_fields(text: str, references: Collection[str]) -> Iterator[str]:
    """What looks like something to be filled in and is not: `{user}`, `${buckets.other.url}`; not `${SHELL_NAME}`.

    `references` are the outputs of the cluster that a deploy fills in: `buckets.scratch.url`.
    """
    for found in _FIELD_LIKE.findall(text):
        name = found.strip("${}")
        if name not in (references if found.startswith("$") else KNOWN_FIELDS) and (not found.startswith("$") or "." in found):
            yield found
