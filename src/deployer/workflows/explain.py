"""explain: whose line set this?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from deployer.compiling.hub import compile_hub
from deployer.compiling.layers import leaves
from deployer.compiling.said import default_of
from deployer.config.loaded import ChartKeys
from deployer.config.models.hub import HubFile
from deployer.config.ownership import concerns
from deployer.config.suggestions import did_you_mean
from deployer.errors import ConfigurationError, UnknownNameError
from deployer.model.place import KeyPath, dotted
from deployer.model.problem import Severity
from deployer.model.protocols import Effects
from deployer.model.release import Origin, Release
from deployer.reporting.explain import ExplainedLeaf, Explanation, keys_of
from deployer.workflows.choosing import Choice, loaded, to_deploy
from deployer.workflows.preparation import read_fleet

_MEND = "Mend the file, then ask again: `deployer validate` tells everything that is wrong."


def explain(effects: Effects, cluster: str, hub: str, key: str = "") -> Explanation:
    """The values of one hub and who set them; of a part where `key` is a path in the values or a key of the hub's file.

    Raises UnknownNameError for a name or key that does not exist, ConfigurationError where the file could not be read.
    """
    fleet = read_fleet(effects)
    (ref,) = to_deploy(fleet, Choice(cluster, (hub,)))
    pair = loaded(fleet, ref)
    about = [problem for problem in fleet.problems if problem.severity is Severity.ERROR and concerns(problem, cluster, hub)]
    if pair is None:
        raise ConfigurationError(about, hint=_MEND)
    compiled = compile_hub(fleet, *pair)
    errors = [problem for problem in (*about, *compiled.problems) if problem.severity is Severity.ERROR]
    return Explanation(
        ref=ref,
        chart=pair[1].chart,
        key=key,
        leaves=tuple(_explained(compiled.release, fleet.chart_of(pair[1]), key)),
        problems=len(errors),
    )


def _explained(release: Release, chart: ChartKeys | None, key: str) -> Iterator[ExplainedLeaf]:
    """The leaves that the key names, each in the order of the values; all that was set where there is no key."""
    defaults = _chart_defaults(chart)
    values = dict(leaves(release.values))
    everything = defaults | values if key else values
    wanted = _wanted(release, everything, key)
    for path in wanted:
        yield ExplainedLeaf(
            path=path,
            value=everything[path],
            origin=_origin(release, chart, path, path in defaults),
            secret=path in release.secret_paths,
        )


def _wanted(release: Release, everything: Mapping[KeyPath, Any], key: str) -> list[KeyPath]:
    """Paths that begin with the key; else those made from that key of the hub's file; else those of the wrapped chart."""
    wrapped = [dotted(release.hub_at[:depth]) for depth in range(1, len(release.hub_at) + 1)]
    for paths in (
        [path for path in everything if _begins(dotted(path), key)],
        [path for path in release.origins if any(_begins(name, key) for name in _made_from(release.origins[path]))],
        [path for path in everything if any(_begins(dotted(path), f"{prefix}.{key}") for prefix in wrapped)],
    ):
        if paths or not key:
            return paths
    if key.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0] in HubFile.model_fields:
        return []
    made = (name for path in release.origins for name in _made_from(release.origins[path]))
    known = dict.fromkeys((*keys_of(everything), *made, *HubFile.model_fields))
    hint = did_you_mean(key, known) or "without a key, `explain` lists all values"
    raise UnknownNameError(f"{release.ref} has nothing called `{key}`", hint=hint)


def _begins(name: str, key: str) -> bool:
    return not key or name == key or name.startswith((f"{key}.", f"{key}["))


def _made_from(origin: Origin) -> Iterator[str]:
    """Keys of typed files that set this, or would have."""
    for one in (origin, *origin.overrode):
        if one.source == "compiled":
            yield one.key
        elif one.source == "default":
            yield default_of(one)


def _chart_defaults(chart: ChartKeys | None) -> dict[KeyPath, Any]:
    return dict(leaves(chart.defaults)) if chart and chart.defaults else {}


def _origin(release: Release, chart: ChartKeys | None, path: KeyPath, in_chart: bool) -> Origin:
    """Who set the leaf; the chart's own default stands below everybody."""
    own = release.origins.get(path)
    default = Origin("default", place=None, key=_chart_place(chart, path)) if in_chart and chart else None
    if own is None:
        return default or Origin("default")
    return replace(own, overrode=(*own.overrode, default)) if default else own


def _chart_place(chart: ChartKeys | None, path: KeyPath) -> str:
    """Which line of the chart's own values says it."""
    for at, source in (chart.sources if chart else {}).items():
        if path[: len(at)] == at and source.has(path[len(at) :]):
            return f"chart default ({source.place(path[len(at) :])})"
    return "chart default"
