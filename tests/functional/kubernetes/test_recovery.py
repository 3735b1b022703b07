"""Deploys that others disturb, and deploys that were killed: the next one brings the hub to what its file says."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from tests.support.cluster_effects import effects_with
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.hub_driver import wait_for
from tests.support.program import told
from tests.support.recovery import WELCOME, began, brought_to_its_end, deployed, kill, names_of_new, target_of
from tests.support.unharmed import left_over

from deployer.errors import LockedError
from deployer.model.outcomes import Outcome
from deployer.tools.clock import SystemClock

pytestmark = pytest.mark.cluster

SOAK = "SOAK_MINUTES"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/deployer/leases"


@pytest.mark.timeout(900)
def test_after_whichever_effect_a_deploy_is_killed_the_next_goes_on(as_usual: ClusterFleet) -> None:
    locked = False
    for number in count(1):
        as_usual.write(hub_file(f"Killed after effect {number}"))
        killed = began(as_usual, str(number))
        effects, said = killed.communicate(timeout=240)
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, said
        locked = locked or f"POST {LEASES}/welcome" in effects
        # Until then it has not touched the cluster: what it left on this machine waits for the first that has.
        if locked:
            print(f"killed after: {effects.splitlines()[-1]}")
            brought_to_its_end(as_usual)
    assert "PATCH /api/v1/namespaces/welcome/secrets/deployer" in effects
    assert f"DELETE {LEASES}/welcome" in effects
    assert effects.count("run `helm upgrade`") == 2, "one of them is the rehearsal"


@pytest.mark.parametrize("helm", [True, False], ids=["with helm", "helm lives on"])
def test_one_that_was_killed_in_the_middle_of_helms_work_is_repaired(as_usual: ClusterFleet, helm: bool) -> None:
    as_usual.write(hub_file(f"Killed with helm: {helm}"))
    with names_of_new(as_usual, "secrets", "owner=helm,status=pending-upgrade") as seen:
        running = began(as_usual)
        assert next(seen).startswith("secret/sh.helm.release.v1.welcome.")
        kill(running, helm=helm)
    if helm:
        assert any(name.endswith("is pending-upgrade") for name in left_over(as_usual))
    brought_to_its_end(as_usual)


def pending(fleet: ClusterFleet) -> None:
    """As a helm that was ended in the middle leaves it."""
    number = fleet.revision()
    secret: dict[str, Any] = fleet.get("secret", f"sh.helm.release.v1.welcome.v{number}")
    content = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
    content["version"], content["info"]["status"] = number + 1, "pending-upgrade"
    packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(content).encode()))).decode()
    labels = {"owner": "helm", "name": "welcome", "status": "pending-upgrade", "version": str(number + 1)}
    name = f"sh.helm.release.v1.welcome.v{number + 1}"
    fleet.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "helm.sh/release.v1",
            "metadata": {"name": name, "namespace": "welcome", "labels": labels},
            "data": {"release": packed},
        }
    )


@dataclass(frozen=True)
class Wrong(SystemClock):
    """A machine whose time of day is wrong."""

    by: timedelta

    def now(self) -> datetime:
        return super().now() + self.by


AHEAD, BEHIND = Wrong(timedelta(hours=1)), Wrong(timedelta(hours=-1))


def test_a_release_that_somebody_left_pending(as_usual: ClusterFleet) -> None:
    pending(as_usual)
    ended = as_usual.deploy()
    assert ended.code == 6, ended.err
    assert "somebody runs helm on onenode/welcome since" in told(ended.err)
    with pytest.raises(LockedError, match="somebody runs helm"):
        deployed(as_usual, clock=AHEAD)
    assert deployed(as_usual, clock=BEHIND, stuck_seconds=0) is Outcome.DEPLOYED
    assert deployed(as_usual) is Outcome.UNCHANGED


@pytest.mark.parametrize("clock", [AHEAD, BEHIND], ids=["ahead", "behind"])
def test_a_wrong_clock_takes_an_abandoned_lock_in_time_and_none_that_is_held(as_usual: ClusterFleet, clock: Wrong) -> None:
    seconds = 8.0
    as_usual.write(hub_file(f"Off by {clock.by}"))
    with effects_with(as_usual, lease_seconds=seconds) as others, target_of(others).lock(WELCOME):
        waiting = threading.Thread(target=deployed, args=[as_usual], kwargs={"clock": clock, "lease_seconds": seconds})
        waiting.start()
        held = lease(as_usual)
        wait_for("time to pass", lambda: renewed(as_usual, held) > timedelta(seconds=seconds * 1.5))
        assert lease(as_usual)["spec"]["holderIdentity"] == held["spec"]["holderIdentity"]
    waiting.join()
    assert deployed(as_usual) is Outcome.UNCHANGED
    as_usual.write(hub_file(f"Still off by {clock.by}"))
    as_usual.cluster.apply(
        {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": "welcome", "namespace": "deployer"},
            "spec": {"holderIdentity": "somebody", "renewTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
        }
    )
    asked = time.monotonic()
    assert deployed(as_usual, clock=clock, lease_seconds=seconds) is Outcome.DEPLOYED
    assert time.monotonic() - asked > seconds


def lease(fleet: ClusterFleet) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fleet.cluster.kubectl("get", "lease", "welcome", "-n", "deployer", "-o", "json"))
    return found


def renewed(fleet: ClusterFleet, before: dict[str, Any]) -> timedelta:
    """How long after this a lock was last renewed, both by its holder's clock."""
    times = [datetime.fromisoformat(entry["spec"]["renewTime"]) for entry in (lease(fleet), before)]
    return times[0] - times[1]


def test_two_deploys_at_once(as_usual: ClusterFleet) -> None:
    for number in range(10):
        as_usual.write(hub_file(f"Both, {number}"))
        both = [began(as_usual) for _ in range(2)]
        results = [(*one.communicate(timeout=240), one.returncode) for one in both]
        assert [code for _, _, code in results] == [0, 0], results
        assert sorted(out.splitlines()[-1] for out, _, _ in results) == ["deployed", "unchanged"]
        assert any("welcome is being changed by" in err for _, err, _ in results)
        assert not left_over(as_usual)


@pytest.mark.extra
@pytest.mark.timeout(0)
@pytest.mark.skipif(SOAK not in os.environ, reason=f"{SOAK} does not say for how long (`make soak`)")
def test_soak(as_usual: ClusterFleet) -> None:
    """Killed at random moments, with and without its helm, until the time is over."""
    until = time.monotonic() + float(os.environ[SOAK]) * 60
    longest, seed = 10.0, random.randrange(10**6)
    chance = random.Random(seed)
    for number in count(1):
        if time.monotonic() > until:
            break
        as_usual.write(hub_file(f"Soak {number}"))
        moment, helm = chance.uniform(0, longest), chance.random() < 0.5
        print(f"seed {seed}, round {number}: killed after {moment:.2f} seconds{' with its helm' if helm else ''}", flush=True)
        running = began(as_usual)
        with suppress(subprocess.TimeoutExpired):
            running.wait(moment)
        longest += 1.0 if running.returncode is None else -1.0
        kill(running, helm=helm)
        brought_to_its_end(as_usual)
