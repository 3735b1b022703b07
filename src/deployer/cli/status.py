"""`status`: what runs."""

from __future__ import annotations

import typer

from deployer.cli.options import SomeCluster, SomeHubs
from deployer.cli.session import Session


def status(context: typer.Context, *, cluster: SomeCluster = None, hubs: SomeHubs = None) -> None:
    """Show hubs, their health, who uses them and who deployed them; also hubs that no file names any more."""
    from deployer.reporting.status import to_json, to_text
    from deployer.workflows.choosing import Choice
    from deployer.workflows.status import status as look

    session = Session.of(context)
    found = look(session.effects(), Choice(cluster, tuple(hubs or ())))
    session.show(text=lambda: to_text(found), data=lambda: to_json(found))
