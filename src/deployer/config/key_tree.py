"""Which keys a mapping of values may have, at every depth: what a chart's schema closes, and nothing more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class KeyTree:
    """`closed`: no other keys than `children`. `every`: what holds below each other key, or in each item of a list."""

    closed: bool = False
    children: Mapping[str, KeyTree] = field(default_factory=dict)
    every: KeyTree | None = None

    def below(self, step: str | int) -> KeyTree | None:
        """What is known below one key or item; None where that is nothing."""
        found = self.children.get(step) if isinstance(step, str) else None
        return found or self.every


OPEN = KeyTree()


def both(one: KeyTree, other: KeyTree) -> KeyTree:
    """What two schemas allow together, as Helm asks a chart's own schema and its subchart's."""
    if OPEN in (one, other):
        return other if one == OPEN else one
    names = {**one.children, **other.children}
    if one.closed:
        names = {name: tree for name, tree in names.items() if name in one.children}
    if other.closed:
        names = {name: tree for name, tree in names.items() if name in other.children}
    children = {name: both(one.children.get(name, OPEN), other.children.get(name, OPEN)) for name in names}
    return KeyTree(one.closed or other.closed, children, one.every or other.every)


_DEEPEST = 12
"""Levels of a schema that are read: one that refers to itself has no end."""


def of_schema(schema: Any, root: Any = None, depth: int = 0) -> KeyTree:
    """The keys that a JSON Schema names. What it says under conditions counts as said; references outside it are open."""
    root = schema if root is None else root
    if not isinstance(schema, Mapping) or depth > _DEEPEST:
        return OPEN
    if "$ref" in schema:
        return of_schema(_referenced(root, str(schema["$ref"])), root, depth + 1)
    parts = [schema, *(part for key in ("then", "else") if isinstance(part := schema.get(key), Mapping))]
    every_of = schema.get("allOf")
    parts += [part for part in (every_of if isinstance(every_of, list) else ()) if isinstance(part, Mapping)]
    children: dict[str, KeyTree] = {}
    for part in parts:
        properties = part.get("properties")
        for name, inner in properties.items() if isinstance(properties, Mapping) else ():
            children[name] = both(children.get(name, OPEN), of_schema(inner, root, depth + 1))
    closed = any(part.get("additionalProperties") is False and "patternProperties" not in part for part in parts)
    every = next(
        (part[key] for part in parts for key in ("additionalProperties", "items") if isinstance(part.get(key), Mapping)), None
    )
    below = of_schema(every, root, depth + 1) if every is not None else None
    return KeyTree(closed and bool(children), children, None if below == OPEN else below)


def _referenced(root: Any, reference: str) -> Any:
    found = root
    for step in reference.removeprefix("#/").split("/"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def to_data(tree: KeyTree) -> dict[str, Any]:
    """The tree as JSON; `from_data` reads it back."""
    data: dict[str, Any] = {"closed": True} if tree.closed else {}
    if tree.children:
        data["keys"] = {name: to_data(below) for name, below in sorted(tree.children.items())}
    if tree.every:
        data["every"] = to_data(tree.every)
    return data


def from_data(data: Mapping[str, Any]) -> KeyTree:
    """The tree that `to_data` wrote."""
    if not data:
        return OPEN
    children = {name: from_data(below) for name, below in data.get("keys", {}).items()}
    return KeyTree(data.get("closed", False), children, from_data(data["every"]) if "every" in data else None)
