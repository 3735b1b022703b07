"""Values in the chart's own words, laid over what was compiled, as Helm does it; and who set each leaf in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from deployer.compiling.said import Said
from deployer.config.loaded import ValuesLayer
from deployer.model.place import KeyPath
from deployer.model.release import Origin

Setter: TypeAlias = "Said[Any] | tuple[ValuesLayer, KeyPath] | None"
"""Who set a leaf: a key of a typed file, a leaf of a values file, or (None) the deployer."""


def below(path: KeyPath, tree: Any) -> Any:
    """The tree at that path."""
    for step in reversed(path):
        tree = {str(step): tree}
    return tree


def layer_data(layer: ValuesLayer) -> Mapping[str, Any]:
    """The values of a layer; empty where the file has none."""
    data: Any = layer.source.data
    for step in layer.base:
        data = data.get(step) or {}
    return data if isinstance(data, Mapping) else {}


class Origins(Mapping[KeyPath, Origin]):
    """Path of a leaf -> its Origin. Worked out when first asked for, as most commands never ask."""

    def __init__(
        self, compiled: Callable[[], Any], layers: Sequence[ValuesLayer], added: frozenset[KeyPath] = frozenset()
    ) -> None:
        self._compiled = compiled
        self._layers = layers
        self._added = added
        self._setters: dict[KeyPath, tuple[Setter, ...]] | None = None

    def __getitem__(self, path: KeyPath) -> Origin:
        chain = [origin for setter in self._resolved()[path] for origin in _origins(setter)]
        return Origin(chain[0].source, chain[0].key, chain[0].place, tuple(chain[1:]))

    def __iter__(self) -> Iterator[KeyPath]:
        return iter(self._resolved())

    def __len__(self) -> int:
        return len(self._resolved())

    def setters(self, path: KeyPath) -> tuple[Setter, ...]:
        """Who set the leaf, the one that counts first."""
        return self._resolved()[path]

    def _resolved(self) -> dict[KeyPath, tuple[Setter, ...]]:
        if self._setters is None:
            tree = self._compiled()
            for layer in self._layers:
                tree = _laid(tree, layer_data(layer), layer, ())
            replaced = {path[:depth] for path in self._added for depth in range(len(path))}
            kept = {path: setters for path, setters in leaves(tree) if path not in replaced}
            self._setters = kept | dict.fromkeys(self._added, (None,))
        return self._setters


def _origins(setter: Setter) -> tuple[Origin, ...]:
    if setter is None:
        return (Origin("default", "the deployer"),)
    if isinstance(setter, Said):
        return setter.origins()
    layer, path = setter
    at = (*layer.base, *path)
    lower = (Origin("file", place=place) for place in layer.source.overrode(at))
    return (Origin("file", place=layer.source.place(at)), *lower)


def _laid(below: Any, node: Any, layer: ValuesLayer, path: KeyPath) -> Any:
    """The tree of setters after `node` was merged over it."""
    if isinstance(node, Mapping) and isinstance(below, dict):
        result = dict(below)
        for name, entry in node.items():
            result[name] = _laid(below.get(name), entry, layer, (*path, name))
        return result
    return _replacing(below, node, layer, path)


def _replacing(below: Any, node: Any, layer: ValuesLayer, path: KeyPath) -> Any:
    """The setters of `node`, which took the whole place; each leaf remembers what stood there."""
    if isinstance(node, Mapping) and node:
        return {name: _replacing(_step(below, name), entry, layer, (*path, name)) for name, entry in node.items()}
    if isinstance(node, list) and node:
        return [_replacing(_step(below, index), entry, layer, (*path, index)) for index, entry in enumerate(node)]
    return ((layer, path), *_chain(below))


def _step(tree: Any, step: str | int) -> Any:
    if isinstance(tree, dict):
        return tree.get(step)
    if isinstance(tree, list):
        return tree[step] if isinstance(step, int) and step < len(tree) else None
    return tree


def _chain(tree: Any) -> tuple[Setter, ...]:
    """The setters of a leaf; of a whole branch, those of its first leaf."""
    return next((chain for _, chain in leaves(tree)), ())


def leaves(tree: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Every leaf of mappings and lists with its path: scalars, null, and empty mappings and lists."""
    if isinstance(tree, dict) and tree:
        for name, entry in tree.items():
            yield from leaves(entry, (*path, name))
    elif isinstance(tree, list) and tree:
        for index, entry in enumerate(tree):
            yield from leaves(entry, (*path, index))
    elif tree is not None or path:
        yield path, tree
