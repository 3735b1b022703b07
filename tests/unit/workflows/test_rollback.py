"""Going back is guarded as going on is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.support.clock import Clock

from deployer.errors import GuardError
from deployer.model.health import CheckReport, HubAccess
from deployer.model.outcomes import Outcome
from deployer.model.plan import Running
from deployer.model.protocols import Effects
from deployer.model.release import HubRef
from deployer.model.secret import Secret
from deployer.model.tree import FleetTree
from deployer.workflows.rollback import rollback

FILES = {
    "config/clusters/demo/cluster.yaml": b"name: demo\nprovider: local\n",
    "config/clusters/demo/hubs/welcome.yaml": b"login: {provider: dummy, allow: everyone}\n",
}


def document(path: str) -> Mapping[str, str]:
    storage = f"{{type: static, static: {{subPath: '{path}'}}}}"
    return {"Secret/hub": f'data: {{values.yaml: "singleuser: {{storage: {storage}}}"}}'}


@dataclass
class Target:
    """Homes were below `was` in the deploy before. `meanwhile`: what somebody else deploys while the lock is waited for."""

    was: str
    now: Running | None = field(default_factory=lambda: Running(document("{username}"), healthy=True, deployed_by="ada"))
    meanwhile: Running | None = None
    done: list[str] = field(default_factory=list)

    def hubs(self, cluster: str | None = None) -> tuple[HubRef, ...]:
        return (HubRef("demo", "welcome"),)

    def running(self, ref: HubRef) -> Running | None:
        return self.now

    def earlier(self, ref: HubRef) -> Mapping[str, str]:
        return document(self.was)

    @contextmanager
    def lock(self, ref: HubRef) -> Iterator[None]:
        self.now = self.meanwhile or self.now
        yield

    def rollback(self, ref: HubRef) -> None:
        self.done.append("rollback")

    def access(self, ref: HubRef) -> HubAccess:
        return HubAccess(ref=ref, url="http://h/", token=Secret("t"), user="deployer-check")

    def logs(self, ref: HubRef, **_: Any) -> Iterator[str]:
        yield from ()


class World:
    """Files, progress and a prober that finds all well."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def read(self) -> FleetTree:
        return FleetTree(FILES)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        yield

    def say(self, message: str) -> None:
        self.said.append(message)

    warn = say

    def check(self, access: HubAccess, **_: Any) -> CheckReport:
        return CheckReport(ref=access.ref, url=access.url, steps=())


def effects(target: Target, world: World | None = None) -> Effects:
    world = world or World()
    bundle: dict[str, Any] = dict.fromkeys(Effects.__dataclass_fields__, None)
    told = {"fleet": world, "progress": world, "prober": world, "clock": Clock(), "targets": {"local": target}}
    return replace(Effects(**bundle), **told, carried=type("Nothing", (), {"read": lambda self: FleetTree({})})())


@pytest.mark.parametrize(
    ("was", "allowed"),
    [("{username}", frozenset[str]()), ("{escaped_username}", frozenset({"hub:demo/welcome/homes"}))],
    ids=["the same homes", "others, as somebody said"],
)
def test_a_hub_goes_back(was: str, allowed: frozenset[str]) -> None:
    target = Target(was)
    assert rollback(effects(target), "demo", "welcome", allow_destroy=allowed).outcome is Outcome.ROLLED_BACK
    assert target.done == ["rollback"]


def test_it_does_not_go_back_to_other_homes_without_a_word() -> None:
    target = Target("{escaped_username}")
    with pytest.raises(GuardError, match=r"becomes `\{escaped_username\}`"):
        rollback(effects(target), "demo", "welcome")
    assert target.done == []


CHANGED = (
    "demo/welcome was changed by CI while this waited for its turn\nNothing was taken back.",
    "Look with `deployer status demo welcome`; where it still is not as it should be, run the same command again.",
)


@pytest.mark.parametrize(
    "meanwhile",
    [
        Running({"Secret/hub": "the fix"}, healthy=True, deployed_by="CI"),
        Running(document("{username}"), healthy=True, deployed_by="CI"),
    ],
    ids=["something else", "the same once more"],
)
def test_what_somebody_deployed_while_it_waited_is_not_taken_back(meanwhile: Running) -> None:
    target = Target("{username}", meanwhile=meanwhile)
    with pytest.raises(GuardError) as failure:
        rollback(effects(target), "demo", "welcome")
    assert (failure.value.message, failure.value.hint) == CHANGED
    assert target.done == []


def test_what_was_only_looked_at_differently_is_the_same_deploy() -> None:
    """A pod that became ready, or a person who started a server, is no change."""
    target = Target("{username}")
    assert target.now
    target.meanwhile = replace(target.now, users=7, healthy=False)
    assert rollback(effects(target), "demo", "welcome").outcome is Outcome.ROLLED_BACK


def test_what_pauses_is_said_before_it_does() -> None:
    world = World()
    rollback(effects(Target("{username}"), world), "demo", "welcome")
    assert world.said[0] == "Now logins pause for less than a minute; running servers go on."
