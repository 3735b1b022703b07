"""Keys that the chart does not know: Helm or the hub would ignore them, or refuse the whole."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from deployer.compiling.checks.tables import KINDS, hub_keys, kind_of
from deployer.compiling.checks.view import Values
from deployer.config.key_tree import OPEN, KeyTree, both
from deployer.config.loaded import ChartKeys
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath


def check_keys(values: Values) -> None:
    """Walk what the hub says beside what the chart knows."""
    tree = known_keys(_Known(values.chart, values.base))
    _walk(values, values.release.values, tree, ())


class _Known:
    """A chart as a key of a cache: equal when it is the same object."""

    def __init__(self, chart: ChartKeys | None, base: KeyPath) -> None:
        self.chart, self.base = chart, base

    def __hash__(self) -> int:
        return hash((id(self.chart), self.base))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.chart is other.chart and self.base == other.base


@lru_cache(maxsize=16)
def known_keys(known: _Known) -> KeyTree:
    """The keys of a chart, with those of zero-to-jupyterhub in their place."""
    inner = hub_keys()
    for step in reversed(known.base):
        inner = KeyTree(children={str(step): inner})
    return both(known.chart.tree if known.chart else OPEN, inner)


def _walk(values: Values, said: Any, tree: KeyTree, path: KeyPath) -> None:
    if isinstance(said, list) and not tree.closed:
        for index, item in enumerate(said if tree.every else ()):
            _walk(values, item, tree.every or OPEN, (*path, index))
        return
    if not isinstance(said, dict):
        if tree.closed and said is not None:
            values.tell_whole("values-not-a-mapping", path, key=True, found=KINDS[kind_of(said)])
        return
    for key, value in said.items():
        below = tree.children.get(key)
        if below is None and tree.closed:
            _unknown(values, key, tree, path)
        elif (below or tree.every) is not None:
            _walk(values, value, below or tree.every or OPEN, (*path, key))


def _unknown(values: Values, key: str, tree: KeyTree, path: KeyPath) -> None:
    parent = f"`{_dotted(path)}`" if path else f"the chart {values.release.chart}"
    advice = did_you_mean(key, sorted(tree.children), otherwise="its keys")
    if not path and key in hub_keys().children and values.base:
        advice = f"it belongs below `{_dotted(values.base)}`"
    values.tell_whole("values-unknown-key", (*path, key), key=True, name=key, parent=parent, advice=advice)


def _dotted(path: KeyPath) -> str:
    return ".".join(str(step) for step in path)
