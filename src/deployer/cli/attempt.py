"""`try`: any hub's file as a hub of this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from deployer.cli import output
from deployer.cli.options import Cluster, DryRun, Hub
from deployer.cli.session import Session

if TYPE_CHECKING:
    from deployer.model.protocols import Effects
    from deployer.model.release import HubRef

Detach = Annotated[bool, typer.Option("--detach", help="Leave it running; `--stop` ends it.")]
Stop = Annotated[bool, typer.Option("--stop", help="End it, and remove all that is left of it.")]


def attempt(
    context: typer.Context, cluster: Cluster, hub: Hub, *, detach: Detach = False, stop: Stop = False, dry_run: DryRun = False
) -> None:
    """Run any hub of any cluster on this machine, without its secrets, until Ctrl-C; then nothing of it stays."""
    from deployer.model.release import HubRef
    from deployer.reporting.deploys import outcome_to_json, outcome_to_text, removals_to_json, removals_to_text
    from deployer.workflows.attempt import attempt as bring_up
    from deployer.workflows.attempt import end

    session = Session.of(context)
    effects = session.effects()
    if stop:
        removal = end(effects, HubRef(cluster, hub))
        session.show(text=lambda: removals_to_text([removal]), data=lambda: removals_to_json([removal]))
        return
    outcome = bring_up(effects, cluster, hub, dry_run=dry_run)
    session.show(text=lambda: outcome_to_text(outcome), data=lambda: outcome_to_json(outcome))
    if not detach and not dry_run:
        _until_interrupted(effects, outcome.ref)


def _until_interrupted(effects: Effects, ref: HubRef) -> None:
    """Ctrl-C is how this ends, and no failure."""
    from deployer.workflows.attempt import end, watch

    output.write("Ctrl-C ends it.\n", output.errors())
    try:
        watch(effects, ref)
    except KeyboardInterrupt:
        pass
    finally:
        end(effects, ref)
