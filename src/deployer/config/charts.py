"""What is known of a fleet's charts without rendering them: the keys that their values may have, and their defaults."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from deployer.config.documents import Document, read_document
from deployer.config.key_tree import OPEN, KeyTree, both, of_schema
from deployer.config.loaded import ChartKeys, Sourced
from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.config.sourced import Layer, Layers
from deployer.model.place import KeyPath
from deployer.model.problem import Problem, in_order
from deployer.model.release import ChartOverride
from deployer.model.tree import FleetTree

FOLDER = "helm-charts"
HUB_CHART = "jupyterhub"
"""Name of the zero-to-jupyterhub chart as others depend on it."""

# Helm gives these to every chart.
_ALWAYS = ("global", "tags")
_DEEPEST = 5


def read_charts(tree: FleetTree, own: FleetTree | None = None) -> tuple[Mapping[str, ChartKeys], tuple[Problem, ...]]:
    """Every chart below `helm-charts/` by its folder's name, and what is wrong with their files.

    A chart of the fleet wins over the deployer's own of that name.
    """
    charts = _Charts(_files(tree, own))
    keys = {name: charts.keys_of(name) for name in charts.files}
    return keys, in_order(charts.problems)


def overridden_chart(tree: FleetTree, own: FleetTree | None, name: str, override: ChartOverride) -> ChartKeys:
    """A chart as it is with a Chart.yaml of a hub's."""
    files = _files(tree, own)
    files[override.chart] = {**files[override.chart], f"{FOLDER}/{override.chart}/Chart.yaml": override.content}
    return _Charts(files).keys_of(name)


def with_hub_chart(chart: ChartKeys, file: str, content: bytes) -> ChartKeys:
    """With the defaults of the zero-to-jupyterhub inside it, whose values.yaml is given."""
    document, _ = read_document(file, content, may_be_empty=True)
    if document is None:
        return chart
    inside: Any = document.data
    for step in reversed(chart.hub_at):
        inside = {step: inside}
    sources = {**chart.sources, chart.hub_at: _sourced(document)}
    return replace(chart, defaults=_over(inside, chart.defaults), sources=sources)


def chart_keys(tree: FleetTree, own: FleetTree | None = None) -> Mapping[str, ChartKeys]:
    """Every chart below `helm-charts/` by its folder's name."""
    return read_charts(tree, own)[0]


def _files(tree: FleetTree, own: FleetTree | None) -> dict[str, Mapping[str, bytes]]:
    """Where the files of each chart are."""
    files = {**(own.files if own else {}), **tree.files}
    fleets = _names(tree.files)
    return {name: tree.files if name in fleets else files for name in _names(files)}


def _names(files: Mapping[str, bytes]) -> list[str]:
    return sorted({path.split("/")[1] for path in files if path.startswith(f"{FOLDER}/") and path.endswith("/Chart.yaml")})


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
    problems: list[Problem] = field(default_factory=list)

    def keys_of(self, name: str, depth: int = 0) -> ChartKeys:
        """What is known of one chart and of those inside it that stand beside it."""
        files = self.files[name]
        chart = self._document(f"{FOLDER}/{name}/Chart.yaml", files)
        values = self._document(f"{FOLDER}/{name}/values.yaml", files)
        pinned = self._document(f"{FOLDER}/{name}/digests.yaml", files)
        own = of_schema(self._schema(name, files))
        data: dict[str, Any] = dict(values.data) if values else {}
        sources: dict[KeyPath, Sourced] = {(): _sourced(values)} if values else {}
        children = dict.fromkeys((*data, *_ALWAYS), OPEN) | dict.fromkeys(own.children, OPEN)
        made_of = {str((chart.data if chart else {}).get("name") or name): name}
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
                made_of = {**made_of, **inner.made_of, **made_of}
                hub_at = hub_at or (alias, *inner.hub_at)
        tree = both(KeyTree(True, children), KeyTree(False, own.children))
        if name == HUB_CHART:
            hub_at = ()
        return ChartKeys(
            name=name,
            top_level=frozenset(children),
            defaults=data,
            tree=tree,
            hub_at=(HUB_CHART,) if hub_at is None else hub_at,
            sources=sources,
            made_of=made_of,
            pinned=frozenset(map(str, pinned.data if pinned else ())),
        )

    def _document(self, path: str, files: Mapping[str, bytes]) -> Document | None:
        if path not in files:
            return None
        document, problems = read_document(path, files[path], may_be_empty=True)
        self.problems.extend(problems)
        return document

    def _schema(self, name: str, files: Mapping[str, bytes]) -> Any:
        """The chart's schema: YAML is what people write and make the JSON from."""
        document = self._document(f"{FOLDER}/{name}/values.schema.yaml", files)
        if document:
            return document.data
        path = f"{FOLDER}/{name}/values.schema.json"
        try:
            return json.loads(files.get(path, b"{}"))
        except json.JSONDecodeError as error:
            place = SourceText(path, files[path]).place(error.lineno - 1, error.colno - 1)
            self.problems.append(problem("chart-schema", place, reason=error.msg))
        except RecursionError:
            self.problems.append(problem("chart-schema", SourceText(path, files[path]).place(0, 0), reason="nested too deep"))
        except UnicodeDecodeError as error:
            byte = f"0x{files[path][error.start]:02x}"
            self.problems.append(problem("not-utf8", SourceText(path, files[path]).place(0, 0), byte=byte))
        return {}


def _over(lower: Any, upper: Any) -> Any:
    """A chart's defaults, and over them what the chart around it says of them."""
    if not (isinstance(lower, Mapping) and isinstance(upper, dict)):
        return upper
    return {**lower, **{key: _over(lower.get(key), value) for key, value in upper.items()}}


def _sourced(document: Document) -> Sourced:
    return Layers([Layer(document)], keep_nulls=True)
