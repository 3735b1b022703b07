"""The values that the hub will read, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployer.compiling.layers import Origins
from deployer.compiling.said import Said
from deployer.config.loaded import ChartKeys, LoadedHub
from deployer.config.messages import problem
from deployer.config.sourced import Layers
from deployer.model.place import KeyPath, Place, dotted
from deployer.model.problem import Problem
from deployer.model.release import Release

ABSENT: Any = object()


@dataclass(slots=True)
class Values:
    """zero-to-jupyterhub's part of a release: `data` with the chart's defaults, `said` without them. Collects problems."""

    hub: LoadedHub
    release: Release
    chart: ChartKeys | None
    base: KeyPath
    data: Mapping[str, Any]
    said: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)

    def get(self, *path: str | int, default: Any = None) -> Any:
        """The value at a path; `default` where it is not there."""
        return at(self.data, path, default)

    def mapping(self, *path: str | int) -> Mapping[str, Any]:
        """The mapping at a path; empty where there is none."""
        found = at(self.data, path, None)
        return found if isinstance(found, dict) else {}

    def is_said(self, *path: str | int) -> bool:
        """The hub says it itself, not the chart."""
        return at(self.said, path, ABSENT) is not ABSENT

    def is_by_hand(self, *path: str | int) -> bool:
        """It stands in the chart's own words in some file, rather than being compiled."""
        return any(layer.source.has((*layer.base, *self.base, *path)) for layer in self.hub.layers)

    def named(self, path: KeyPath) -> str:
        """The path as people write it, from the chart's root."""
        return dotted((*self.base, *path))

    def written(self, path: KeyPath, value: Any) -> str:
        """A scalar as its file has it: `1.10`, where the value is 1.1."""
        whole = (*self.base, *path)
        for layer in reversed(self.hub.layers):
            at_layer = (*layer.base, *whole)
            if isinstance(layer.source, Layers) and layer.source.has(at_layer):
                return layer.source.written(at_layer) or str(value)
        return str(value)

    def tell(self, code: str, path: KeyPath, *, key: bool = False, hint: str | None = None, **fields: Any) -> None:
        """Add the problem `code` about the value (with `key`: its key) at a path."""
        self.tell_whole(code, (*self.base, *path), key=key, hint=hint, **fields)

    def tell_whole(self, code: str, path: KeyPath, *, key: bool = False, hint: str | None = None, **fields: Any) -> None:
        """The same with a path from the chart's root."""
        place = place_of(self.hub, self.release, self.chart, path, key=key)
        self.problems.append(problem(code, place, hint=hint, **{"path": dotted(path), **fields}))


def at(data: Any, path: KeyPath, default: Any = None) -> Any:
    """The value at a path of mappings and lists."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step, ABSENT)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return default
        if data is ABSENT:
            return default
    return data


def with_defaults(defaults: Any, said: Any) -> Any:
    """What Helm makes of a chart's defaults and what is said over them: a null in a mapping takes the key away."""
    if not isinstance(said, dict):
        return said
    result = dict(defaults) if isinstance(defaults, dict) else {}
    for key, value in said.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = with_defaults(result.get(key), value)
    return result


def place_of(hub: LoadedHub, release: Release, chart: ChartKeys | None, path: KeyPath, *, key: bool = False) -> Place:
    """Where a value of the chart was said: in a values file, else what it was compiled from, else the chart's default.

    What nobody said stands at the nearest thing around it that the hub says.
    """
    exact = _said_at(hub, release, path, key=key)
    if exact:
        return exact
    for at_chart, source in chart.sources.items() if chart else ():
        if path[: len(at_chart)] == at_chart and source.has(path[len(at_chart) :]):
            return source.place(path[len(at_chart) :], key=key)
    around = (_said_at(hub, release, path[:length], key=True) for length in range(len(path) - 1, 0, -1))
    return next((place for place in around if place), None) or hub.source.place(())


def _said_at(hub: LoadedHub, release: Release, path: KeyPath, *, key: bool) -> Place | None:
    for layer in reversed(hub.layers):
        if layer.source.has((*layer.base, *path)):
            return layer.source.place((*layer.base, *path), key=key)
        hidden = _hidden_at(layer.source.data, (*layer.base, *path))
        if hidden:
            return layer.source.place(hidden, key=True)
    return _compiled_at(release, path, key=key)


def _hidden_at(data: Any, path: KeyPath) -> KeyPath:
    """Where on the way to `path` the data take everything away: a null, text or a shorter list. Empty where nowhere."""
    for depth, step in enumerate(path):
        if isinstance(data, Mapping):
            if step not in data:
                return ()
            data = data[step]
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return path[:depth]
    return ()


def _compiled_at(release: Release, path: KeyPath, *, key: bool) -> Place | None:
    """The place of the leaf at `path`, or of the first leaf below it, that a key of the hub's file decided."""
    if not release.origins or not path:
        return None
    if path in release.origins:
        return (_key_at(release, path, path) if key else None) or release.origins[path].place
    below = (leaf for leaf, origin in release.origins.items() if leaf[: len(path)] == path and origin.source == "compiled")
    leaf = next((leaf for leaf in below if release.origins[leaf].place), None)
    if leaf is None:
        return None
    return (_key_at(release, leaf, path) if key else None) or release.origins[leaf].place


def _key_at(release: Release, leaf: KeyPath, path: KeyPath) -> Place | None:
    """The key in the hub's file that has the same name as that of `path`, and below it what became `leaf`."""
    setter = release.origins.setters(leaf)[0] if isinstance(release.origins, Origins) else None
    if not isinstance(setter, Said) or not setter.written:
        return None
    for end in range(len(path), len(leaf) + 1):
        same = leaf[len(path) - 1 : end]
        if setter.key[-len(same) :] == same:
            return setter.source.place(setter.key[: len(setter.key) - len(same) + 1], key=True)
    return None


def each(value: Any) -> Iterator[tuple[str | int, Any]]:
    """The entries of a mapping or list with their keys; nothing of anything else."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)
