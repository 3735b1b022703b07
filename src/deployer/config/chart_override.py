"""A hub's own Chart.yaml, in place of that of its chart, or of a chart that its chart wraps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deployer.config.loaded import ChartKeys, Sourced
from deployer.config.messages import problem
from deployer.config.suggestions import did_you_mean
from deployer.model.problem import Problem
from deployer.model.release import ChartOverride


def read_override(
    source: Sourced, content: bytes, chart: str, charts: Mapping[str, ChartKeys]
) -> tuple[ChartOverride | None, tuple[Problem, ...]]:
    """What a Chart.yaml with a name and dependencies stands in place of: the one of that name among those that the hub's chart is
    made of. Says nothing of a chart that is not there."""
    name, made_of = source.data["name"], charts[chart].made_of if chart in charts else {}
    if not made_of:
        return None, ()
    if name not in made_of:
        advice = did_you_mean(name, made_of, otherwise="it may be")
        return None, (problem("chart-override-name", source.place(("name",)), name=name, chart=chart, advice=advice),)
    override = ChartOverride(made_of[name], source.file, content)
    return override, tuple(_unpinned(source, charts[override.chart]))


def _unpinned(source: Sourced, chart: ChartKeys) -> Iterator[Problem]:
    """Archives that lose the digest which another version of them has: digests go by version."""
    for number, entry in enumerate(source.data["dependencies"]):
        name, version, repository = (str(entry.get(key) or "") for key in ("name", "version", "repository"))
        known = any(re.match(rf"{re.escape(name)}-v?\d", pin) for pin in chart.pinned)
        if known and "://" in repository and not repository.startswith("file:") and f"{name}-{version}" not in chart.pinned:
            place = source.place(("dependencies", number, "version"))
            yield problem("chart-override-unpinned", place, chart=chart.name, name=name, version=version)
