"""Ctrl-C while several hubs are deployed at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, main_thread

import pytest
from tests.support.hub_driver import wait_for
from tests.support.remembering_target import GOOD, RememberingTarget, Said, release, world

from deployer.errors import DeployerError, UnhealthyError
from deployer.model.plan import Manifests, Running, Step
from deployer.model.release import HubRef, Release
from deployer.tools.interruption import Interruption
from deployer.workflows.deploy import DeployOptions, deploy_releases

FOREVER = 3600


def interrupt() -> None:
    """What a terminal does, and CI by SIGTERM: one signal, to the main thread."""
    signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)


@dataclass
class Told(Interruption):
    """Says when the threads are told."""

    told: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        super().__init__()

    def begin(self) -> None:
        super().begin()
        self.told.set()


@dataclass
class ActingTarget(RememberingTarget):
    """Has two steps, and acts in the first, and as it is undone."""

    act: Callable[[], object] = lambda: None
    undoing: Callable[[], object] = lambda: None

    def steps(self, release: Release, manifests: Manifests, running: Running | None) -> tuple[Step, ...]:
        return (Step("one", "One"), Step("two", "Two"))

    def apply(self, step: Step, release: Release, manifests: Manifests) -> None:
        self.done.append(step.name)
        if step.name == "one":
            self.act()

    def undo(self, ref: HubRef) -> bool:
        self.undoing()
        return super().undo(ref)


def deploy(interruption: Interruption, **targets: RememberingTarget) -> Said:
    """Two at a time, until it is interrupted."""
    effects, said = world(*[True] * len(targets))
    effects = replace(effects, interruption=interruption)
    with pytest.raises(KeyboardInterrupt):
        deploy_releases(effects, [(target, release(name)) for name, target in targets.items()], DeployOptions(jobs=2))
    return said


def test_hubs_in_progress_stop_at_their_next_step_and_are_undone_and_no_other_is_begun() -> None:
    interruption, begun = Told(), Event()
    clock = world()[0].clock.__class__(interruption)

    def interrupted_while_it_waits() -> None:
        assert begun.wait(30)
        interrupt()
        clock.sleep(FOREVER)

    def until_then() -> None:
        begun.set()
        assert interruption.told.wait(30)

    quick, later = ActingTarget(), ActingTarget()
    waits, works = ActingTarget(GOOD, act=interrupted_while_it_waits), ActingTarget(GOOD, act=until_then)
    said = deploy(interruption, quick=quick, waits=waits, works=works, later=later)
    assert quick.done == ["lock", "one", "two", "settle", "unlock"]
    assert waits.done == ["lock", "one", "undo"]
    assert works.done == ["lock", "one", "undo"]
    assert later.done == []
    told = next(line for line in said.lines if line.startswith("interrupted"))
    assert told == (
        "interrupted: no further hub is begun, and those in progress stop and are undone: demo/waits, demo/works. "
        "Ctrl-C again ends at once, and leaves them to the next deploy."
    )
    assert [line for line in said.lines if line.startswith("demo/quick: deployed")]


def test_a_hub_on_its_way_back_gets_there_and_is_told() -> None:
    interruption, done = Told(), list[str]()
    clock = world()[0].clock.__class__(interruption)

    def comes_back() -> None:
        interrupt()
        assert interruption.told.wait(30)
        clock.sleep(0.01)
        done.append("back")

    sick = ActingTarget(GOOD, act=lambda: fail(UnhealthyError("dead")), undoing=comes_back)
    said = deploy(interruption, sick=sick, other=ActingTarget(GOOD, act=lambda: clock.sleep(0)))
    assert done == ["back"]
    assert {"demo/sick: failed", "error: dead"} <= set(said.lines)


def fail(error: DeployerError) -> None:
    raise error


def test_one_after_the_other_what_was_done_is_told_too() -> None:
    effects, said = world(True)
    stopped = RememberingTarget(GOOD, fails=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        deploy_releases(
            effects, [(RememberingTarget(), release("first")), (stopped, release("second"))], DeployOptions(check=False)
        )
    assert stopped.done[-1] == "undo"
    assert [line for line in said.lines if line.startswith("demo/first: deployed")]


def test_ctrl_c_again_waits_for_nobody(tmp_path: Path) -> None:
    script, errors = tmp_path / "deploys.py", tmp_path / "errors"
    script.write_text(
        "import sys, threading\n"
        "from deployer.cli.progress import PlainProgress\n"
        "from tests.support.remembering_target import release, world\n"
        "from tests.unit.workflows.test_interrupted_deploys import ActingTarget\n"
        "from deployer.workflows.deploy import DeployOptions, deploy_releases\n"
        "from dataclasses import replace\n"
        "effects = replace(world()[0], progress=PlainProgress(sys.stderr))\n"
        "work = [(ActingTarget(act=threading.Event().wait), release(name)) for name in 'ab']\n"
        "try:\n"
        "    deploy_releases(effects, work, DeployOptions(jobs=2))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    with errors.open("w") as stream:
        program = subprocess.Popen(
            [sys.executable, str(script)], stderr=stream, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        )
    try:
        wait_for("both", lambda: errors.read_text().count("One ...") == 2)
        program.send_signal(signal.SIGINT)
        wait_for("what is waited for", lambda: "warning: interrupted" in errors.read_text())
        assert program.poll() is None, "it waits for both"
        program.send_signal(signal.SIGINT)
        assert program.wait(30) == 130
    finally:
        program.kill()
