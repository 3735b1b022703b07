"""What a key that somebody types names of one hub: leaves of its values, or a setting that comes to none; else what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployer.compiling.checks.tables import hub_keys
from deployer.compiling.checks.view import at
from deployer.compiling.said import default_of
from deployer.config.key_tree import KeyTree
from deployer.config.model_fields import fields_at
from deployer.config.models.hub import HubFile
from deployer.config.suggestions import closest, listed
from deployer.model.place import KeyPath, dotted
from deployer.model.release import Origin, Release

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


@dataclass(frozen=True, slots=True)
class Names:
    """`everything`: the values with the chart's defaults, as far as these are known. `written`: what the hub's file says."""

    release: Release
    everything: Mapping[KeyPath, Any]
    written: Any

    def leaves(self, key: str) -> list[KeyPath]:
        """Paths that begin with the key; else those made from that key of the hub's file; else those of the wrapped chart."""
        origins = self.release.origins
        wrapped = [dotted(self.release.hub_at[:depth]) for depth in range(1, len(self.release.hub_at) + 1)]
        for paths in (
            (path for path in self.everything if _begins(dotted(path), key)),
            (
                path
                for path in self.everything
                if path in origins and any(_begins(name, key) for name in made_from(origins[path]))
            ),
            (path for path in self.everything if any(_begins(dotted(path), f"{prefix}.{key}") for prefix in wrapped)),
        ):
            found = list(paths)
            if found:
                return found
        return []

    def is_a_setting(self, key: str) -> bool:
        """The hub's file has it, or may have it."""
        path = _steps(key)
        return all(
            step in fields_at(HubFile, path[:depth], self.written) or step in _entries(at(self.written, path[:depth]))
            for depth, step in enumerate(path)
        )

    def is_of_the_hub_chart(self, key: str) -> bool:
        """zero-to-jupyterhub knows it, whatever it says there."""
        return any(_known_below(hub_keys(), inside) for inside in self._inside(_steps(key)))

    def meant(self, key: str) -> str:
        """A hint: the closest name beside the first step that nothing has."""
        path = _steps(key)
        for depth, step in enumerate(path):
            known = list(dict.fromkeys(self._known(path[:depth])))
            if step not in known:
                guess = closest(str(step), [name for name in known if isinstance(name, str)])
                names = [dotted((*path[:depth], name)) for name in ([guess] if guess else known)]
                return f"perhaps you meant `{names[0]}`" if guess else listed(names, "there are")
        return ""

    def _known(self, path: KeyPath) -> Iterator[str | int]:
        """The steps that may follow a path."""
        yield from fields_at(HubFile, path, self.written)
        yield from _entries(at(self.written, path))
        for whole in (path, (*self.release.hub_at, *path)):
            yield from _following(self.everything, whole)
        for inside in self._inside(path):
            yield from _children(hub_keys(), inside)
        yield from _following((_steps(name) for origin in self.release.origins.values() for name in made_from(origin)), path)

    def _inside(self, path: KeyPath) -> Iterator[KeyPath]:
        """The path as zero-to-jupyterhub's own may be meant: from the chart's root, or from its own."""
        base = self.release.hub_at
        if path[: len(base)] == base:
            yield path[len(base) :]
        yield path


def made_from(origin: Origin) -> Iterator[str]:
    """Keys of typed files that set this, or would have."""
    for one in (origin, *origin.overrode):
        if one.source == "compiled":
            yield one.key
        elif one.source == "default":
            yield default_of(one)


def _begins(name: str, key: str) -> bool:
    return not key or name == key or name.startswith((f"{key}.", f"{key}["))


def _steps(key: str) -> KeyPath:
    """`machines[0].pool` -> `("machines", 0, "pool")`."""
    return tuple(int(index) if index else name for index, name in _STEP.findall(key))


def _entries(value: Any) -> Iterable[str | int]:
    return range(len(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else ()


def _following(paths: Iterable[KeyPath], above: KeyPath) -> Iterator[str | int]:
    depth = len(above)
    return (path[depth] for path in paths if len(path) > depth and path[:depth] == above)


def _below(tree: KeyTree | None, path: KeyPath) -> KeyTree | None:
    for step in path:
        tree = tree.below(step) if tree else None
    return tree


def _children(tree: KeyTree, path: KeyPath) -> list[str | int]:
    found = _below(tree, path)
    return [*found.children] if found else []


def _known_below(tree: KeyTree, path: KeyPath) -> bool:
    return bool(path) and path[-1] in _children(tree, path[:-1])
