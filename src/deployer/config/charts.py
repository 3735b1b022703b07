"""What is known of a fleet's charts without rendering them: the keys that their values may have, and their defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deployer.config.documents import Document, read_document
from deployer.config.key_tree import OPEN, KeyTree, both, of_schema
from deployer.config.loaded import ChartKeys, Sourced
from deployer.config.sourced import Layer, Layers
from deployer.model.place import KeyPath
from deployer.model.tree import FleetTree

FOLDER = "helm-charts"
HUB_CHART = "jupyterhub"
"""Name of the zero-to-jupyterhub chart as others depend on it."""

# Helm gives these to every chart.
_ALWAYS = ("global", "tags")
_DEEPEST = 5


def chart_keys(tree: FleetTree, own: FleetTree | None = None) -> Mapping[str, ChartKeys]:
    """Every chart below `helm-charts/` by its folder's name; one of the fleet wins over the deployer's own of that name."""
    files = {**(own.files if own else {}), **tree.files}
    names = sorted({path.split("/")[1] for path in files if path.startswith(f"{FOLDER}/") and path.endswith("/Chart.yaml")})
    fleets = {path.split("/")[1] for path in tree.files if path.startswith(f"{FOLDER}/") and path.endswith("/Chart.yaml")}
    charts = _Charts({name: tree.files if name in fleets else files for name in names})
    return {name: charts.keys_of(name) for name in names}


def dependencies(chart: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """(name in the values, chart's name) of each dependency that a Chart.yaml lists."""
    entries = chart.get("dependencies")
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    named = [(entry.get("alias") or entry.get("name"), entry.get("name")) for entry in found]
    return tuple((alias, name) for alias, name in named if isinstance(alias, str) and isinstance(name, str))


@dataclass(frozen=True, slots=True)
class _Charts:
    """The files of every chart, by its name."""

    files: Mapping[str, Mapping[str, bytes]]

    def keys_of(self, name: str, depth: int = 0) -> ChartKeys:
        """What is known of one chart and of those inside it that stand beside it."""
        files = self.files[name]
        chart = _document(f"{FOLDER}/{name}/Chart.yaml", files)
        values = _document(f"{FOLDER}/{name}/values.yaml", files)
        own = of_schema(_schema(name, files))
        data: dict[str, Any] = dict(values.data) if values else {}
        sources: dict[KeyPath, Sourced] = {(): _sourced(values)} if values else {}
        children = dict.fromkeys((*data, *_ALWAYS), OPEN) | dict.fromkeys(own.children, OPEN)
        hub_at: KeyPath | None = None
        for alias, dependency in dependencies(chart.data if chart else {}):
            children.setdefault(alias, OPEN)
            if dependency == HUB_CHART:
                hub_at = (alias,)
            elif dependency in self.files and depth < _DEEPEST:
                inner = self.keys_of(dependency, depth + 1)
                children[alias] = inner.tree
                data[alias] = _over(inner.defaults, data.get(alias, {}))
                sources |= {(alias, *at): source for at, source in inner.sources.items()}
                hub_at = hub_at or (alias, *inner.hub_at)
        tree = both(KeyTree(True, children), KeyTree(False, own.children))
        if name == HUB_CHART:
            hub_at = ()
        return ChartKeys(
            name=name, top_level=frozenset(children), defaults=data, tree=tree, hub_at=hub_at or (HUB_CHART,), sources=sources
        )


def _over(lower: Any, upper: Any) -> Any:
    """A chart's defaults, and over them what the chart around it says of them."""
    if not (isinstance(lower, Mapping) and isinstance(upper, dict)):
        return upper
    return {**lower, **{key: _over(lower.get(key), value) for key, value in upper.items()}}


def _document(path: str, files: Mapping[str, bytes]) -> Document | None:
    return read_document(path, files[path], may_be_empty=True)[0] if path in files else None


def _sourced(document: Document) -> Sourced:
    return Layers([Layer(document)], keep_nulls=True)


def _schema(name: str, files: Mapping[str, bytes]) -> Any:
    """The chart's schema: YAML is what people write and make the JSON from."""
    document = _document(f"{FOLDER}/{name}/values.schema.yaml", files)
    if document:
        return document.data
    try:
        return json.loads(files.get(f"{FOLDER}/{name}/values.schema.json", b"{}"))
    except ValueError:
        return {}
