"""Data merged from layers of documents, each value knowing which file and line said it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployer.config.documents import Document
from deployer.config.yaml_nodes import MappingNode
from deployer.model.place import KeyPath, Place

_FREE_KEYS = frozenset({"values", "metadata"})
"""Below these keys a null is a value of its own: Helm takes it to delete a chart's default."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Layer:
    """A document, or the part of it below `base`."""

    document: Document
    base: KeyPath = ()

    @property
    def data(self) -> dict[str, Any]:
        """The mapping at `base`; empty where there is none."""
        data = _at(self.document.data, self.base)
        return data if isinstance(data, dict) else {}


class Layers:
    """A `Sourced` of one or more layers, the one that wins first.

    Mappings merge, everything else replaces; a null takes a key away, unless `keep_nulls` (files in a chart's own words).
    """

    def __init__(self, layers: Sequence[Layer], *, keep_nulls: bool = False) -> None:
        self.layers = tuple(layers)
        self._keep_nulls = keep_nulls
        self._data = _merge_all(self.layers, keep_nulls)

    @property
    def data(self) -> Mapping[str, Any]:
        """The merged data. Never change it: it shares parts with the documents."""
        return self._data

    @property
    def file(self) -> str:
        """Path in the fleet of the layer that wins."""
        return self.layers[0].document.file

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where the value (with `key`: its key) stands; of a path that is not there, its nearest parent that is."""
        layer, depth = self._deepest(path)
        return layer.document.place(layer.base + path[:depth], key=key)

    def written(self, path: KeyPath) -> str | None:
        """The scalar as it is written, None where it is no scalar or not there."""
        layer, depth = self._deepest(path)
        return layer.document.written(layer.base + path) if depth == len(path) else None

    def has(self, path: KeyPath) -> bool:
        """Some file says it, and no higher one takes it away."""
        return _at(self._data, path) is not _ABSENT

    def overrode(self, path: KeyPath) -> tuple[Place, ...]:
        """Where lower layers said the same path, nearest first."""
        said = [layer for layer in self.layers if _depth(layer, path)[0] == len(path)]
        return tuple(layer.document.place(layer.base + path) for layer in said[1:])

    def nulls(self) -> Iterator[tuple[KeyPath, bool]]:
        """Keys whose null no higher layer replaces, and whether it takes something away that a lower layer says."""
        for index, layer in enumerate(self.layers):
            if self._keep_nulls or not layer.document.has_nulls:
                continue
            for path in _nulls(layer.data, ()):
                if not any(_replaces(higher.data, path) for higher in self.layers[:index]):
                    yield path, any(_at(lower.data, path) not in (None, _ABSENT) for lower in self.layers[index + 1 :])

    def _deepest(self, path: KeyPath) -> tuple[Layer, int]:
        """The layer that says most of `path`, and how many steps. A list or a null in a higher layer hides what is below it."""
        best, most = self.layers[0], -1
        for layer in self.layers:
            depth, open_ended = _depth(layer, path)
            if depth > most:
                best, most = layer, depth
            if depth == len(path) or not open_ended:
                break
        return best, max(most, 0)


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        if isinstance(data, dict):
            data = data.get(step, _ABSENT)
        elif isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
            data = data[step]
        else:
            return _ABSENT
    return data


def _nulls(node: Any, path: KeyPath) -> list[KeyPath]:
    """Keys without a value, but for those below free keys."""
    found: list[KeyPath] = []
    for step, value in node.items() if type(node) is dict else enumerate(node):
        if value is None and type(step) is str:
            found.append((*path, step))
        elif type(value) in (dict, list) and step not in _FREE_KEYS:
            found += _nulls(value, (*path, step))
    return found


def _replaces(data: Any, path: KeyPath) -> bool:
    """The data say the path, or something else than a mapping on the way to it."""
    for step in path:
        if not isinstance(data, dict):
            return True
        if step not in data:
            return False
        data = data[step]
    return True


def _depth(layer: Layer, path: KeyPath) -> tuple[int, bool]:
    """How many steps of `path` the layer has, and whether a lower layer may know more."""
    found = layer.document.find(layer.base + path)
    depth = found.depth - len(layer.base)
    in_a_list = any(isinstance(step, int) for step in path[: max(depth, 0)])
    return depth, depth < 0 or (isinstance(found.node, MappingNode) and not in_a_list)


def _merge_all(layers: tuple[Layer, ...], keep_nulls: bool) -> dict[str, Any]:
    top = layers[0]
    if len(layers) == 1 and (keep_nulls or not top.document.has_nulls):
        return top.data
    merged: dict[str, Any] = {}
    for layer in reversed(layers):
        merged = _merge(merged, layer.data, keep_nulls or not layer.document.has_nulls)
    return merged


def _merge(lower: Mapping[str, Any], upper: Mapping[str, Any], keep_nulls: bool) -> dict[str, Any]:
    result = dict(lower)
    for key, value in upper.items():
        if value is None and not keep_nulls:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(below := result.get(key), dict):
            result[key] = _merge(below, value, keep_nulls or key in _FREE_KEYS)
        elif isinstance(value, dict) and not keep_nulls:
            result[key] = _merge({}, value, key in _FREE_KEYS)
        elif isinstance(value, list) and not keep_nulls:
            result[key] = [_merge({}, item, keep_nulls) if isinstance(item, dict) else item for item in value]
        else:
            result[key] = value
    return result
