"""Deploys that others disturb, and deploys that were killed: the next one brings the hub to what its file says."""

from __future__ import annotations

import base64
import gzip
import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_effects import effects_with
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.hub_driver import Kernel, wait_for
from tests.support.program import told
from tests.support.recovery import began, brought_to_its_end, deployed, kill, lock, names_of_new
from tests.support.unharmed import left_over, unharmed

from deployer.errors import LockedError
from deployer.model.outcomes import Outcome
from deployer.tools.clock import SystemClock

pytestmark = pytest.mark.cluster

SOAK = "SOAK_MINUTES"
BUSY = 2400
"""Seconds for what has many rounds, on a machine that does other things, too; alone it takes minutes."""
NEVER = "1000000"
"""The number of an effect that no deploy has."""
LEASES = "/apis/coordination.k8s.io/v1/namespaces/deployer/leases"


@pytest.fixture(scope="module")
def disturbed(fleet: ClusterFleet, kernel: Kernel) -> Iterator[ClusterFleet]:
    """The hub; whatever a test of this module makes of its file, the next one goes on from there."""
    yield fleet
    fleet.write()


@pytest.fixture
def hub(disturbed: ClusterFleet, kernel: Kernel) -> Iterator[ClusterFleet]:
    """The hub, to which anything may happen that people do not notice for longer than a minute."""
    with unharmed(disturbed, kernel):
        yield disturbed


@pytest.mark.timeout(BUSY)
def test_after_whichever_effect_a_deploy_is_killed_the_next_goes_on(hub: ClusterFleet) -> None:
    seen, effects = set[tuple[str, ...]](), list[str]()
    for number in count(1):
        # Once the change has come as far as its check, killing that needs no other change.
        if not any(effect.startswith("ask the hub") for effect in effects):
            hub.write(hub_file(f"Killed after effect {number}"))
        killed = began(hub, str(number))
        out, said = killed.communicate(timeout=240)
        if killed.returncode == 0:
            break
        assert killed.returncode == -signal.SIGKILL, said
        effects = out.splitlines()
        lasting = [effect for effect in effects if not effect.startswith(("POST", "PUT", "DELETE"))]
        left = (*sorted(left_over(hub)), *lasting)
        assert all(is_a_jobs(hub, name) for name in left if name.startswith(("secret/", "configmap/"))), left
        # Before it takes the lock it touches this machine only: what it leaves there waits for the first that goes further. Where
        # the same effects left the same objects, as before and after a trial, the next deploy cannot tell the difference.
        if left not in seen and any("/leases/" in effect for effect in effects):
            print(f"killed after: {effects[-1]}")
            brought_to_its_end(hub)
            seen.add(left)
    assert "PATCH /api/v1/namespaces/welcome/secrets/deployer" in out
    assert f"DELETE {LEASES}/welcome" in out
    assert out.count("run `helm upgrade`") == 2, "one of them is the rehearsal"
    assert "ask the hub: DELETE /hub/api/users/deployer-check/server" in out
    assert len(seen) >= 8


def is_a_jobs(fleet: ClusterFleet, name: str) -> bool:
    """The object goes with a Job, which ends by itself."""
    (owner,) = fleet.get(name)["metadata"]["ownerReferences"]
    spec = fleet.get("job", owner["name"])["spec"]
    return owner["kind"] == "Job" and {"activeDeadlineSeconds", "ttlSecondsAfterFinished"} <= spec.keys()


@pytest.mark.parametrize("helm", [True, False], ids=["with helm", "helm lives on"])
def test_one_that_was_killed_in_the_middle_of_helms_work_is_repaired(hub: ClusterFleet, helm: bool) -> None:
    hub.write(hub_file(f"Killed with helm: {helm}"))
    with names_of_new(hub, "secrets", "owner=helm,status=pending-upgrade") as seen:
        running = began(hub)
        assert next(seen).startswith("secret/sh.helm.release.v1.welcome.")
        kill(running, helm=helm)
    if helm:
        assert any(name.endswith("is pending-upgrade") for name in left_over(hub))
    brought_to_its_end(hub)


def test_ctrl_c_while_somebody_goes_back(hub: ClusterFleet) -> None:
    hub.write(hub_file("After what is gone back to"))
    assert deployed(hub) is Outcome.DEPLOYED
    with names_of_new(hub, "secrets", "owner=helm,status=pending-rollback") as seen:
        running = hub.began("rollback", "onenode", hub.hub)
        assert next(seen).startswith("secret/sh.helm.release.v1.welcome.")
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert [name.partition(" is ")[2] for name in left_over(hub)] == ["pending-rollback"]
    brought_to_its_end(hub)


def test_a_first_deploy_that_was_killed_in_the_middle_of_helms_work(
    cluster: Cluster, chart_repository: ChartRepository, tmp_path: Path
) -> None:
    newcomer = ClusterFleet(tmp_path, cluster, chart_repository, hub="newcomer")
    newcomer.write()
    try:
        with names_of_new(newcomer, "secrets", "owner=helm,status=pending-install") as seen:
            running = began(newcomer)
            assert next(seen)
            kill(running, helm=True)
        brought_to_its_end(newcomer)
    finally:
        cluster.kubectl("delete", "namespace", "newcomer", "--ignore-not-found", "--wait=false")


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


class Wrong(SystemClock):
    """A machine whose time of day is wrong."""

    def __init__(self, by: timedelta) -> None:
        super().__init__()
        self._by = by

    def now(self) -> datetime:
        return super().now() + self._by


AHEAD, BEHIND = Wrong(timedelta(hours=1)), Wrong(timedelta(hours=-1))


def test_a_release_that_somebody_left_pending(hub: ClusterFleet) -> None:
    pending(hub)
    ended = hub.deploy()
    assert ended.code == 6, ended.err
    assert "somebody runs helm on onenode/welcome since" in told(ended.err)
    with pytest.raises(LockedError, match="somebody runs helm"):
        deployed(hub, clock=AHEAD)
    assert deployed(hub, clock=BEHIND, stuck_seconds=0) is Outcome.DEPLOYED
    assert deployed(hub) is Outcome.UNCHANGED


def test_who_has_a_wrong_clock_takes_no_lock_that_is_held(hub: ClusterFleet) -> None:
    seconds = 8.0
    hub.write(hub_file("Wrong clocks"))
    with ThreadPoolExecutor() as pool:
        with effects_with(hub, lease_seconds=seconds) as others, lock(hub, others):
            waiting = [pool.submit(deployed, hub, clock=clock, lease_seconds=seconds) for clock in (AHEAD, BEHIND)]
            held = lease(hub)
            wait_for("time to pass", lambda: renewed(hub, held) > timedelta(seconds=seconds * 1.5))
            assert lease(hub)["spec"]["holderIdentity"] == held["spec"]["holderIdentity"]
            assert not any(one.done() for one in waiting)
        assert sorted(one.result() for one in waiting) == [Outcome.DEPLOYED, Outcome.UNCHANGED]


def lease(fleet: ClusterFleet) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fleet.cluster.kubectl("get", "lease", "welcome", "-n", "deployer", "-o", "json"))
    return found


def renewed(fleet: ClusterFleet, before: dict[str, Any]) -> timedelta:
    """How long after this a lock was last renewed, both by its holder's clock."""
    times = [datetime.fromisoformat(entry["spec"]["renewTime"]) for entry in (lease(fleet), before)]
    return times[0] - times[1]


@pytest.mark.timeout(BUSY)
def test_two_deploys_at_once(hub: ClusterFleet) -> None:
    for number in range(10):
        hub.write(hub_file(f"Both, {number}"))
        both = [began(hub) for _ in range(2)]
        results = [(*one.communicate(timeout=240), one.returncode) for one in both]
        assert [code for _, _, code in results] == [0, 0], results
        assert sorted(out.splitlines()[-1] for out, _, _ in results) == ["deployed", "unchanged"]
        assert any("welcome is being changed by" in err for _, err, _ in results)
        assert not left_over(hub)


@pytest.mark.extra
@pytest.mark.timeout(0)
@pytest.mark.skipif(SOAK not in os.environ, reason=f"{SOAK} does not say for how long (`make soak`)")
def test_soak(hub: ClusterFleet, cluster: Cluster, chart_repository: ChartRepository, tmp_path: Path) -> None:
    """Changes and first deploys, killed at random moments, with and without their helm, until the time is over."""
    newcomer = ClusterFleet(tmp_path, cluster, chart_repository, hub="newcomer")
    newcomer.write()
    until = time.monotonic() + float(os.environ[SOAK]) * 60
    longest, seed = 10.0, random.randrange(10**6)
    chance = random.Random(seed)
    for number in count(1):
        if time.monotonic() > until:
            break
        fleet = newcomer if chance.random() < 0.5 else hub
        if fleet is newcomer:
            destroyed(newcomer)
        fleet.write(hub_file(f"Soak {number}"))
        moment, helm = chance.uniform(0, longest), chance.random() < 0.5
        how = f"{fleet.hub} killed after {moment:.2f} seconds{' with its helm' if helm else ''}"
        print(f"seed {seed}, round {number}: {how}", flush=True)
        running = began(fleet, NEVER)
        with suppress(subprocess.TimeoutExpired):
            running.wait(moment)
        longest += 1.0 if running.returncode is None else -1.0
        kill(running, helm=helm)
        brought_to_its_end(fleet)
    destroyed(newcomer)


def destroyed(fleet: ClusterFleet) -> None:
    """With all that it would leave."""
    allowed = [f"--allow-destroy=hub:onenode/{fleet.hub}/{name}" for name in ("homes", "database", "keys")]
    ended = fleet.run("destroy", "onenode", fleet.hub, "--yes", *allowed)
    assert ended.code == 0, ended.err
