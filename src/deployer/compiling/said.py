"""Values that remember which key of which file says them.

Compiling never writes a value of the hub's file down by itself: it takes a `Said` and gives it on, mapped or not, inside a tree
of mappings and lists. `plain` and `holders` take such a tree apart again: what the chart reads, and who decides each leaf. A
leaf that is no `Said` belongs to the nearest `Said` around it; with none around it is the deployer's own constant. So
provenance is not kept anywhere by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeAlias, TypeVar

from deployer.config.loaded import Sourced
from deployer.model.place import KeyPath, Place, dotted
from deployer.model.release import Origin

T = TypeVar("T")
U = TypeVar("U")

Tree: TypeAlias = Any
"""Mappings, lists and scalars as values have them, with a `Said` wherever a file decides. None: not there."""


_DEFAULT = "the deployer's default of "


class Said(Generic[T]):
    """`value`, decided by the key `key` of `source`."""

    __slots__ = ("key", "source", "value")

    def __init__(self, value: T, source: Sourced, key: KeyPath = ()) -> None:
        self.value = value
        self.source = source
        self.key = key

    def __getitem__(self, name: str) -> Said[Any]:
        """The field `name` of a model."""
        return Said(getattr(self.value, name), self.source, (*self.key, name))

    def each(self: Said[list[U]]) -> Iterator[Said[U]]:
        """The entries of a list."""
        for index, entry in enumerate(self.value):
            yield Said(entry, self.source, (*self.key, index))

    def entries(self: Said[dict[str, U]]) -> Iterator[tuple[str, Said[U]]]:
        """The entries of a mapping, by name."""
        for name, entry in self.value.items():
            yield name, Said(entry, self.source, (*self.key, name))

    def map(self, made: Callable[[T], Tree]) -> Said[Tree]:
        """What is made of the value, still decided by the same key; None stays None."""
        return Said(None if self.value is None else made(self.value), self.source, self.key)

    def decides(self, tree: Tree) -> Said[Tree]:
        """A tree that is there because of this key."""
        return Said(tree, self.source, self.key)

    def __bool__(self) -> bool:
        """There is something."""
        return bool(self.value)

    @property
    def written(self) -> bool:
        """Some file says it, rather than the model's default."""
        return self.source.has(self.key)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.source.place(self.key)

    def origins(self) -> tuple[Origin, ...]:
        """Who says it, and then whom that overrode."""
        name = dotted(self.key)
        if not self.written:
            return (Origin("default", f"{_DEFAULT}{name}"),)
        lower = (Origin("compiled", name, place) for place in self.source.overrode(self.key))
        return (Origin("compiled", name, self.place), *lower)


def default_of(origin: Origin) -> str:
    """The key of a typed file whose default it is; empty where it is none's."""
    return origin.key.removeprefix(_DEFAULT) if origin.key.startswith(_DEFAULT) else ""


Holder: TypeAlias = "Said[Any] | None"
"""Who decides a leaf; None: a constant of the deployer."""


_LEAVES = frozenset({str, int, float, bool, type(None)})
"""Most of a tree is these, so they are looked for first."""


def plain(tree: Tree) -> Any:
    """The tree as plain data: without None, and without mappings and lists that held nothing else."""
    while type(tree) is Said:
        tree = tree.value
    if isinstance(tree, dict):
        kept = {}
        for name, entry in tree.items():
            # Leaves are not worth a call each: they are most of a fleet's values.
            value = entry.value if type(entry) is Said else entry
            if type(value) not in _LEAVES:
                value = plain(value)
            if value is not None:
                kept[name] = value
        return kept if kept or not tree else None
    if isinstance(tree, list | tuple):
        rest = [value for entry in tree if (value := plain(entry)) is not None]
        return rest if rest or not tree else None
    return tree


def holders(tree: Tree, around: Holder = None) -> Any:
    """The shape of `plain(tree)` with a one-tuple `(holder,)` at each leaf; what nobody wrote belongs to what is around it."""
    if isinstance(tree, Said):
        return holders(tree.value, tree if around is None or tree.written else around)
    if isinstance(tree, dict):
        kept = {name: value for name, entry in tree.items() if (value := holders(entry, around)) is not None}
        return kept if kept else None if tree else (around,)
    if isinstance(tree, list | tuple):
        rest = [value for entry in tree if (value := holders(entry, around)) is not None]
        return rest if rest else None if tree else (around,)
    return None if tree is None else (around,)


def first(*candidates: Said[Any]) -> Said[Any]:
    """The first that says something, else the last."""
    return next((candidate for candidate in candidates if candidate.value is not None), candidates[-1])


def joined(trees: Iterable[Tree]) -> dict[str, Tree]:
    """Sections put together. Two sections never say the same leaf: ValueError names it."""
    result: dict[str, Tree] = {}
    for tree in trees:
        _join(result, tree, ())
    return result


def _join(into: dict[str, Tree], tree: dict[str, Tree], path: KeyPath) -> None:
    for name, entry in tree.items():
        present = into.get(name)
        if present is None:
            into[name] = dict(entry) if isinstance(entry, dict) else entry
        elif isinstance(present, dict) and isinstance(entry, dict):
            _join(present, entry, (*path, name))
        elif entry is not None:
            raise ValueError(f"two sections compile {dotted((*path, name))}")
