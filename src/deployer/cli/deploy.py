"""`deploy`: what the files say becomes what runs."""

from __future__ import annotations

from typing import Annotated

import typer

from deployer.cli.options import AllowDestroy, DryRun, Force, SomeCluster, SomeHubs, Yes
from deployer.cli.session import Session

Everything = Annotated[bool, typer.Option("--all", help="All hubs of the cluster; without a cluster, of the fleet.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=1, max=64, help="How many hubs of one stage to deploy at a time.")]
NoCheck = Annotated[
    bool, typer.Option("--no-check", help="Do not use the hub in the end, as to mend one of several faults, each by itself.")
]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="With --dry-run: end with 3 where something is to do.")]


def deploy(
    context: typer.Context,
    *,
    cluster: SomeCluster = None,
    hubs: SomeHubs = None,
    everything: Everything = False,
    dry_run: DryRun = False,
    force: Force = False,
    no_check: NoCheck = False,
    exit_code: ExitCode = False,
    jobs: Jobs = 1,
    allow_destroy: AllowDestroy = None,
    yes: Yes = False,
) -> None:
    """Make what runs equal to the files, and check it. Only what changed is touched; a hub made sick gets back what it had."""
    from deployer.reporting.deploys import to_json, to_text
    from deployer.workflows.choosing import Choice
    from deployer.workflows.deploy import DeployOptions
    from deployer.workflows.deploy import deploy as deploy_hubs

    session = Session.of(context)
    choice = Choice(cluster, tuple(hubs or ()), everything)
    allowed = frozenset(allow_destroy or ())
    options = DeployOptions(dry_run=dry_run, force=force, check=not no_check, jobs=jobs, allow_destroy=allowed)
    report = deploy_hubs(session.effects(), choice, options)
    session.show(text=lambda: to_text(report), data=lambda: to_json(report))
    session.end(report.exit_code(pending=dry_run and exit_code))
