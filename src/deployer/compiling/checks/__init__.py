"""Checks on the values of a release, typed or raw alike: what would start broken does not validate.

Belongs here: one module a subject, each adding problems to a `Values`; the tables they read are generated. Never: importing
JupyterHub, reading files, changing values.
"""

from __future__ import annotations

from collections.abc import Callable

from deployer.compiling.checks.affinity import check_affinity
from deployer.compiling.checks.chart_settings import check_chart_settings
from deployer.compiling.checks.classes import check_classes
from deployer.compiling.checks.database import check_database
from deployer.compiling.checks.environment import check_environment
from deployer.compiling.checks.fields import check_filled
from deployer.compiling.checks.images import check_images
from deployer.compiling.checks.keys import check_keys
from deployer.compiling.checks.login import check_login
from deployer.compiling.checks.login_start import check_login_start
from deployer.compiling.checks.names import check_names
from deployer.compiling.checks.people import check_people
from deployer.compiling.checks.pods import check_pods
from deployer.compiling.checks.profiles import check_profiles
from deployer.compiling.checks.quantities import check_quantities
from deployer.compiling.checks.roles import check_roles
from deployer.compiling.checks.snippets import check_snippets
from deployer.compiling.checks.view import Values, at, with_defaults
from deployer.config.charts import HUB_CHART
from deployer.config.loaded import ChartKeys, LoadedHub
from deployer.model.problem import Problem, in_order
from deployer.model.release import Release

CHECKS: tuple[Callable[[Values], None], ...] = (
    check_keys,
    check_names,
    check_classes,
    check_login,
    check_login_start,
    check_people,
    check_chart_settings,
    check_database,
    check_images,
    check_quantities,
    check_environment,
    check_filled,
    check_affinity,
    check_profiles,
    check_pods,
    check_roles,
    check_snippets,
)


def check_values(hub: LoadedHub, release: Release, chart: ChartKeys | None) -> tuple[Problem, ...]:
    """Everything that is wrong with a hub's values, at the place of the one who said it."""
    base = chart.hub_at if chart else (HUB_CHART,)
    said = at(release.values, base, {})
    said = said if isinstance(said, dict) else {}
    defaults = at(chart.defaults, base, {}) if chart else {}
    values = Values(hub, release, chart, base, with_defaults(defaults, said), said)
    for check in CHECKS:
        check(values)
    return in_order(values.problems)
