"""A file's data against its model; every error told at the place where it was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from deployer.config import advice
from deployer.config.faults import WANTED, Fault, faults_of, faults_with
from deployer.config.lost_keys import with_lost_keys
from deployer.config.messages import TEMPLATES, problem
from deployer.config.model_fields import fields_at, fields_of, kinds_at, words_of
from deployer.config.sourced import Layers
from deployer.config.suggestions import closest, missing_space, one_of
from deployer.model.place import KeyPath, dotted
from deployer.model.problem import Problem

M = TypeVar("M", bound=BaseModel)

_LIMITS = {
    "greater_than_equal": ("too-small", "at least {ge}"),
    "greater_than": ("too-small", "more than {gt}"),
    "less_than_equal": ("too-large", "at most {le}"),
    "less_than": ("too-large", "less than {lt}"),
}
_DASH = re.compile(r"[-\u2010-\u2015\u2212\u2022]\s*\S")


@dataclass(frozen=True, slots=True)
class Target:
    """What a file is to be: its model, and what messages call the whole file."""

    model: type[BaseModel]
    called: str
    chart_words: frozenset[str] = frozenset()
    """Keys at the root that belong below `values`."""


def validate(model: type[M], target: Target, source: Layers, *, partial: bool = False) -> tuple[M | None, tuple[Problem, ...]]:
    """The model, or None and every problem. `partial`: a part of a file, which others complete, so nothing is missing in it."""
    data = with_lost_keys(model, source, partial=partial)
    try:
        return model.model_validate(data), ()
    except ValidationError as error:
        groups = faults_of(error, data, partial=partial)
    return None, tuple(_problem(target, source, group) for group in groups)


def _problem(target: Target, source: Layers, group: list[Fault]) -> Problem:
    fault = group[0]
    if fault.kind in TEMPLATES:
        if _reads_otherwise(source, fault):
            return _not_text(target, source, fault)
        place = source.place(fault.path, key=fault.of_a_key)
        return problem(fault.kind, place, path=dotted(fault.path), **fault.context)
    if fault.kind == "literal_error" and isinstance(fault.value, str):
        if _may_be_a_mapping(group) and not closest(fault.value, _choices(fault)):
            return _not_a_rule(target, source, fault)
        return _not_one_of(source, fault.path, fault.value, _choices(fault), key=fault.of_a_key)
    if fault.of_type:
        return _wrong_type(target, source, group)
    return _TELLERS.get(fault.kind, _limit)(target, source, fault)


def _unknown_tag(_target: Target, source: Layers, fault: Fault) -> Problem:
    name = _discriminator(fault)
    path, said = (*fault.path, name), fault.value[name]
    choices = _quoted(fault.context["expected_tags"])
    written = source.written(path)
    if written is not None:
        return _not_one_of(source, path, written, choices)
    meant = said[0] if isinstance(said, list) and said else said
    place, hint = source.place(path), one_of(str(meant), choices)
    return problem("wrong-type", place, path=dotted(path), found=_described(said), wanted="one word", advice=hint)


def _may_be_a_mapping(group: list[Fault]) -> bool:
    return any(fault.kind.startswith("model_") for fault in group)


def _not_a_rule(target: Target, source: Layers, fault: Fault) -> Problem:
    """A word where a mapping is meant: to offer the one word that is taken there would be to offer what it lets in."""
    ways = advice.as_settings(target.model, source.data, fault)
    hint = missing_space(fault.value, fields_at(target.model, fault.path, source.data)) or None
    about = {"value": fault.value, "path": dotted(fault.path), "ways": ways, "word": " or ".join(_choices(fault))}
    return problem("not-a-rule", source.place(fault.path), hint=hint, **about)


def _not_one_of(source: Layers, path: KeyPath, value: str, choices: list[str], *, key: bool = False) -> Problem:
    hint = one_of(value, choices)
    if key:
        place = source.place(path, key=True)
        return problem("unknown-key", place, key=value, parent=f"`{dotted(path[:-1])}`", advice=hint)
    return problem("not-one-of", source.place(path), value=value, path=dotted(path), advice=hint)


def _discriminator(fault: Fault) -> str:
    return str(fault.context["discriminator"]).strip("'")


def _quoted(text: str) -> list[str]:
    return re.findall(r"'([^']*)'", text)


def _unknown_key(target: Target, source: Layers, fault: Fault) -> Problem:
    key, parent = str(fault.path[-1]), fault.path[:-1]
    hint = advice.of_unknown_key(target.model, source.data, parent, key)
    if not hint and not parent and key in target.chart_words:
        hint = "the chart's own words stand below `values`"
    if not hint and "metadata" in fields_at(target.model, parent, source.data):
        hint = "what is free goes below `metadata`"
    place = source.place(fault.path, key=True)
    return problem("unknown-key", place, key=key, parent=_called(target, parent), advice=hint)


def _missing_key(target: Target, source: Layers, fault: Fault) -> Problem:
    key = _discriminator(fault) if fault.kind == "union_tag_not_found" else fault.key
    known = fields_at(target.model, fault.path, source.data)
    misspelt = next((name for name in fault.value if name not in known and closest(name, known) == key), None)
    if misspelt is not None:
        return _unknown_key(target, source, replace(fault, path=(*fault.path, misspelt)))
    hint = _added(target, source, fault, key) if key in known else ""
    # A null takes the key away: then its own line is the place.
    place = source.place((*fault.path, key), key=True)
    return problem("missing-key", place, key=key, parent=_called(target, fault.path), advice=hint)


def _added(target: Target, source: Layers, fault: Fault, key: str) -> str:
    """The line that is missing, and what it says."""
    said = fields_at(target.model, fault.path, source.data)[key].description or ""
    kinds = kinds_at(target.model, fault.path, source.data)
    choices = dict.fromkeys(
        word for kind in kinds if key in fields_of(kind) for word in words_of(fields_of(kind)[key].annotation)
    )
    one_of = f" One of: {', '.join(map(str, choices))}" if choices else ""
    return f"write `{key}: ...`. {said}{one_of}"


def _choices(fault: Fault) -> list[str]:
    return _quoted(str(fault.context.get("expected", "")))


def _wrong_type(target: Target, source: Layers, group: list[Fault]) -> Problem:
    fault = group[0]
    place, path, written = source.place(fault.path), dotted(fault.path), source.written(fault.path)
    kinds = [other.kind for other in group]
    if "string_type" in kinds and isinstance(fault.value, bool | int | float):
        return _not_text(target, source, fault)
    wanted = list(dict.fromkeys(_wanted(other) for other in group))
    hint = _type_advice(target, source, fault, wanted, written)
    return problem("wrong-type", place, path=path, found=_described(fault.value), wanted=" or ".join(wanted), advice=hint)


def _reads_otherwise(source: Layers, fault: Fault) -> bool:
    """A number that is not the one that was written, such as an account with a leading zero."""
    return isinstance(fault.value, int | float) and str(fault.value) != source.written(fault.path)


def _not_text(target: Target, source: Layers, fault: Fault) -> Problem:
    """Quotes are all that is missing; where they would not do, what is wrong with the text in them."""
    written = source.written(fault.path)
    refused = faults_with(target.model, source.data, fault.path, written)
    if refused:
        return _problem(target, source, refused)
    about = {"written": written, "read": _described(fault.value)}
    return problem("not-text", source.place(fault.path), path=dotted(fault.path), **about)


def _wanted(fault: Fault) -> str:
    if fault.kind == "literal_error":
        return " or ".join(f"`{choice}`" for choice in _choices(fault))
    return WANTED[fault.kind]


def _type_advice(target: Target, source: Layers, fault: Fault, wanted: list[str], written: str | None) -> str:
    if "a list" in wanted and (told := _list_advice(target, source, fault, written)):
        return told
    if "text" in wanted and isinstance(fault.value, dict):
        return advice.as_text(target.model, source.data, fault, source.written((*fault.path, *fault.value)))
    if "true or false" in wanted and written:
        return "write true or false, without quotes"
    if wanted[0] in ("a number", "a whole number") and isinstance(fault.value, str) and re.fullmatch(r"[\d.]+", fault.value):
        return "take the quotes away"
    if "a mapping" in wanted:
        names = fields_at(target.model, fault.path, source.data)
        return missing_space(str(fault.value), names) or advice.as_a_mapping(target.model, source.data, fault)
    return ""


def _list_advice(target: Target, source: Layers, fault: Fault, written: str | None) -> str:
    first = written or (next(iter(fault.value), "") if isinstance(fault.value, dict) else "")
    if _DASH.match(first):
        return "begin every item with `- `, a plain dash and a space"
    if isinstance(fault.value, dict):
        return advice.as_an_entry(target.model, source.data, fault)
    return advice.as_a_list(target.model, source.data, fault, written) if written else ""


def _limit(_target: Target, source: Layers, fault: Fault) -> Problem:
    place, path = source.place(fault.path), dotted(fault.path)
    if fault.kind in _LIMITS:
        code, phrase = _LIMITS[fault.kind]
        return problem(code, place, path=path, value=fault.value, limit=phrase.format(**fault.context))
    if fault.kind in ("string_too_short", "too_short"):
        return problem("too-short", source.place(fault.path, key=not fault.value), path=path)
    if fault.kind == "string_too_long":
        return problem("too-long", place, path=path, length=len(fault.value), limit=fault.context["max_length"])
    raise AssertionError(f"a model has a constraint without a message: {fault.kind}")


_TELLERS: dict[str, Callable[[Target, Layers, Fault], Problem]] = {
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
