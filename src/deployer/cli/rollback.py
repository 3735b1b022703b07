"""`rollback`: back to the deploy before the last one."""

from __future__ import annotations

import typer

from deployer.cli.options import AllowDestroy, Cluster, DryRun, Hub, Yes
from deployer.cli.questions import confirmed
from deployer.cli.session import Session


def rollback(
    context: typer.Context,
    cluster: Cluster,
    hub: Hub,
    *,
    dry_run: DryRun = False,
    allow_destroy: AllowDestroy = None,
    yes: Yes = False,
) -> None:
    """Go back to what was deployed before the last deploy, and check it. Running servers go on; logins pause for a minute."""
    from deployer.model.outcomes import DeployReport
    from deployer.reporting.deploys import to_json, to_text
    from deployer.workflows.rollback import rollback as go_back

    session = Session.of(context)
    ahead = dry_run or not confirmed(f"{cluster}/{hub} goes back to the deploy before its last one. Go on?", yes=yes)
    allowed = frozenset(allow_destroy or ())
    report = DeployReport((go_back(session.effects(), cluster, hub, dry_run=ahead, allow_destroy=allowed),))
    session.show(text=lambda: to_text(report), data=lambda: to_json(report))
