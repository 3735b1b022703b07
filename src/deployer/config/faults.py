"""What pydantic finds wrong with a file's data, each fault with its path in that data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from deployer.config.messages import TEMPLATES
from deployer.model.place import KeyPath

WANTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
"""Faults of a wrong type, and what is wanted instead."""
_OF_A_KEY = "[key]"
"""Last step of pydantic's `loc` where a mapping's key is wrong, not its value."""
_ABSENCE = frozenset({"missing", "union_tag_not_found"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of pydantic, with its path in the data and the value (or the key) that is wrong."""

    kind: str
    path: KeyPath
    value: Any
    context: dict[str, Any]
    key: str = ""

    @property
    def of_a_key(self) -> bool:
        """It is about the last key of `path`, not about the value there."""
        return self.key == _OF_A_KEY

    @property
    def inside(self) -> bool:
        """It is about something in the mapping at `path`, not about the value there."""
        return self.kind in _ABSENCE

    @property
    def of_type(self) -> bool:
        """The value is of another type than those that are wanted."""
        return self.kind in WANTED or self.kind == "literal_error"


def faults_of(error: ValidationError, data: Any, *, partial: bool) -> list[list[Fault]]:
    """The faults of each value, what says most first. `partial`: others complete the data, so nothing is missing."""
    faults = [_fault(data, entry) for entry in error.errors(include_url=False, include_input=False)]
    return _grouped([fault for fault in _without_other_branches(faults) if not (partial and fault.inside)])


def faults_with(model: type[BaseModel], data: Any, path: KeyPath, value: Any) -> list[Fault]:
    """What would be wrong with `value` if it stood at `path`, or in it: what says most, first."""
    changed = with_value(data, path, value)
    try:
        model.model_validate(changed)
    except ValidationError as error:
        groups = faults_of(error, changed, partial=False)
        return [fault for group in groups for fault in group if fault.path[: len(path)] == path]
    return []


def with_value(data: Any, path: KeyPath, value: Any) -> Any:
    """A copy of the data that has `value` at `path`; all around it is there already."""
    if not path:
        return value
    step, below = path[0], path[1:]
    changed = data.copy()
    changed[step] = with_value(data[step], below, value) if below else value
    return changed


def _fault(data: Any, entry: Any) -> Fault:
    """Walks the data along pydantic's `loc`, leaving out the steps that name a branch of a union."""
    path: list[str | int] = []
    location = entry["loc"]
    for step in location:
        if (step in data) if isinstance(data, dict) else (isinstance(data, list) and isinstance(step, int)):
            data = data[step]
            path.append(step)
    key = str(location[-1]) if location else ""
    value = path[-1] if key == _OF_A_KEY else data
    return Fault(entry["type"], tuple(path), value, entry.get("ctx") or {}, key)


def _without_other_branches(faults: Sequence[Fault]) -> list[Fault]:
    """A branch of a union that another branch got further than is not what was meant."""
    further = [fault.path if fault.inside else fault.path[:-1] for fault in faults if fault.path or fault.inside]
    return [
        fault
        for fault in faults
        if not (
            fault.of_type and any(other[: len(fault.path)] == fault.path for other in further if len(other) >= len(fault.path))
        )
    ]


def _grouped(faults: Sequence[Fault]) -> list[list[Fault]]:
    """Faults about the same value together, what says most first: a grammar, a choice, a limit, a type."""
    groups: dict[tuple[Any, ...], list[Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.path, fault.key if fault.inside else ""), []).append(fault)
    return [sorted(group, key=_rank) for group in groups.values()]


def _rank(fault: Fault) -> int:
    if fault.kind in TEMPLATES:
        return 0
    if fault.kind == "literal_error":
        return 1 if isinstance(fault.value, str) else 4
    return 3 if fault.kind in WANTED else 2
