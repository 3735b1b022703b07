"""rollback: a hub goes back to the deploy before its last one, and is used to see whether it works."""

from __future__ import annotations

from deployer.errors import UsageError
from deployer.model.outcomes import HubOutcome, Outcome
from deployer.model.plan import Plan, Step
from deployer.model.protocols import Effects
from deployer.workflows.choosing import one
from deployer.workflows.deploy import use
from deployer.workflows.guards import require_homes
from deployer.workflows.preparation import read_fleet

_TITLE = "Go back to the deploy before the last one"
_PAUSE = "logins pause for less than a minute; running servers go on"


def rollback(
    effects: Effects, cluster: str, hub: str, *, dry_run: bool = False, allow_destroy: frozenset[str] = frozenset()
) -> HubOutcome:
    """Under the hub's lock. `allow_destroy`: addresses of what may be lost. Raises UnknownNameError, UsageError where there is
    nothing to go back to, GuardError where homes would appear empty, and UnhealthyError where what came back does not work."""
    target, ref = one(effects, read_fleet(effects), cluster, hub)
    running = target.running(ref)
    if running is None:
        raise UsageError(f"{ref} does not run", hint=f"`deployer deploy {ref.cluster} {ref.hub}` starts it.")
    require_homes(ref, running.documents, target.earlier(ref), allow_destroy)
    plan = Plan(ref=ref, steps=(Step("rollback", _TITLE, _PAUSE),))
    if dry_run:
        return HubOutcome(ref=ref, outcome=Outcome.PLANNED, plan=plan)
    began = effects.clock.monotonic()
    with target.lock(ref):
        with effects.progress.step(_TITLE):
            target.rollback(ref)
        report = use(effects, target, ref)
    effects.progress.warn("the files still ask for what was taken back: change them, or the next deploy brings it again")
    running = target.running(ref)
    return HubOutcome(
        ref=ref,
        outcome=Outcome.ROLLED_BACK,
        plan=plan,
        address=running.address if running else "",
        login=running.login if running else "",
        check=report,
        seconds=effects.clock.monotonic() - began,
    )
