"""explain: whose line set this?"""

from __future__ import annotations

from dataclasses import replace

from deployer.compiling.hub import compile_hub
from deployer.compiling.layers import leaves
from deployer.compiling.named import Names
from deployer.config.charts import with_hub_chart
from deployer.config.loaded import ChartKeys, LoadedHub
from deployer.config.ownership import concerns
from deployer.errors import ConfigurationError, UnknownNameError
from deployer.model.place import KeyPath
from deployer.model.problem import Severity
from deployer.model.protocols import Effects
from deployer.model.release import Origin, Release, merged
from deployer.reporting.explain import ExplainedLeaf, Explanation
from deployer.workflows.choosing import Choice, loaded, to_deploy
from deployer.workflows.reading import read_fleet

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
    chart = _whole(effects, compiled.release, fleet.chart_of(pair[1])) if key else None
    names = _names(compiled.release, chart, pair[1])
    paths = names.leaves(key)
    return Explanation(
        ref=ref,
        chart=pair[1].chart,
        key=key,
        leaves=tuple(_explained(names, chart, path) for path in paths),
        note="" if paths else _why_none(names, key),
        problems=len(errors),
    )


def _whole(effects: Effects, release: Release, chart: ChartKeys | None) -> ChartKeys | None:
    """The chart with the defaults of zero-to-jupyterhub inside it, where that is on this machine."""
    inside = effects.rendering.hub_chart_values(release) if chart else None
    return with_hub_chart(chart, *inside) if chart and inside else chart


def _names(release: Release, chart: ChartKeys | None, hub: LoadedHub) -> Names:
    """All values that are set, with the chart's defaults below them where there is a chart."""
    everything = merged(chart.defaults, release.values) if chart else release.values
    return Names(release, dict(leaves(everything)), hub.source.data)


def _why_none(names: Names, key: str) -> str:
    """Why nothing has this key. Raises UnknownNameError for one that nothing can have."""
    if names.is_a_setting(key):
        return "it sets nothing in the chart's values"
    if names.is_of_the_hub_chart(key):
        return (
            "nothing here sets it, and what zero-to-jupyterhub does by itself stands in its chart, which is not on this machine: "
            "`deployer validate --fetch-charts` gets it"
        )
    hint = names.meant(key) or "without a key, `explain` lists all values"
    raise UnknownNameError(f"{names.release.ref} has nothing called `{key}`", hint=hint)


def _explained(names: Names, chart: ChartKeys | None, path: KeyPath) -> ExplainedLeaf:
    return ExplainedLeaf(
        path=path,
        value=names.everything[path],
        origin=_origin(names.release, _default(chart, path), path),
        secret=path in names.release.secret_paths,
    )


def _origin(release: Release, default: Origin | None, path: KeyPath) -> Origin:
    """Who set the leaf; the chart's own default stands below everybody."""
    own = release.origins.get(path)
    if own is None:
        return default or Origin("default")
    return replace(own, overrode=(*own.overrode, default)) if default else own


def _default(chart: ChartKeys | None, path: KeyPath) -> Origin | None:
    """The line of a chart's own values that says it."""
    for base, source in (chart.sources if chart else {}).items():
        if path[: len(base)] == base and source.has(path[len(base) :]):
            return Origin("default", "chart default", source.place(path[len(base) :]))
    return None
