"""A file's data against its model; every error told at the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from deployer.config.messages import TEMPLATES, problem
from deployer.config.model_fields import fields_at, keys_anywhere
from deployer.config.sourced import Layers
from deployer.config.suggestions import closest, did_you_mean, missing_space
from deployer.model.place import KeyPath, dotted
from deployer.model.problem import Problem

M = TypeVar("M", bound=BaseModel)

_WANTED = {
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
_LIMITS = {
    "greater_than_equal": ("too-small", "at least {ge}"),
    "greater_than": ("too-small", "more than {gt}"),
    "less_than_equal": ("too-large", "at most {le}"),
    "less_than": ("too-large", "less than {lt}"),
}
_DASH = re.compile(r"[-\u2010-\u2015\u2212\u2022]\s*\S")
_OF_A_KEY = "[key]"
"""Last step of pydantic's `loc` where a mapping's key is wrong, not its value."""
_ABSENCE = frozenset({"missing", "union_tag_not_found"})


@dataclass(frozen=True, slots=True)
class Target:
    """What a file is to be: its model, and what messages call the whole file."""

    model: type[BaseModel]
    called: str
    chart_words: frozenset[str] = frozenset()
    """Keys at the root that belong below `values`."""


@dataclass(frozen=True, slots=True)
class _Fault:
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


def validate(model: type[M], target: Target, source: Layers, *, partial: bool = False) -> tuple[M | None, tuple[Problem, ...]]:
    """The model, or None and every problem. `partial`: a part of a file, which others complete, so nothing is missing in it."""
    try:
        return model.model_validate(source.data), ()
    except ValidationError as error:
        raw = error.errors(include_url=False, include_input=False)
    faults = [_fault(source.data, entry) for entry in raw]
    chosen = [fault for fault in _without_other_branches(faults) if not (partial and fault.kind in _ABSENCE)]
    return None, tuple(_problem(target, source, group) for group in _grouped(chosen))


def _fault(data: Any, entry: Any) -> _Fault:
    """Walks the data along pydantic's `loc`, leaving out the steps that name a branch of a union."""
    path: list[str | int] = []
    location = entry["loc"]
    for step in location:
        if (step in data) if isinstance(data, dict) else (isinstance(data, list) and isinstance(step, int)):
            data = data[step]
            path.append(step)
    key = str(location[-1]) if location else ""
    value = path[-1] if key == _OF_A_KEY else data
    return _Fault(entry["type"], tuple(path), value, entry.get("ctx") or {}, key)


def _without_other_branches(faults: Sequence[_Fault]) -> list[_Fault]:
    """A branch of a union that another branch got further than is not what was meant."""
    further = [fault.path if fault.inside else fault.path[:-1] for fault in faults if fault.path or fault.inside]
    return [
        fault
        for fault in faults
        if not (
            _is_type(fault) and any(other[: len(fault.path)] == fault.path for other in further if len(other) >= len(fault.path))
        )
    ]


def _is_type(fault: _Fault) -> bool:
    return fault.kind in _WANTED or fault.kind == "literal_error"


def _grouped(faults: Sequence[_Fault]) -> list[list[_Fault]]:
    """Faults about the same value together, what says most first: a grammar, a choice, a limit, a type."""
    groups: dict[tuple[Any, ...], list[_Fault]] = {}
    for fault in faults:
        groups.setdefault((fault.path, fault.key if fault.inside else ""), []).append(fault)
    return [sorted(group, key=_rank) for group in groups.values()]


def _rank(fault: _Fault) -> int:
    if fault.kind in TEMPLATES:
        return 0
    if fault.kind == "literal_error":
        return 1 if isinstance(fault.value, str) else 4
    return 3 if fault.kind in _WANTED else 2


def _problem(target: Target, source: Layers, group: list[_Fault]) -> Problem:
    fault = group[0]
    if fault.kind in TEMPLATES:
        if _reads_otherwise(source, fault):
            return _not_text(source, fault)
        place = source.place(fault.path, key=fault.of_a_key)
        return problem(fault.kind, place, path=dotted(fault.path), **fault.context)
    if fault.kind == "literal_error" and isinstance(fault.value, str):
        return _not_one_of(source, fault.path, fault.value, _choices(fault), key=fault.of_a_key)
    if _is_type(fault):
        return _wrong_type(target, source, group)
    return _TELLERS.get(fault.kind, _limit)(target, source, fault)


def _unknown_tag(_target: Target, source: Layers, fault: _Fault) -> Problem:
    path = (*fault.path, _discriminator(fault))
    return _not_one_of(source, path, str(fault.context["tag"]), _quoted(fault.context["expected_tags"]))


def _not_one_of(source: Layers, path: KeyPath, value: str, choices: list[str], *, key: bool = False) -> Problem:
    advice = did_you_mean(value, choices, otherwise="one of")
    if key:
        place = source.place(path, key=True)
        return problem("unknown-key", place, key=value, parent=f"`{dotted(path[:-1])}`", advice=advice)
    return problem("not-one-of", source.place(path), value=value, path=dotted(path), advice=advice)


def _discriminator(fault: _Fault) -> str:
    return str(fault.context["discriminator"]).strip("'")


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _unknown_key(target: Target, source: Layers, fault: _Fault) -> Problem:
    key, parent = str(fault.path[-1]), fault.path[:-1]
    known = fields_at(target.model, parent, source.data)
    advice = did_you_mean(key, known)
    elsewhere = keys_anywhere(target.model).get(key)
    if closest(key, known):
        pass
    elif elsewhere:
        advice = f"it belongs into `{elsewhere}`"
    elif not parent and key in target.chart_words:
        advice = "the chart's own words stand below `values`"
    place = source.place(fault.path, key=True)
    return problem("unknown-key", place, key=key, parent=_called(target, parent), advice=advice)


def _missing_key(target: Target, source: Layers, fault: _Fault) -> Problem:
    key = _discriminator(fault) if fault.kind == "union_tag_not_found" else fault.key
    known = fields_at(target.model, fault.path, source.data)
    misspelt = next((name for name in fault.value if name not in known and closest(name, known) == key), None)
    if misspelt is not None:
        return _unknown_key(target, source, replace(fault, path=(*fault.path, misspelt)))
    advice = known[key].description or "" if key in known else ""
    # A null takes the key away: then its own line is the place.
    place = source.place((*fault.path, key), key=True)
    return problem("missing-key", place, key=key, parent=_called(target, fault.path), advice=advice)


def _choices(fault: _Fault) -> list[str]:
    return _quoted(str(fault.context.get("expected", "")))


def _wrong_type(target: Target, source: Layers, group: list[_Fault]) -> Problem:
    fault = group[0]
    place, path, written = source.place(fault.path), dotted(fault.path), source.written(fault.path)
    kinds = [other.kind for other in group]
    if "string_type" in kinds and isinstance(fault.value, bool | int | float):
        return _not_text(source, fault)
    wanted = list(dict.fromkeys(_wanted(other) for other in group))
    advice = _type_advice(target, source, fault, wanted, written)
    return problem("wrong-type", place, path=path, found=_described(fault.value), wanted=" or ".join(wanted), advice=advice)


def _reads_otherwise(source: Layers, fault: _Fault) -> bool:
    """A number that is not the one that was written, such as an account with a leading zero."""
    return isinstance(fault.value, int | float) and str(fault.value) != source.written(fault.path)


def _not_text(source: Layers, fault: _Fault) -> Problem:
    written = source.written(fault.path)
    about = {"written": written, "read": _described(fault.value)}
    return problem("not-text", source.place(fault.path), path=dotted(fault.path), **about)


def _wanted(fault: _Fault) -> str:
    if fault.kind == "literal_error":
        return " or ".join(f"`{choice}`" for choice in _choices(fault))
    return _WANTED[fault.kind]


def _type_advice(target: Target, source: Layers, fault: _Fault, wanted: list[str], written: str | None) -> str:
    first = written or (next(iter(fault.value), "") if isinstance(fault.value, dict) else "")
    if "a list" in wanted and _DASH.match(first):
        return "begin every item with `- `, a plain dash and a space"
    if "a list" in wanted and written:
        return f"write it as a list: [{written}]"
    if "true or false" in wanted and written:
        return "write true or false, without quotes"
    if wanted[0] in ("a number", "a whole number") and isinstance(fault.value, str) and re.fullmatch(r"[\d.]+", fault.value):
        return "take the quotes away"
    if "a mapping" in wanted:
        names = fields_at(target.model, fault.path, source.data)
        return missing_space(str(fault.value), names) or (f"its settings: {', '.join(names)}" if names else "")
    return ""


def _limit(_target: Target, source: Layers, fault: _Fault) -> Problem:
    place, path = source.place(fault.path), dotted(fault.path)
    if fault.kind in _LIMITS:
        code, phrase = _LIMITS[fault.kind]
        return problem(code, place, path=path, value=fault.value, limit=phrase.format(**fault.context))
    if fault.kind in ("string_too_short", "too_short"):
        return problem("too-short", source.place(fault.path, key=not fault.value), path=path)
    if fault.kind == "string_too_long":
        return problem("too-long", place, path=path, length=len(fault.value), limit=fault.context["max_length"])
    raise AssertionError(f"a model has a constraint without a message: {fault.kind}")


_TELLERS: dict[str, Callable[[Target, Layers, _Fault], Problem]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "union_tag_not_found": _missing_key,
    "union_tag_invalid": _unknown_tag,
}


def _called(target: Target, path: KeyPath) -> str:
    return f"`{dotted(path)}`" if path else target.called


def _described(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text" if value else "empty text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "nothing"
