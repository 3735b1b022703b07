"""`diagnose` and `doctor`: what keeps a server, or a deploy, from working."""

from __future__ import annotations

from typing import Annotated

import typer

from deployer.cli.options import Cluster, Hub
from deployer.cli.session import Session
from deployer.errors import ExternalError, UnhealthyError

User = Annotated[str, typer.Argument(metavar="USER", help="A person's name on this hub.", show_default=False)]


def diagnose(context: typer.Context, cluster: Cluster, hub: Hub, user: User) -> None:
    """Say why a person's server does not start: pod, image, volume, quota, node, events, log. Exit code 7: something is wrong."""
    from deployer.reporting.findings import to_json, to_text
    from deployer.workflows.looking import diagnose as look

    session = Session.of(context)
    report = look(session.effects(), cluster, hub, user)
    session.show(text=lambda: to_text(report), data=lambda: to_json(report))
    session.end(0 if report.good else UnhealthyError.exit_code)


def doctor(context: typer.Context, cluster: Cluster) -> None:
    """Say whether a cluster can be deployed to: access, rights, versions, nodes, storage. Exit code 4: something is missing."""
    from deployer.reporting.findings import to_json, to_text
    from deployer.workflows.looking import examine

    session = Session.of(context)
    report = examine(session.effects(), cluster)
    session.show(text=lambda: to_text(report), data=lambda: to_json(report))
    session.end(0 if report.good else ExternalError.exit_code)
