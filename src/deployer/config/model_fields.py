"""What a model allows at a place of its file: the fields there, their descriptions."""

from __future__ import annotations

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from deployer.model.place import KeyPath


def fields_at(model: type[BaseModel], path: KeyPath, data: Any) -> dict[str, FieldInfo]:
    """The fields that a mapping at `path` may have; of several models, the one that the data's discriminator says."""
    candidates: list[Any] = [model]
    for step in path:
        candidates = [after for kind in _fitting(candidates, data) for after in _step(kind, step)]
        data = _under(data, step)
    return {name: info for kind in _fitting(candidates, data) for name, info in fields_of(kind).items()}


@cache
def keys_anywhere(model: type[BaseModel]) -> dict[str, str]:
    """Field name -> where it belongs in the file (`environments[]`), for fields that stand in one place only."""
    places: dict[str, set[str]] = {}
    for where, name in _walk(model, ""):
        places.setdefault(name, set()).add(where)
    return {name: next(iter(where)) for name, where in places.items() if len(where) == 1}


def _walk(kind: Any, where: str) -> Iterator[tuple[str, str]]:
    for name, info in fields_of(kind).items():
        yield where, name
        path = f"{where}.{name}" if where else name
        for inner in expanded(info.annotation):
            if get_origin(inner) is list:
                for item in expanded(get_args(inner)[0]):
                    yield from _walk(item, f"{path}[]")
            else:
                yield from _walk(inner, path)


def fields_of(kind: Any) -> dict[str, FieldInfo]:
    """The fields of a model by the names that files use; none of anything else."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {info.alias or name: info for name, info in kind.model_fields.items()}


def _step(kind: Any, step: str | int) -> list[Any]:
    origin = get_origin(kind)
    if origin is list and isinstance(step, int):
        return expanded(get_args(kind)[0])
    if origin is dict:
        return expanded(get_args(kind)[1])
    field = fields_of(kind).get(str(step))
    return expanded(field.annotation) if field else []


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
    literals = [
        (name, get_args(info.annotation)) for name, info in fields_of(kind).items() if get_origin(info.annotation) is Literal
    ]
    said = data if isinstance(data, dict) else {}
    return all(said[name] in allowed for name, allowed in literals if name in said and len(allowed) == 1)


def _under(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(str(step))
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return data[step]
    return None
