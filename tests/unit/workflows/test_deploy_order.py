"""The order of things in a deploy, with a target that remembers what it was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from io import StringIO
from threading import Barrier
from typing import Any

import pytest
import yaml
from tests.support.remembering_target import GOOD, Prober, RememberingTarget, release, world

from deployer.cli.progress import PlainProgress
from deployer.errors import DeployerError, GuardError, MachineError, NoRoomError, OutsideError, RolledBackError, UnhealthyError
from deployer.model.health import CheckReport, CheckStep, HubAccess
from deployer.model.outcomes import Outcome
from deployer.model.plan import Manifests, Running, Step
from deployer.model.release import HubRef, Release
from deployer.reporting.deploys import to_json, to_text
from deployer.workflows.deploy import DeployOptions, deploy_releases

EDITED = replace(GOOD, healthy=False)
UNKNOWN = replace(GOOD, returnable=False)
KILLED = replace(GOOD, healthy=False, interrupted=True)
BEGUN = replace(GOOD, healthy=False, returnable=False, unfinished=True)
DEAD, FULL = UnhealthyError("dead"), MachineError("full")
APPLY = DeployOptions()


def test_a_deploy_locks_applies_checks_and_settles() -> None:
    effects, said = world(True)
    target = RememberingTarget()
    report = deploy_releases(effects, [(target, release())], APPLY)
    assert target.done == ["lock", "apply start", "settle", "unlock"]
    assert said.lines == ["no images", "Start"]
    assert report.exit_code() == 0
    assert to_text(report).splitlines()[1:] == ["  http://h/", "  Log in."]


def test_what_runs_as_asked_is_not_even_locked() -> None:
    effects, _ = world()
    target = RememberingTarget(now=replace(GOOD, documents={"values": "{}"}))
    report = deploy_releases(effects, [(target, release())], APPLY)
    assert (report.hubs[0].outcome, target.done) == (Outcome.UNCHANGED, [])
    assert deploy_releases(world(True)[0], [(target, release())], DeployOptions(force=True)).hubs[0].outcome is Outcome.DEPLOYED


def test_what_is_forced_is_still_a_change_of_what_runs() -> None:
    """Its database is saved, what pauses is said, and it can be undone."""
    target = RememberingTarget(now=replace(GOOD, documents={"values": "{}"}))
    deploy_releases(world(True)[0], [(target, release())], DeployOptions(force=True))
    assert target.compared == Running({"values": "{}"}, healthy=False, address="http://h/", login="Log in")


def test_a_dry_run_asks_and_does_nothing() -> None:
    effects, said = world()
    target = RememberingTarget(now=GOOD)
    report = deploy_releases(effects, [(target, release())], DeployOptions(dry_run=True))
    assert (report.hubs[0].outcome, target.done, said.lines) == (Outcome.PLANNED, [], [])
    assert (report.exit_code(), report.exit_code(pending=True)) == (0, 3)


@pytest.mark.parametrize(
    ("before", "served", "step", "found", "error", "done", "words"),
    [
        (GOOD, True, DEAD, [True], RolledBackError, "undo", "dead\nWhat ran before runs again."),
        (
            GOOD,
            True,
            None,
            [False, True],
            RolledBackError,
            "undo",
            "expected 200, found 500\nlast lines of the log of hub:\n  a line",
        ),
        (GOOD, True, DEAD, [False], UnhealthyError, "undo", "What ran before does not run well again"),
        (GOOD, False, DEAD, [], UnhealthyError, "apply start", "It was not healthy before either"),
        (EDITED, True, DEAD, [True], RolledBackError, "undo", "dead\nWhat ran before runs again."),
        (UNKNOWN, True, DEAD, [], UnhealthyError, "apply start", "It was not healthy before either"),
        (KILLED, False, DEAD, [True], RolledBackError, "undo", "What ran before runs again"),
        (None, False, DEAD, [], RolledBackError, "undo", "nothing of it is left but its volumes"),
        (BEGUN, False, DEAD, [], RolledBackError, "undo", "nothing of it is left but its volumes"),
        (BEGUN, False, FULL, [], MachineError, "undo", "full\nIt was its first deploy"),
        (EDITED, False, None, [False], UnhealthyError, "apply start", "found 500"),
        (GOOD, True, FULL, [True], MachineError, "undo", "full\nWhat ran before runs again."),
        (GOOD, True, FULL, [False], MachineError, "undo", "full\nWhat was begun could not be undone: the check of"),
        (None, False, FULL, [], MachineError, "undo", "full\nIt was its first deploy"),
        (EDITED, False, FULL, [], MachineError, "apply start", "full"),
        (GOOD, True, NoRoomError("no node"), [], NoRoomError, "apply start", "no node\nNothing was rolled back"),
        (None, False, NoRoomError("no node"), [], RolledBackError, "undo", "nothing of it is left but its volumes"),
    ],
)
def test_what_fails_is_undone_where_that_helps(
    before: Running | None,
    *,
    served: bool,
    step: BaseException | None,
    found: list[bool],
    error: type[DeployerError],
    done: str,
    words: str,
) -> None:
    effects, _ = world(*found, served=served)
    target = RememberingTarget(now=before, fails=step)
    with pytest.raises(error) as failure:
        deploy_releases(effects, [(target, release())], APPLY)
    assert type(failure.value) is error
    assert words in failure.value.message
    assert target.done[-1] == done
    assert "settle" not in target.done


@pytest.mark.parametrize(
    ("cause", "asked", "error"),
    [
        ("room", "memory: 1G", NoRoomError),
        ("room", "memory: 64G", RolledBackError),
        ("image", "memory: 1G", OutsideError),
        ("full", "memory: 64G", OutsideError),
        ("provider", "memory: 64G", OutsideError),
        ("volume", "memory: 64G", OutsideError),
        ("registry", "memory: 1G", OutsideError),
        ("registry", "image: {name: other}", RolledBackError),
        ("provider,", "memory: 1G", RolledBackError),
        ("provider,room", "memory: 1G", RolledBackError),
        ("provider,provider", "memory: 1G", OutsideError),
        ("volume", "storage: {type: none}", RolledBackError),
    ],
)
def test_what_is_lacking_is_the_changes_fault_where_it_asks_for_more(cause: str, asked: str, error: type[DeployerError]) -> None:
    before, after = (f'data: {{values.yaml: "singleuser: {{{values}}}"}}' for values in ("memory: 1G", asked))
    effects = replace(world()[0], prober=Prober([False, True], cause=cause))
    target = DescribedTarget(now=replace(GOOD, documents={"Secret/hub": before}), documents={"Secret/hub": after, "new": "yes"})
    with pytest.raises(error) as failure:
        deploy_releases(effects, [(target, release())], APPLY)
    assert type(failure.value) is error


@pytest.mark.parametrize(("earlier", "error"), [("memory: 1G", RolledBackError), ("memory: 64G", NoRoomError)])
def test_what_an_interrupted_change_asked_for_is_held_against_what_was_before_it(
    earlier: str, error: type[DeployerError]
) -> None:
    was, now = ({"Secret/hub": f'data: {{values.yaml: "singleuser: {{{values}}}"}}'} for values in (earlier, "memory: 64G"))
    effects = replace(world()[0], prober=Prober([False, True], cause="room"))
    target = DescribedTarget(now=replace(KILLED, documents=now), documents=now, before=was)
    with pytest.raises(error) as failure:
        deploy_releases(effects, [(target, release())], replace(APPLY, force=True))
    assert type(failure.value) is error


@dataclass
class TryingProber(Prober):
    """Remembers what it was to start besides the usual server, and finds what it is told to."""

    besides: list[str] = field(default_factory=list)
    status: str = "skipped"
    found: str = "not tried: no time was left for it"

    def check(self, access: HubAccess, **more: Any) -> CheckReport:
        report = super().check(access, **more)
        self.besides = [choice.title for choice in access.besides]
        untried = [
            CheckStep(name="Server starts", status=self.status, seconds=0, choice=title, expected="a server", found=self.found)
            for title in self.besides
        ]
        return replace(report, steps=(*report.steps, *untried))


def environments(**images: str) -> dict[str, str]:
    profiles = [{"display_name": name, "kubespawner_override": {"image": image}} for name, image in images.items()]
    return {"Secret/hub": yaml.safe_dump({"data": {"values.yaml": yaml.safe_dump({"singleuser": {"profileList": profiles}})}})}


@pytest.mark.parametrize("interrupted", [False, True])
def test_a_new_image_is_started_too_or_named(*, interrupted: bool) -> None:
    prober, (effects, said) = TryingProber([True]), world()
    before, after = environments(usual="a:1", r="r:1", julia="j:1"), environments(usual="a:2", r="r:2", julia="j:1")
    now = replace(KILLED, documents=after) if interrupted else replace(GOOD, documents=before)
    target = DescribedTarget(now=now, documents=after, before=before)
    deploy_releases(replace(effects, prober=prober), [(target, release())], APPLY)
    assert prober.besides == ["r"]
    assert said.lines == ["Start", "the environment r, whose image is new, was not tried: no time was left for it"]


def test_a_new_image_that_cannot_be_had_is_rolled_back_with_its_environment() -> None:
    prober = TryingProber([True, True], status="failed", found="the image r:2 cannot be had: not found")
    target = DescribedTarget(
        now=replace(GOOD, documents=environments(a="a:1", r="r:1")), documents=environments(a="a:1", r="r:2")
    )
    with pytest.raises(RolledBackError) as failure:
        deploy_releases(replace(world()[0], prober=prober), [(target, release())], APPLY)
    assert failure.value.message == (
        "the check of demo/welcome failed at `Server starts` of r: expected a server, found the image r:2 cannot be had: "
        "not found\nWhat ran before runs again."
    )
    assert prober.besides == []


@dataclass
class DescribedTarget(RememberingTarget):
    """Renders what it is told to. `before`: documents of the deploy before the last one."""

    documents: dict[str, str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)

    def earlier(self, ref: HubRef) -> Mapping[str, str]:
        return self.before

    def render(self, release: Release) -> Manifests:
        return Manifests(self.documents)


def secret_of(sub_path: str) -> str:
    values = f"singleuser: {{storage: {{type: static, static: {{subPath: '{sub_path}'}}}}}}"
    return f'data: {{values.yaml: "{values}"}}'


def test_homes_that_would_appear_empty_need_a_word() -> None:
    documents = {"Secret/hub": secret_of("new")}
    target = DescribedTarget(now=replace(GOOD, documents={"Secret/hub": secret_of("old")}), documents=documents)
    planned = deploy_releases(world()[0], [(target, release())], DeployOptions(dry_run=True))
    assert any("would appear empty" in notice for notice in planned.hubs[0].plan.notices)
    with pytest.raises(GuardError) as failure:
        deploy_releases(world()[0], [(target, release())], APPLY)
    assert "singleuser.storage.static.subPath was `old` and becomes `new`" in failure.value.message
    assert failure.value.hint.endswith("--allow-destroy hub:demo/welcome/homes")
    assert target.done == ["lock"]
    allowed = DeployOptions(allow_destroy=frozenset({"hub:demo/welcome/homes"}))
    assert deploy_releases(world(True)[0], [(target, release())], allowed).hubs[0].outcome is Outcome.DEPLOYED


def test_of_a_hub_that_somebody_else_deployed_homes_are_guarded_too() -> None:
    foreign = Running({}, healthy=False, foreign={"Secret/hub": secret_of("old")})
    target = DescribedTarget(now=foreign, documents={"Secret/hub": secret_of("new")})
    with pytest.raises(GuardError, match="was `old` and becomes `new`"):
        deploy_releases(world()[0], [(target, release())], APPLY)


def test_of_a_hub_that_was_taken_away_homes_are_guarded_as_long_as_they_stay() -> None:
    target = DescribedTarget(documents={"Secret/hub": secret_of("new")}, before={"Secret/hub": secret_of("old")})
    planned = deploy_releases(world()[0], [(target, release())], DeployOptions(dry_run=True))
    assert any("would appear empty" in notice for notice in planned.hubs[0].plan.notices)
    with pytest.raises(GuardError, match="was `old` and becomes `new`"):
        deploy_releases(world()[0], [(target, release())], APPLY)


def test_ctrl_c_is_undone_and_passed_on() -> None:
    effects, _ = world()
    target = RememberingTarget(now=GOOD, fails=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        deploy_releases(effects, [(target, release())], APPLY)
    assert target.done == ["lock", "apply start", "undo"]


def test_an_undo_that_fails_is_7() -> None:
    effects, _ = world()
    target = RememberingTarget(now=GOOD, fails=UnhealthyError("dead"), undo_fails=MachineError("full", hint="Free some space."))
    with pytest.raises(UnhealthyError) as failure:
        deploy_releases(effects, [(target, release())], APPLY)
    assert (failure.value.exit_code, failure.value.hint) == (7, "Free some space.")


def test_after_a_failure_later_stages_are_not_begun() -> None:
    releases = [release("prod"), release("canary", "canary"), release("sandbox", "staging"), release("test", "staging")]
    targets = {made.ref.hub: RememberingTarget() for made in releases}
    targets["sandbox"].fails = UnhealthyError("dead")
    report = deploy_releases(world(True)[0], [(targets[made.ref.hub], made) for made in releases], APPLY)
    assert [(hub.ref.hub, str(hub.outcome)) for hub in report.hubs] == [
        ("sandbox", "failed"),
        ("test", "deployed"),
        ("canary", "skipped"),
        ("prod", "skipped"),
    ]
    assert report.exit_code() == 5
    assert "demo/canary: not begun" in to_text(report)
    assert [hub["error"]["code"] if hub["error"] else None for hub in to_json(report)["hubs"]] == [
        "rolled-back",
        None,
        None,
        None,
    ]


@dataclass
class PausingTarget(RememberingTarget):
    """Has a step that people notice."""

    def steps(self, release: Release, manifests: Manifests, running: Running | None) -> tuple[Step, ...]:
        return (Step("try", "Try"), Step("upgrade", "Upgrade", "logins pause; running servers go on"))


def test_what_pauses_is_said_before_it_does() -> None:
    effects, said = world(True)
    deploy_releases(effects, [(PausingTarget(GOOD), release())], APPLY)
    assert said.lines == ["no images", "Try", "Now logins pause; running servers go on.", "Upgrade"]


@dataclass
class MeetingTarget(RememberingTarget):
    """Goes on only when another hub is at the same point."""

    meet: Barrier = field(default_factory=lambda: Barrier(2))

    def apply(self, step: Step, release: Release, manifests: Manifests) -> None:
        self.meet.wait(timeout=30)
        super().apply(step, release, manifests)


def test_hubs_of_one_stage_are_deployed_at_a_time_and_reported_in_their_order() -> None:
    meet = Barrier(2)
    work = [(MeetingTarget(meet=meet), release(name)) for name in ("first", "second")]
    report = deploy_releases(world(True, True)[0], work, DeployOptions(jobs=2))
    assert [(hub.ref.hub, str(hub.outcome)) for hub in report.hubs] == [("first", "deployed"), ("second", "deployed")]


@dataclass
class DistantTarget(RememberingTarget):
    """`seen`: what an overview shows, which may be old."""

    seen: Running | None = None

    def overview(self) -> RememberingTarget:
        return RememberingTarget(self.seen)


@pytest.mark.parametrize("seen", [None, GOOD, EDITED], ids=["nothing", "the old", "edited"])
def test_of_several_hubs_each_is_planned_anew_under_its_lock(seen: Running | None) -> None:
    same = replace(GOOD, documents={"values": str(release("first").values)})
    targets = [DistantTarget(same, seen=seen), DistantTarget(same, seen=same)]
    report = deploy_releases(world(True, True)[0], list(zip(targets, (release("first"), release("second")), strict=True)), APPLY)
    assert [str(hub.outcome) for hub in report.hubs] == ["unchanged", "unchanged"]
    assert [target.done for target in targets] == [["lock", "unlock"], []]


def test_one_hub_is_looked_at_itself() -> None:
    target = DistantTarget(seen=replace(GOOD, documents={"values": str(release("first").values)}))
    report = deploy_releases(world(True)[0], [(target, release("first"))], APPLY)
    assert str(report.hubs[0].outcome) == "deployed"


def test_each_line_of_several_hubs_begins_with_the_hub() -> None:
    stream = StringIO()
    effects = replace(world(True, True)[0], progress=PlainProgress(stream))
    deploy_releases(effects, [(RememberingTarget(), release(name)) for name in ("first", "second")], DeployOptions(jobs=2))
    lines = stream.getvalue().splitlines()
    assert "demo/first: Start ..." in lines
    assert all(line.startswith(("demo/first: ", "demo/second: ")) for line in lines)
