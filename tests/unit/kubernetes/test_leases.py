"""A hub's lock on a cluster: one holder, an abandoned one expires as observed, a lost one stops its holder."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest
from tests.support.clock import Clock

from deployer.cli.progress import PlainProgress
from deployer.errors import GuardError, LockedError
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.lease import LEASE_SECONDS, Leases


@dataclass
class Api:
    """An API server's way with leases: versions, conflicts, 404 as None."""

    objects: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    repeated: bool = False
    """The answer to each replacement is lost, so that it is sent again."""
    mutex: threading.RLock = field(default_factory=threading.RLock)

    def request(self, method: str, path: str, *, body: Any = None, **_: Any) -> Any:
        with self.mutex:
            if self.repeated and method == "PUT":
                self._carried_out(method, path, body)
            return self._carried_out(method, path, body)

    def _carried_out(self, method: str, path: str, body: Any) -> Any:
        kept = self.objects.get(path)
        match method:
            case "GET":
                return kept
            case "DELETE":
                return self.objects.pop(path, None)
            case "POST" if f"{path}/{body['metadata']['name']}" in self.objects:
                raise GuardError("it is there already")
            case "PUT" if kept is None:
                return None
            case "PUT" if body["metadata"].get("resourceVersion") != kept["metadata"]["resourceVersion"]:
                raise GuardError("somebody changed it")
        self.version += 1
        made = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}
        self.objects[path if method == "PUT" else f"{path}/{body['metadata']['name']}"] = made
        return made


class Lines:
    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    def flush(self) -> None: ...


def leases(api: Api, user: str, clock: Clock, lines: Lines | None = None) -> Leases:
    return Leases(cast(Connection, api), clock, PlainProgress(cast(Any, lines or Lines())), user)


LEASE = "/apis/coordination.k8s.io/v1/namespaces/deployer/leases/prod"


def test_a_lock_is_given_back() -> None:
    api = Api()
    with leases(api, "ada", Clock()).held("prod") as held:
        held.require()
        assert "ada on" in api.objects[LEASE]["spec"]["holderIdentity"]
    assert LEASE not in api.objects


@pytest.mark.parametrize("wrong", [timedelta(), timedelta(hours=1), timedelta(hours=-1)], ids=str)
def test_one_that_nobody_renews_is_taken_after_a_while_and_its_holder_named(wrong: timedelta) -> None:
    api, clock, lines = Api(), Clock(), Lines()
    path = LEASE.rpartition("/")[0]
    lease = {"holderIdentity": "grace on laptop", "renewTime": (clock.now() - wrong).strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    api.request("POST", path, body={"metadata": {"name": "prod"}, "spec": lease})
    with leases(api, "ada", clock, lines).held("prod"):
        assert LEASE_SECONDS <= clock.seconds < LEASE_SECONDS * 2
    assert lines.text == "prod is being changed by grace on laptop; waiting for it\n"


def test_one_that_was_taken_and_the_answer_lost_is_held_at_once() -> None:
    api, clock, lines = Api(repeated=True), Clock(), Lines()
    api.objects[LEASE] = {"metadata": {"resourceVersion": "0"}, "spec": {"holderIdentity": "grace on laptop"}}
    with leases(api, "ada", clock, lines).held("prod"):
        assert clock.seconds < LEASE_SECONDS * 2
    assert lines.text == "prod is being changed by grace on laptop; waiting for it\n"


def test_a_holder_that_lost_its_lock_writes_nothing_more_and_leaves_it_to_the_other() -> None:
    api = Api()
    with leases(api, "ada", Clock()).held("prod") as held:
        api.objects[LEASE] = {**api.objects[LEASE], "spec": {"holderIdentity": "grace on laptop"}}
        with pytest.raises(LockedError, match="lost"):
            held.require()
    assert api.objects[LEASE]["spec"]["holderIdentity"] == "grace on laptop"
