"""A target that remembers what it was asked and runs nothing, with the world that a deploy to it sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from deployer.errors import DeployerError
from deployer.model.health import CheckReport, CheckStep, HubAccess, LogTail
from deployer.model.plan import Manifests, Running, Step
from deployer.model.protocols import Effects
from deployer.model.release import HubRef, Release
from deployer.model.secret import Secret
from deployer.tools.clock import SystemClock
from deployer.tools.interruption import Interruption

GOOD = Running({"values": "old"}, healthy=True, address="http://h/", login="Log in")


@dataclass
class RememberingTarget:
    """Runs nothing. `fails`: raised by the step; `now`: what runs; `compared`: with what its steps were found."""

    now: Running | None = None
    fails: BaseException | None = None
    undo_fails: DeployerError | None = None
    done: list[str] = field(default_factory=list)
    compared: Running | None = None
    name: str = "local"

    def overview(self) -> RememberingTarget:
        return self

    def digest_key(self, ref: HubRef, *, keep: bool) -> bytes:
        return b"k" * 32

    def render(self, release: Release) -> Manifests:
        return Manifests({"values": str(release.values)}, ("no images",))

    def running(self, ref: HubRef) -> Running | None:
        return self.now

    def earlier(self, ref: HubRef) -> Mapping[str, str]:
        return {}

    def steps(self, release: Release, manifests: Manifests, running: Running | None) -> tuple[Step, ...]:
        self.compared = running
        same = running is not None and running.healthy and running.documents == manifests.documents
        return () if same else (Step("start", "Start"),)

    @contextmanager
    def lock(self, ref: HubRef) -> Iterator[None]:
        self.done.append("lock")
        yield
        self.done.append("unlock")

    def apply(self, step: Step, release: Release, manifests: Manifests) -> None:
        self.done.append(f"apply {step.name}")
        if self.fails:
            raise self.fails
        self.now = replace(GOOD, documents=manifests.documents)

    def settle(self, ref: HubRef) -> None:
        self.done.append("settle")

    def undo(self, ref: HubRef) -> bool:
        self.done.append("undo")
        if self.undo_fails:
            raise self.undo_fails
        return True

    def access(self, ref: HubRef) -> HubAccess:
        return HubAccess(ref=ref, url="http://h/", token=Secret("t"), user="deployer-check")

    def logs(self, ref: HubRef, *, user: str | None, lines: int) -> Iterator[str]:
        yield "a line"


@dataclass
class Said:
    lines: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.lines.append(title)
        yield

    @contextmanager
    def about(self, subject: str) -> Iterator[None]:
        yield

    def say(self, message: str) -> None:
        self.lines.append(message)

    warn = say


@dataclass
class Prober:
    """Finds what it is told to find, one after the other. `served`: people could log in before; `cause`: why it
    fails, one after each comma a step."""

    healthy: list[bool]
    served: bool = True
    cause: str = ""

    def look(self, access: HubAccess) -> str:
        return "" if self.served else "/hub/login answered 500"

    def check(
        self, access: HubAccess, *, all_profiles: bool, log: Callable[[str | None], Iterator[str]], **_: Any
    ) -> CheckReport:
        status = "ok" if self.healthy.pop(0) else "failed"
        logs = (LogTail("hub", tuple(log(None))),)
        step = CheckStep(name="Login page", status=status, seconds=0.1, expected="200", found="500", logs=logs)
        steps = tuple(replace(step, cause=cause) for cause in self.cause.split(","))
        return CheckReport(ref=access.ref, url=access.url, steps=steps)


def world(*healthy: bool, served: bool = True) -> tuple[Effects, Said]:
    """The effects that a deploy uses; everything else is missing, so that its use fails."""
    said, missing = Said(), object()
    bundle: dict[str, Any] = dict.fromkeys(Effects.__dataclass_fields__, missing)
    interruption = Interruption()
    bundle |= {"clock": SystemClock(interruption), "interruption": interruption, "progress": said}
    bundle |= {"prober": Prober(list(healthy), served), "user": "me"}
    return Effects(**bundle), said


def release(hub: str = "welcome", stage: str = "production", **values: Any) -> Release:
    return Release(ref=HubRef("demo", hub), chart="basehub", values=values, stage=stage)
