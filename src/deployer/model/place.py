"""Where something stands in a file that a person wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""Steps from the root of a YAML document: `("machines", 0, "pool")`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of one line. `line` and `column` count from 1; `file` is relative to the fleet."""

    file: str
    line: int
    column: int
    width: int = 1
    excerpt: tuple[tuple[int, str], ...] = ()
    """Up to two source lines with their numbers, the last one being `line`; empty where the file has no text."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def value_at(data: Any, path: KeyPath) -> Any:
    """What stands at a path of mappings; None where there is nothing."""
    for step in path:
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def dotted(path: KeyPath) -> str:
    """`("machines", 0, "pool")` -> `machines[0].pool`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
