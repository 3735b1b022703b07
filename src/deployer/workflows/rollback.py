"""rollback: a hub goes back to the deploy before its last one, and is used to see whether it works."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deployer.errors import GuardError, UsageError
from deployer.model.outcomes import HubOutcome, Outcome
from deployer.model.plan import Plan, Running, Step
from deployer.model.protocols import Effects, Target
from deployer.model.release import HubRef
from deployer.workflows.choosing import one
from deployer.workflows.deploy import use
from deployer.workflows.guards import require_homes
from deployer.workflows.reading import read_fleet

_TITLE = "Go back to the deploy before the last one"


@dataclass(frozen=True, slots=True)
class _Looked:
    """What runs, and the documents of the deploy before."""

    ref: HubRef
    running: Running
    earlier: Mapping[str, str]

    @property
    def deploy(self) -> tuple[str, str, Mapping[str, str]]:
        """By which one tells the last deploy from another."""
        return self.running.deployed_at, self.running.deployed_by, self.running.documents


def rollback(
    effects: Effects, cluster: str, hub: str, *, dry_run: bool = False, allow_destroy: frozenset[str] = frozenset()
) -> HubOutcome:
    """Under the hub's lock. `allow_destroy`: addresses of what may be lost. Raises UnknownNameError, UsageError where there is
    nothing to go back to, GuardError where homes would appear empty or somebody has deployed meanwhile, and UnhealthyError
    where what came back does not work."""
    target, ref = one(effects, read_fleet(effects), cluster, hub)
    looked = _look(target, ref)
    require_homes(ref, looked.running.documents, looked.earlier, allow_destroy)
    pause = looked.running.pause(looked.earlier)
    plan = Plan(ref=ref, steps=(Step("rollback", _TITLE, pause),))
    if dry_run:
        return HubOutcome(ref=ref, outcome=Outcome.PLANNED, plan=plan)
    began = effects.clock.monotonic()
    with target.lock(ref):
        _require_same(looked, _look(target, ref))
        effects.progress.say(f"Now {pause}.")
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


def _look(target: Target, ref: HubRef) -> _Looked:
    running = target.running(ref)
    if running is None:
        raise UsageError(f"{ref} does not run", hint=f"`deployer deploy {ref.cluster} {ref.hub}` starts it.")
    return _Looked(ref, running, target.earlier(ref))


def _require_same(looked: _Looked, now: _Looked) -> None:
    """Who waited for the lock waited for another deploy, which may have mended what was to be taken back."""
    if (looked.deploy, looked.earlier) != (now.deploy, now.earlier):
        ref, by = now.ref, now.running.deployed_by
        raise GuardError(
            f"{ref} was changed{f' by {by}' if by else ''} while this waited for its turn\nNothing was taken back.",
            hint=f"Look with `deployer status {ref.cluster} {ref.hub}`; where it still is not as it should be, run the same "
            "command again.",
        )
