"""`support`: what a cluster needs once."""

from __future__ import annotations

import typer

from deployer.cli.options import Cluster, DryRun, Force
from deployer.cli.session import Session


def deploy(context: typer.Context, cluster: Cluster, *, dry_run: DryRun = False, force: Force = False) -> None:
    """Install or upgrade cert-manager, then ingress, issuers of certificates, Prometheus and Grafana: what has changed."""
    from deployer.reporting.support import to_json, to_text
    from deployer.workflows.support import deploy_support

    session = Session.of(context)
    report = deploy_support(session.effects(), cluster, dry_run=dry_run, force=force)
    session.show(text=lambda: to_text(report), data=lambda: to_json(report))
