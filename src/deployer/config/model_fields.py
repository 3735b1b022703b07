"""What a model allows at a place of its file: the fields there, their descriptions."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deployer.model.place import KeyPath


def fields_at(model: type[BaseModel], path: KeyPath, data: Any) -> dict[str, FieldInfo]:
    """The fields that a mapping at `path` may have; of several models, the one that the data's discriminator says."""
    return {name: info for kind in kinds_at(model, path, data) for name, info in fields_of(kind).items()}


def kinds_at(model: type[BaseModel], path: KeyPath, data: Any) -> list[Any]:
    """The types that the value at `path` may have; of several models, the one that the data's discriminator says."""
    candidates: list[Any] = [model]
    for step in path:
        candidates = [after for kind in _fitting(candidates, data) for after in _step(kind, step)]
        data = _under(data, step)
    return _fitting(candidates, data)


def free_values(kinds: Iterable[Any]) -> list[Any]:
    """What the entries of a mapping of free names may be; nothing where there is no such mapping."""
    return [value for kind in kinds if get_origin(kind) is dict for value in expanded(get_args(kind)[1])]


@dataclass(frozen=True, slots=True)
class Spot:
    """A mapping of the file that may have a key: `environments[]`, `node_pools.NAME`, `login.allow`. `only` is what another key
    must say for that, where there are several models for the mapping: (`login.provider`, `google`)."""

    where: str
    only: tuple[str, str] | None = None


@cache
def spots_of(model: type[BaseModel]) -> dict[str, tuple[Spot, ...]]:
    """Every key that a file may have -> where."""
    spots: dict[str, dict[Spot, None]] = {}
    for spot, name in _walk(model, Spot("")):
        spots.setdefault(name, {})[spot] = None
    return {name: tuple(found) for name, found in spots.items()}


def _walk(kind: Any, spot: Spot) -> Iterator[tuple[Spot, str]]:
    origin = get_origin(kind)
    if origin in (list, dict):
        where = f"{spot.where}[]" if origin is list else f"{spot.where}.NAME"
        for item in expanded(get_args(kind)[-1]):
            yield from _walk(item, replace(spot, where=where))
    told_apart = {f"{spot.where}.{name}": allowed[0] for name, allowed in tags_of(kind)}
    own = replace(spot, only=next(iter(told_apart.items()), spot.only))
    for name, info in fields_of(kind).items():
        yield own, name
        for inner in expanded(info.annotation):
            yield from _walk(inner, replace(own, where=f"{spot.where}.{name}" if spot.where else name))


def fields_of(kind: Any) -> dict[str, FieldInfo]:
    """The fields of a model by the names that files use; none of anything else."""
    return _fields(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else {}


@cache
def _alternatives(model: type[BaseModel], name: str) -> list[Any]:
    field = _fields(model).get(name)
    return expanded(field.annotation) if field else []


@cache
def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for name, info in model.model_fields.items()}


def _step(kind: Any, step: str | int) -> list[Any]:
    origin = get_origin(kind)
    if origin is list and isinstance(step, int):
        return expanded(get_args(kind)[0])
    if origin is dict:
        return expanded(get_args(kind)[1])
    return _alternatives(kind, str(step)) if fields_of(kind) else []


def expanded(annotation: Any) -> list[Any]:
    """The alternatives of a union, without their constraints."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return expanded(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return [kind for part in get_args(annotation) for kind in expanded(part)]
    return [annotation]


def _fitting(candidates: list[Any], data: Any) -> list[Any]:
    """Without the models whose literal fields (the discriminators) say something else than the data."""
    chosen = [kind for kind in candidates if _matches(kind, data)]
    return chosen or candidates


def _matches(kind: Any, data: Any) -> bool:
    said = data if isinstance(data, dict) else {}
    return all(said[name] in allowed for name, allowed in tags_of(kind) if name in said)


def tags_of(kind: Any) -> list[tuple[str, tuple[Any, ...]]]:
    """The fields of a model that can say but one thing, by which it is told from others."""
    return _tags_of_model(kind) if fields_of(kind) else []


def words_of(annotation: Any) -> list[Any]:
    """The words that a field may be."""
    return [word for kind in expanded(annotation) if get_origin(kind) is Literal for word in get_args(kind)]


@cache
def _tags_of_model(model: type[BaseModel]) -> list[tuple[str, tuple[Any, ...]]]:
    annotations = [(name, info.annotation) for name, info in _fields(model).items()]
    return [
        (name, get_args(annotation))
        for name, annotation in annotations
        if get_origin(annotation) is Literal and len(get_args(annotation)) == 1
    ]


def _under(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(str(step))
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None
