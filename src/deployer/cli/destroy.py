"""`destroy`: stop a hub and take it away."""

from __future__ import annotations

import typer

from deployer.cli.options import AllowDestroy, DryRun, SomeCluster, SomeHubs, Yes
from deployer.cli.questions import confirmed
from deployer.cli.session import Session


def destroy(
    context: typer.Context,
    *,
    cluster: SomeCluster = None,
    hubs: SomeHubs = None,
    allow_destroy: AllowDestroy = None,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Stop hubs and take them away. People's homes and the hub's database stay, unless --allow-destroy names them."""
    from deployer.reporting.deploys import doomed_to_text, removals_to_json, removals_to_text
    from deployer.workflows.choosing import Choice
    from deployer.workflows.destroy import destroy as remove
    from deployer.workflows.destroy import doomed

    session = Session.of(context)
    effects = session.effects()
    chosen = doomed(effects, Choice(cluster, tuple(hubs or ())), tuple(allow_destroy or ()))
    planned = [hub.removal for hub in chosen]
    question = f"{doomed_to_text(planned)}Go on?"
    if dry_run or not any(hub.exists for hub in chosen) or not confirmed(question, yes=yes):
        session.show(text=lambda: doomed_to_text(planned), data=lambda: removals_to_json(planned))
        return
    removals = remove(effects, chosen)
    session.show(text=lambda: removals_to_text(removals), data=lambda: removals_to_json(removals))
