"""Deploys that others disturb, and deploys that were killed: the next one brings the hub to what its file says."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

import pytest
from tests.support.cluster_effects import effects_with
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.program import told

from deployer.model.outcomes import Outcome
from deployer.workflows.choosing import Choice
from deployer.workflows.deploy import DeployOptions, deploy

pytestmark = pytest.mark.cluster


def pending(fleet: ClusterFleet) -> None:
    """As a helm that was ended in the middle leaves it."""
    number = fleet.revision()
    secret: dict[str, Any] = fleet.get("secret", f"sh.helm.release.v1.welcome.v{number}")
    content = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
    content["version"], content["info"]["status"] = number + 1, "pending-upgrade"
    packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(content).encode()))).decode()
    labels = {"owner": "helm", "name": "welcome", "status": "pending-upgrade", "version": str(number + 1)}
    fleet.cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "helm.sh/release.v1",
            "metadata": {
                "name": f"sh.helm.release.v1.welcome.v{number + 1}",
                "namespace": "welcome",
                "labels": labels,
            },
            "data": {"release": packed},
        }
    )


# The official client leaves the socket of an `exec` to the collector; a command ends before that shows, a test does not.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_release_that_somebody_left_pending(as_usual: ClusterFleet) -> None:
    pending(as_usual)
    ended = as_usual.deploy()
    assert ended.code == 6, ended.err
    assert "somebody runs helm on onenode/welcome since" in told(ended.err)
    with effects_with(as_usual, stuck_seconds=0) as impatient:
        (hub,) = deploy(impatient, Choice("onenode", ("welcome",)), DeployOptions(check=False)).hubs
    assert hub.outcome is Outcome.DEPLOYED
    assert "unchanged" in as_usual.deploy().out


def test_two_deploys_at_once(as_usual: ClusterFleet) -> None:
    as_usual.write(hub_file("Both"))
    both = [as_usual.began("deploy", "onenode", "welcome") for _ in range(2)]
    results = [(*one.communicate(timeout=240), one.returncode) for one in both]
    assert [code for _, _, code in results] == [0, 0], results
    assert sorted("unchanged" in out for out, _, _ in results) == [False, True]
    assert any("is being changed by" in err for _, err, _ in results)


@pytest.mark.parametrize("step", ["Try the new", "Save the", "Upgrade the"])
def test_what_was_killed_in_the_middle_is_brought_to_its_end_by_the_next(as_usual: ClusterFleet, step: str) -> None:
    as_usual.write(hub_file(f"Killed at {step}"))
    running = as_usual.began("deploy", "onenode", "welcome")
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith(step):
            break
    running.kill()
    running.communicate()
    ended = as_usual.deploy()
    assert ended.code == 0, ended.err
    assert not as_usual.names("jobs")
    assert "unchanged" in as_usual.deploy().out
    assert not as_usual.cluster.kubectl("get", "leases", "-n", "deployer", "-o", "name")
