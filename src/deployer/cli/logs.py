"""`logs`: the last lines of a hub or of a person's server."""

from __future__ import annotations

from typing import Annotated

import typer

from deployer.cli.options import Cluster, Hub
from deployer.cli.session import Session

User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="The log of this person's server.")]
Lines = Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")]


def logs(context: typer.Context, cluster: Cluster, hub: Hub, *, user: User = None, lines: Lines = 100) -> None:
    """Show the last lines of a hub's log, or of one person's server."""
    from deployer.reporting.problems import visible
    from deployer.workflows.logs import logs as read

    session = Session.of(context)
    found = read(session.effects(), cluster, hub, user=user, lines=lines)
    session.show(
        text=lambda: "".join(f"{visible(line)}\n" for line in found),
        data=lambda: {"cluster": cluster, "hub": hub, "user": user, "lines": list(found)},
    )
