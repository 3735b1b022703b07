"""Hints on what to write instead. What a hint says to write is tried first: YAML reads it, and the model takes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from deployer.config.documents import read_document
from deployer.config.faults import Fault, faults_with
from deployer.config.model_fields import Spot, fields_at, fields_of, free_values, kinds_at, spots_of, tags_of, words_of
from deployer.config.models.hub import HubFile
from deployer.config.models.secrets import SecretFile
from deployer.config.suggestions import closest, did_you_mean, is_nearly
from deployer.model.place import KeyPath

_FEW = 3
"""A key that belongs into more places than these says nothing about where it was meant."""
_ABSENT: Any = object()


def as_a_list(model: type[BaseModel], data: Mapping[str, Any], fault: Fault, written: str) -> str:
    """How a list is written that has what stands there; a comma in it is the text's own, unless no such text can be an entry."""
    plain, quoted = f"[{written}]", f"[{_quoted(written)}]"
    wanted = ((plain, [fault.value]), (quoted, [written]), (plain, None))
    passing = _passing(model, data, fault.path, (text for text, value in wanted if value is None or _read(text) == value))
    if passing:
        return f"write it as a list: {passing}"
    names = fields_at(model, (*fault.path, 0), data)
    return f"write a list; its entries have: {', '.join(names)}" if names else ""


def as_an_entry(model: type[BaseModel], data: Mapping[str, Any], fault: Fault) -> str:
    """How a list is written that has the mapping which stands there: as its first entry, or without values."""
    first = next(iter(fault.value), "")
    if not first:
        return "write it as a list: each entry begins with a dash"
    names = fields_at(model, (*fault.path, 0), data)
    if first in names:
        line = f"- {first}: ..."
        return f"every entry begins with a dash: `{line}`, its others in the column of `{first}`; in one line: [{{{line[2:]}}}]"
    passing = _passing(model, data, fault.path, [f"[{', '.join(map(str, fault.value))}]"])
    if passing:
        return f"write it as a list: {passing}"
    return f"write a list; its entries have: {', '.join(names)}" if names else ""


def as_a_mapping(model: type[BaseModel], data: Mapping[str, Any], fault: Fault) -> str:
    """How a mapping is written that has the word or the list which stands there."""
    kinds, said = kinds_at(model, fault.path, data), fault.value
    head = "" if isinstance(fault.path[-1], int) else f"{fault.path[-1]}: "
    for kind in kinds:
        fields = fields_of(kind)
        meant = next((name for name, info in fields.items() if said in words_of(info.annotation)), None)
        if meant:
            others = ", ".join(name for name in fields if name != meant)
            return f"write {head}{{{meant}: {said}}}" + (f"; it also has: {others}" if others else "")
    entries = [fields for kind in free_values(kinds) if (fields := fields_of(kind))]
    if entries and isinstance(said, list) and said:
        needed = ", ".join(f"{name}: ..." for name, info in entries[0].items() if info.is_required())
        return f"write {head}{{{_quoted(str(said[0]))}: {{{needed}}}}}; each of them has: {', '.join(entries[0])}"
    tags = {name: None for kind in kinds for name, _ in tags_of(kind)} if len(kinds) > 1 else {}
    if tags:
        choices = (word for kind in kinds for _, words in tags_of(kind) for word in words)
        return f"write {head}{{{next(iter(tags))}: ...}} with one of: {', '.join(choices)}"
    names = fields_at(model, fault.path, data)
    return f"its settings: {', '.join(names)}" if names else ""


def as_text(model: type[BaseModel], data: Mapping[str, Any], fault: Fault, written: str | None) -> str:
    """How text is written that YAML took for a mapping because of its colon. `written`: what stands behind the colon."""
    if len(fault.value) != 1:
        return ""
    text = _quoted(f"{next(iter(fault.value))}: {written}")
    if written is None or not _passing(model, data, fault.path, [text]):
        return "text with a colon in it needs quotes, else it is read as a mapping"
    return f"quote it, else its colon makes a mapping of it: {text}"


def as_settings(model: type[BaseModel], data: Mapping[str, Any], fault: Fault) -> str:
    """How a mapping is written that has what stands there, one for each of its settings that can have it."""
    names = list(fields_at(model, fault.path, data))
    written = fault.value if _read(f"[{fault.value}]") == [fault.value] else _quoted(fault.value)
    texts = [f"{{{name}: [{written}]}}" for name in reversed(names)]
    passing = [text for text in texts if _passing(model, data, fault.path, [text])]
    return " or ".join(f"`{fault.path[-1]}: {text}`" for text in passing) or f"a mapping of {', '.join(names)}"


def of_unknown_key(model: type[BaseModel], data: Mapping[str, Any], parent: KeyPath, key: str) -> str:
    """What was meant: a key of this mapping with a letter or two wrong, or a key of another; else something like it."""
    known = fields_at(model, parent, data)
    if key.isdecimal():
        return "a comma begins the next setting: write a decimal with a point"
    guess = closest(key, known)
    if guess and is_nearly(key, guess):
        return f"perhaps you meant `{guess}`"
    told = _of_a_path(model, data, parent, key) or _of_a_secret(model, parent, key)
    if told:
        return told
    spots, own = spots_of(model).get(key, ()), _where(parent)
    places = list(dict.fromkeys(spot.where for spot in spots if _may_be(spot, data) and spot.where != own))
    if 0 < len(places) <= _FEW:
        return f"it belongs into {' or '.join(f'`{place}`' for place in places)}"
    others = sorted((spot for spot in spots if spot.only and not places), key=lambda spot: spot.where != own)
    if others:
        return _of_another(others, data, list(known) if others[0].where == own else [])
    return did_you_mean(key, known) or _of_a_part(model, key)


def _of_a_path(model: type[BaseModel], data: Mapping[str, Any], parent: KeyPath, key: str) -> str:
    """`idle.stop_after: 1h`, as paths are told and not as they are written."""
    *above, last = key.split(".")
    if not above or last not in fields_at(model, (*parent, *above), data):
        return ""
    return f"a dot leads nowhere in a file: write `{last}: ...` below {' below '.join(f'`{step}:`' for step in reversed(above))}"


def _of_a_secret(model: type[BaseModel], parent: KeyPath, key: str) -> str:
    if model is HubFile and any(spot.where == _where(parent) for spot in spots_of(SecretFile).get(key, ())):
        return "it is a secret, and belongs into the hub's encrypted secret file: deployer secrets edit CLUSTER HUB"
    return ""


def _of_a_part(model: type[BaseModel], key: str) -> str:
    """A key of some part that is spelled nearly so: `images` for that of an environment."""
    guess = closest(key, spots_of(model))
    if not guess or not is_nearly(key, guess):
        return ""
    where = dict.fromkeys(spot.where for spot in spots_of(model)[guess])
    return f"perhaps you meant `{guess}` of {' or '.join(f'`{place}`' for place in where)}" if len(where) <= _FEW else ""


def _of_another(spots: list[Spot], data: Mapping[str, Any], known: list[str]) -> str:
    """It is there only where another key says something else. The first spot is the best."""
    where, (said_at, _) = spots[0].where, spots[0].only or ("", "")
    choices = [f"`{spot.only[1]}`" for spot in spots if spot.only and spot.where == where]
    advice = f"`{where}` has it where `{said_at}` is {' or '.join(choices)}"
    return f"{advice}; with `{_at(data, said_at)}` it has: {', '.join(known)}" if known else advice


def _may_be(spot: Spot, data: Mapping[str, Any]) -> bool:
    return spot.only is None or _at(data, spot.only[0]) in (spot.only[1], _ABSENT)


def _at(data: Any, where: str) -> Any:
    for step in where.split("."):
        data = data.get(step, _ABSENT) if isinstance(data, dict) else _ABSENT
    return data


def _where(path: KeyPath) -> str:
    return "".join("[]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _passing(model: type[BaseModel], data: Mapping[str, Any], path: KeyPath, texts: Iterable[str]) -> str | None:
    """The first of the texts that may stand at `path`."""
    tried = ((text, _read(text)) for text in texts)
    return next((text for text, value in tried if value is not _ABSENT and not faults_with(model, data, path, value)), None)


def _read(text: str) -> Any:
    """What YAML takes a text for, where it stands behind a key."""
    document, problems = read_document("", f"key: {text}\n".encode())
    return _ABSENT if document is None or problems else document.data["key"]


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
