"""`validate`: is the fleet right?"""

from __future__ import annotations

from typing import Annotated

import typer

from deployer.cli.options import SomeCluster, SomeHub
from deployer.cli.session import OutputFormat, Session
from deployer.errors import ConfigurationError

NoRender = Annotated[bool, typer.Option("--no-render", help="Stop before rendering what a target would start.")]
FetchCharts = Annotated[bool, typer.Option("--fetch-charts", help="Fetch the charts that are not on this machine yet.")]


def validate(
    context: typer.Context,
    *,
    cluster: SomeCluster = None,
    hub: SomeHub = None,
    no_render: NoRender = False,
    fetch_charts: FetchCharts = False,
) -> None:
    """Check the fleet, one cluster or one hub, and tell every problem at once. Needs no network and no secrets; with charts that
    are on this machine already, helm renders every hub."""
    from deployer.reporting.validation import to_github, to_json, to_text
    from deployer.tools.resources import code_digest
    from deployer.workflows.validate import Selection
    from deployer.workflows.validate import validate as check_fleet

    session = Session.of(context, formats=frozenset({OutputFormat.GITHUB}))
    selection = Selection(cluster=cluster, hub=hub)
    report = check_fleet(session.effects(), selection, render=not no_render, code=code_digest(), fetch=fetch_charts)
    session.show(
        text=lambda: to_text(report),
        data=lambda: to_json(report),
        github=lambda: to_github(report, folder=session.fleet_in_repository),
    )
    session.end(ConfigurationError.exit_code if report.errors else 0)
