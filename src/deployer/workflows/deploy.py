"""deploy: what the files say becomes what runs, checked; a hub that the change made sick gets back what it had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

from deployer.compiling.expected_login import expected_login
from deployer.errors import DeployerError, NoRoomError, OutsideError, RolledBackError, UnhealthyError
from deployer.model.health import USUAL_CHECK, CheckReport, CheckStep, ExpectedLogin, ProfileChoice
from deployer.model.outcomes import DeployReport, HubOutcome, Outcome
from deployer.model.plan import Manifests, Plan, Running
from deployer.model.protocols import Effects, Target
from deployer.model.release import HubRef, Release
from deployer.planning.circumstances import pods_ask_otherwise, use_asks_otherwise
from deployer.planning.images import new_images
from deployer.planning.plans import hub_plan
from deployer.planning.redaction import redacted
from deployer.planning.waves import Wave, waves
from deployer.workflows.choosing import Choice, reaching, target_for, to_deploy
from deployer.workflows.guards import require_homes
from deployer.workflows.preparation import releases
from deployer.workflows.reading import read_fleet
from deployer.workflows.waves import Waves

_ROOM = "A node pool that can grow may still make room; else look at the node pools and at what servers ask for."
_OUTSIDE = {
    "full": "Wait until some people have stopped their servers, or raise `hub.active_servers`.",
    "volume": "Look at the file server, and at the events of the server's volumes.",
    "image": "Wait until nodes have the image, or take a smaller one.",
    "registry": "Look at the image's name and tag, and whether the registry answers or needs a login.",
    "provider": "Compare client id and callback URL with the application at the provider.",
}
_BACK = "What ran before runs again."
_FIRST = "It was its first deploy, and nothing of it is left but its volumes."
_GOES_ON = "The next deploy goes on from there."
_FIX = "Mend what the log says, then deploy again."


@dataclass(frozen=True, slots=True)
class DeployOptions:
    """`dry_run`: plan, and touch nothing. `force`: also what has not changed. `check`: use the hub before calling it deployed.
    `jobs`: how many hubs of one stage at a time. `allow_destroy`: addresses of what may be lost."""

    dry_run: bool = False
    force: bool = False
    check: bool = True
    jobs: int = 1
    allow_destroy: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Planned:
    """`homes`: documents that tell where people's homes are now."""

    plan: Plan
    manifests: Manifests
    running: Running | None
    homes: Mapping[str, str]


def deploy(effects: Effects, choice: Choice, options: DeployOptions) -> DeployReport:
    """Deploy the chosen hubs: all of them ring by ring, named ones at once; staging first. One hub's failure is raised; of
    several, it is in the report."""
    fleet = read_fleet(effects)
    refs = to_deploy(fleet, choice)
    with reaching(effects, fleet, refs):
        chosen = releases(effects, fleet, refs, read_secret=effects.secrets.read)
    planned = waves(chosen, fleet.fleet.rings if choice.everything else {})
    return _by_waves(effects, planned, partial(target_for, effects, fleet), options)


def deploy_releases(effects: Effects, work: Sequence[tuple[Target, Release]], options: DeployOptions) -> DeployReport:
    """Deploy stage by stage, `options.jobs` hubs at a time; after a failure, nothing of a later stage is begun. The report has
    them in the order in which they were taken."""
    targets = {release.ref: target for target, release in work}
    return _by_waves(effects, waves([release for _, release in work], {}), targets.__getitem__, options)


def _by_waves(
    effects: Effects, planned: Sequence[Wave], target_of: Callable[[HubRef], Target], options: DeployOptions
) -> DeployReport:
    """`target_of` is asked for each hub by itself: a cluster that cannot be reached is no failure of the others."""
    if len(planned) == 1 and len(planned[0].releases) == 1:
        (release,) = planned[0].releases
        return DeployReport((_deploy_one(effects, target_of(release.ref), release, options, several=False),))

    def deploy_one(release: Release) -> HubOutcome:
        with effects.progress.about(str(release.ref)):
            try:
                return _deploy_one(effects, target_of(release.ref), release, options, several=True)
            except DeployerError as error:
                return HubOutcome(ref=release.ref, outcome=Outcome.FAILED, plan=Plan(ref=release.ref), error=error)

    def pending(release: Release) -> bool:
        try:
            return bool(_plan(effects, target_of(release.ref).overview(), release, options).plan.steps)
        except DeployerError:
            return True

    def ailment(ref: HubRef) -> str:
        return _ailment(effects, target_of(ref), ref)

    return DeployReport(Waves(effects, deploy_one, pending, ailment, options.jobs).run(planned))


def _deploy_one(effects: Effects, target: Target, release: Release, options: DeployOptions, *, several: bool) -> HubOutcome:
    began = effects.clock.monotonic()
    planned = _plan(effects, target.overview() if several else target, release, options)
    if not planned.plan.steps:
        return _outcome(Outcome.UNCHANGED, planned.plan, planned.running)
    if options.dry_run:
        return _outcome(Outcome.PLANNED, planned.plan, planned.running)
    with target.lock(release.ref):
        with ThreadPoolExecutor(1) as beside:
            looked = beside.submit(_look, effects, target, release.ref)
            planned = _plan(effects, target, release, options)
        if not planned.plan.steps:
            return _outcome(Outcome.UNCHANGED, planned.plan, planned.running)
        require_homes(release.ref, planned.homes, planned.manifests.documents, options.allow_destroy)
        _tell(effects, planned.plan.notices)
        report = _carry_out(effects, target, release, planned, served=not looked.result(), check=options.check)
    outcome = _outcome(Outcome.DEPLOYED, planned.plan, target.running(release.ref))
    return replace(outcome, check=report, seconds=effects.clock.monotonic() - began)


def _plan(effects: Effects, target: Target, release: Release, options: DeployOptions) -> _Planned:
    """Compare what the files ask for with what runs; digests stand for secrets on both sides."""
    key = target.digest_key(release.ref, keep=not options.dry_run)
    manifests = target.render(redacted(release, key))
    running = target.running(release.ref)
    steps = target.steps(release, manifests, replace(running, healthy=False) if options.force and running else running)
    homes = running.tells_of_homes if running else target.earlier(release.ref)
    return _Planned(hub_plan(release.ref, manifests, running, steps, homes), manifests, running, homes)


def _outcome(outcome: Outcome, plan: Plan, running: Running | None) -> HubOutcome:
    address, login = (running.address, running.login) if running else ("", "")
    return HubOutcome(ref=plan.ref, outcome=outcome, plan=plan, address=address, login=login)


def _tell(effects: Effects, notices: Sequence[str]) -> None:
    for notice in notices:
        effects.progress.warn(notice)


def _carry_out(
    effects: Effects, target: Target, release: Release, planned: _Planned, *, served: bool, check: bool
) -> CheckReport | None:
    """Apply every step and use the hub. What fails is undone where something good can come back, or nothing was there before."""
    before = None if planned.running and planned.running.unfinished else planned.running
    undoable = before is None or before.interrupted or (before.returnable and served)
    used = False
    try:
        for step in planned.plan.steps:
            effects.interruption.check()
            if step.pauses:
                effects.progress.say(f"Now {step.pauses}.")
            with effects.progress.step(step.title):
                target.apply(step, release, planned.manifests)
        used = True
        report = _used(effects, target, release, planned) if check else None
    except UnhealthyError as sick:
        if isinstance(sick, OutsideError) and before:
            was = _checked(target, release.ref, before)
            if not _asks_otherwise(sick.cause, was, planned.manifests.documents, used=used):
                raise _left_by(sick) from sick
        raise (_rolled_back(effects, target, release, before, sick, check=check) if undoable else _left(sick)) from sick
    except DeployerError as error:
        raise (_undone(effects, target, release.ref, before, error, check=check) if undoable else error) from error
    except BaseException:
        if undoable:
            _undo_quietly(effects, target, release.ref)
        raise
    target.settle(release.ref)
    return report


def _look(effects: Effects, target: Target, ref: HubRef) -> str:
    """Why nobody can log in; empty where people can, whatever else is not as it was deployed. Only such a hub is worth going back
    to."""
    try:
        return effects.prober.look(target.access(ref))
    except DeployerError as error:
        return error.message


def _ailment(effects: Effects, target: Target, ref: HubRef) -> str:
    """Why a hub that was deployed is not well; empty where it is."""
    try:
        running = target.running(ref)
    except DeployerError as error:
        return error.message
    if running is None or not running.healthy:
        return running.detail if running else "it is gone"
    return _look(effects, target, ref)


def _checked(target: Target, ref: HubRef, before: Running) -> Mapping[str, str]:
    """The documents of what ran last and was checked: what an interrupted deploy began was not."""
    return target.earlier(ref) if before.interrupted else before.documents


def _used(effects: Effects, target: Target, release: Release, planned: _Planned) -> CheckReport:
    """As `use` says, with each image that is new."""
    before = _checked(target, release.ref, planned.running) if planned.running else {}
    besides = new_images(before, planned.manifests.documents)
    report = use(effects, target, release.ref, expected_login(release), besides)
    _tell(effects, [f"the environment {choice}, whose image is new, was {found}" for choice, found in _untried(report)])
    return report


def _untried(report: CheckReport) -> Iterator[tuple[str, str]]:
    """Each choice that was not started, and why."""
    first: dict[str, CheckStep] = {}
    for step in report.steps:
        first.setdefault(step.choice, step)
    yield from ((choice, step.found) for choice, step in first.items() if choice and step.status == "skipped")


def use(
    effects: Effects,
    target: Target,
    ref: HubRef,
    login: ExpectedLogin | None = None,
    besides: tuple[ProfileChoice, ...] = (),
) -> CheckReport:
    """Use the hub as a person would; `login`: where its login page must lead; `besides`: what is started after its default.
    Raises UnhealthyError with the step that failed."""

    def log(user: str | None) -> Iterator[str]:
        return target.logs(ref, user=user, lines=20)

    access = target.access(ref)
    access = replace(access, login=access.login if access.login_replaced else login, besides=besides)
    report = effects.prober.check(access, all_profiles=False, log=log, options=USUAL_CHECK)
    if not report.healthy:
        raise _sickness(report)
    return report


def _cause(report: CheckReport) -> str:
    """What outside of the hub all that failed failed of; empty where something has another cause, or none that is known."""
    causes = {step.cause for step in report.steps if step.status == "failed"}
    return causes.pop() if len(causes) == 1 else ""


def _sickness(report: CheckReport) -> UnhealthyError:
    failed = next(step for step in report.steps if step.status == "failed")
    step = f"`{failed.name}` of {failed.choice}" if failed.choice else f"`{failed.name}`"
    lines = [f"the check of {report.ref} failed at {step}: expected {failed.expected}, found {failed.found}"]
    for log in failed.logs:
        lines += [f"last lines of the log of {log.source}:", *(f"  {line}" for line in log.lines)]
    message, cause = "\n".join(lines), _cause(report)
    if cause == "room":
        return NoRoomError(message, hint=_ROOM, step=step)
    if cause:
        return OutsideError(message, hint=_OUTSIDE[cause], cause=cause, step=step)
    return UnhealthyError(message, hint=_FIX, step=step)


def _left(sick: UnhealthyError) -> UnhealthyError:
    return UnhealthyError(
        f"{sick.message}\nIt was not healthy before either, so nothing was rolled back.", hint=sick.hint or _FIX
    )


def _asks_otherwise(cause: str, was: Mapping[str, str], becomes: Mapping[str, str], *, used: bool) -> bool:
    """The change asks for more or other of what was lacking, while the hub came up or when it was `used`."""
    return use_asks_otherwise(cause, was, becomes) if used else pods_ask_otherwise(was, becomes)


def _left_by(sick: OutsideError) -> OutsideError:
    """What ran before would meet the same."""
    if isinstance(sick, NoRoomError):
        why = "what ran before needs the same room. It starts as soon as there is some."
        return NoRoomError(f"{sick.message}\nNothing was rolled back: {why}", hint=f"{sick.hint} Then deploy again.")
    message = f"{sick.message}\nNothing was rolled back: what ran before would meet the same."
    return OutsideError(message, hint=f"{sick.hint} Then deploy again.", cause=sick.cause)


def _rolled_back(
    effects: Effects, target: Target, release: Release, before: Running | None, sick: UnhealthyError, *, check: bool
) -> RolledBackError | UnhealthyError:
    """Bring back what ran and use it; of a first install, take away what it left."""
    try:
        with effects.interruption.spares():
            with effects.progress.step("Roll back" if before else "Remove what was begun"):
                target.undo(release.ref)
            if before and check:
                use(effects, target, release.ref)
    except DeployerError as error:
        return _sick_too(release.ref, sick, error)
    return RolledBackError(f"{sick.message}\n{_BACK if before else _FIRST}", hint=sick.hint or _FIX)


def _sick_too(ref: HubRef, sick: UnhealthyError, back: DeployerError) -> UnhealthyError:
    """What came back is not well either. The same sickness is not of the change."""
    found = back.message.splitlines()[0]
    if sick.step and isinstance(back, UnhealthyError) and back.step == sick.step:
        return UnhealthyError(
            f"{sick.message}\nWhat ran before is back and fails at the same step, so the change is not the cause: {found}",
            hint=f"`deployer deploy {ref.cluster} {ref.hub} --no-check` deploys the change all the same. "
            f"Mend what fails by itself; `deployer check {ref.cluster} {ref.hub}` shows it.",
        )
    return UnhealthyError(f"{sick.message}\nWhat ran before does not run well again: {found}", hint=back.hint or _FIX)


def _undone(
    effects: Effects, target: Target, ref: HubRef, before: Running | None, error: DeployerError, *, check: bool
) -> DeployerError:
    """What stopped the deploy, and what has become of the hub where something had been changed."""
    try:
        with effects.interruption.spares():
            if not target.undo(ref):
                return error
            if before and check:
                use(effects, target, ref)
    except DeployerError as second:
        return error.saying(f"What was begun could not be undone: {second.message.splitlines()[0]}\n{_GOES_ON}")
    return error.saying(_BACK if before else _FIRST)


def _undo_quietly(effects: Effects, target: Target, ref: HubRef) -> None:
    """After Ctrl-C, nobody waits for more than this."""
    try:
        target.undo(ref)
    except DeployerError as error:
        effects.progress.warn(f"what was begun could not be undone: {error.message.splitlines()[0]} {_GOES_ON}")
