"""`logs`: the last lines of a hub or of a person's server."""

from __future__ import annotations

from typing import Annotated

import typer

from deployer.cli import output
from deployer.cli.options import Cluster, Hub
from deployer.cli.session import OutputFormat, Session
from deployer.errors import UsageError

User = Annotated[str | None, typer.Option("--user", metavar="NAME", help="The log of this person's server.")]
Lines = Annotated[int, typer.Option("--lines", "-n", min=1, help="How many of the last lines.")]
Follow = Annotated[bool, typer.Option("--follow", "-f", help="Go on with each further line, until Ctrl-C.")]


def logs(
    context: typer.Context, cluster: Cluster, hub: Hub, *, user: User = None, lines: Lines = 100, follow: Follow = False
) -> None:
    """Show the last lines of a hub's log, or of one person's server."""
    from deployer.reporting.problems import visible
    from deployer.workflows.logs import logs as read

    session = Session.of(context)
    if follow and session.format is OutputFormat.JSON:
        raise UsageError("a log that is followed has no end, so it cannot be JSON", hint="Leave out --follow or --format json.")
    found = read(session.effects(), cluster, hub, user=user, lines=lines, follow=follow)
    if follow:
        all(output.write(f"{visible(line)}\n") for line in found)
        return
    shown = list(found)
    session.show(
        text=lambda: "".join(f"{visible(line)}\n" for line in shown),
        data=lambda: {"cluster": cluster, "hub": hub, "user": user, "lines": shown},
    )
