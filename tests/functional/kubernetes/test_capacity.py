"""Room that nodes lack: it is waited for, with what an autoscaler does about it, while the old hub serves."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from tests.support import image
from tests.support.cluster import Cluster
from tests.support.cluster.layout import NODE
from tests.support.cluster_effects import effects_with
from tests.support.cluster_fleet import ClusterFleet, hub_file, nameless
from tests.support.hub_driver import Kernel, wait_for

from deployer.cli.progress import PlainProgress
from deployer.errors import NoRoomError, RolledBackError
from deployer.model.outcomes import Outcome
from deployer.reporting.errors import to_text
from deployer.workflows.choosing import Choice
from deployer.workflows.deploy import DeployOptions, deploy

pytestmark = pytest.mark.cluster

WELCOME, UNCHECKED = Choice("onenode", ("welcome",)), DeployOptions(check=False)
FULL = """\
error: the new configuration could not be tried: no node takes pod hub-trial-*: 0/1 nodes are available: 1 Insufficient cpu
It was only tried: the running hub was not touched.
hint: Look at the nodes, then deploy again.
"""
NOWHERE = """\
error: the new configuration could not be tried: no node takes pod hub-trial-*: 0/1 nodes are available: \
1 node(s) didn't match Pod's node affinity/selector
It was only tried: the running hub was not touched.
hint: Look at the nodes, then deploy again.
"""
GONE = """\
error: no node takes pod hub-*: 0/1 nodes are available: 1 node(s) were unschedulable
Nothing was rolled back: what ran before needs the same room. It starts as soon as there is some.
hint: A node pool that can grow may still make room; else look at the node pools and at what the hub asks for. Then deploy again.
"""
ELSEWHERE = """\
error: no node takes pod proxy-*: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector
What ran before runs again.
hint: A node pool that can grow may still make room; else look at the node pools and at what the hub asks for.
"""


def milli(cpu: str) -> int:
    return int(cpu[:-1]) if cpu.endswith("m") else int(cpu) * 1000


def free(cluster: Cluster) -> int:
    """Thousandths of a core that pods of the node may still ask for."""
    (offered,) = cluster.kubectl("get", "nodes", "-o", "jsonpath={.items[*].status.allocatable.cpu}").split()
    path = "{.items[*].spec.containers[*].resources.requests.cpu}"
    return milli(offered) - sum(map(milli, cluster.kubectl("get", "pods", "-A", "-o", f"jsonpath={path}").split()))


@contextmanager
def full(cluster: Cluster) -> Iterator[Callable[[], None]]:
    """The only node is full; yields what makes room again."""
    requests = {"cpu": f"{free(cluster) - 5}m"}
    container = {"name": "idle", "image": f"{image.USER}:{image.tag()}", "command": ["sleep", "600"]}
    cluster.apply(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "filler", "namespace": "default"},
            "spec": {"containers": [{**container, "resources": {"requests": requests}}], "terminationGracePeriodSeconds": 0},
        }
    )
    scheduled = '-o=jsonpath={.status.conditions[?(@.type=="PodScheduled")].status}'
    wait_for("the filler", lambda: cluster.kubectl("get", "pod", "filler", scheduled) == "True")

    def make_room() -> None:
        cluster.kubectl("delete", "pod", "filler", "--ignore-not-found", "--now")

    try:
        yield make_room
    finally:
        make_room()


class AtStep(PlainProgress):
    """Does something when a step begins."""

    def __init__(self, title: str, work: Callable[[], object]) -> None:
        super().__init__(sys.stderr)
        self._title, self._work = title, work

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        with super().step(title):
            if title.startswith(self._title):
                self._work()
            yield


def test_a_full_node_is_waited_for_until_there_is_room(as_usual: ClusterFleet) -> None:
    as_usual.write(hub_file("Soon"))
    with full(as_usual.cluster) as make_room:
        running = as_usual.began("deploy", "onenode", "welcome")
        assert running.stderr is not None
        lines = iter(running.stderr)
        warning = next(line for line in lines if line.startswith("warning: no node takes pod hub-trial-"))
        assert "1 Insufficient cpu" in warning
        assert next(lines) == "waiting for room, 15 minutes at most\n"
        pod = warning.split()[5].rstrip(":")
        as_usual.cluster.apply(scaling_up(pod))
        assert next(lines) == f"{pod}: pod triggered scale-up: [{{small 1->2 (max: 3)}}]\n"
        make_room()
        out, err = running.communicate(timeout=900)
    assert running.returncode == 0, err
    assert "deployed in" in out


def scaling_up(pod: str) -> object:
    """As the cluster autoscaler says it."""
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"{pod}.scaling", "namespace": "welcome"},
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": pod, "namespace": "welcome"},
        "reason": "TriggeredScaleUp",
        "message": "pod triggered scale-up: [{small 1->2 (max: 3)}]",
        "type": "Normal",
        "lastTimestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": {"component": "cluster-autoscaler"},
    }


def test_a_node_that_stays_full(as_usual: ClusterFleet) -> None:
    as_usual.write(hub_file("Never"))
    revision = as_usual.revision()
    with (
        full(as_usual.cluster),
        effects_with(as_usual, scale_up_seconds=3) as impatient,
        pytest.raises(RolledBackError) as failure,
    ):
        deploy(impatient, WELCOME, UNCHECKED)
    assert nameless(to_text(failure.value)) == FULL
    assert as_usual.revision() == revision


def test_no_node_is_of_the_right_kind(as_usual: ClusterFleet) -> None:
    as_usual.write(hub_file("New", nodeSelector={"kind": "none-such"}))
    revision = as_usual.revision()
    with effects_with(as_usual, scale_up_seconds=3) as impatient, pytest.raises(RolledBackError) as failure:
        deploy(impatient, WELCOME, UNCHECKED)
    assert nameless(to_text(failure.value)) == NOWHERE
    assert as_usual.revision() == revision


def test_room_that_went_while_the_hub_restarted_is_not_the_changes_fault(as_usual: ClusterFleet, kernel: Kernel) -> None:
    as_usual.write(hub_file("Restarted"))
    cordon = AtStep("Upgrade the release", lambda: as_usual.cluster.kubectl("cordon", NODE))
    try:
        with effects_with(as_usual, progress=cordon, scale_up_seconds=3) as impatient, pytest.raises(NoRoomError) as failure:
            deploy(impatient, WELCOME, UNCHECKED)
    finally:
        as_usual.cluster.kubectl("uncordon", NODE)
    assert nameless(to_text(failure.value)) == GONE
    assert failure.value.exit_code == 7
    wait_for("the new hub", lambda: "Restarted" in kernel.person.page("hub/home"))
    with effects_with(as_usual) as usual:
        (hub,) = deploy(usual, WELCOME, UNCHECKED).hubs
    assert hub.outcome is Outcome.DEPLOYED
    assert "unchanged" in as_usual.deploy().out


def test_a_change_that_asks_for_a_node_that_is_not_there_is_rolled_back(as_usual: ClusterFleet) -> None:
    content = hub_file()
    content["values"]["jupyterhub"]["proxy"]["chp"]["nodeSelector"] = {"kind": "none-such"}
    as_usual.write(content)
    assert "open notebooks reconnect, as the proxy restarts" in as_usual.deploy("--dry-run").out
    with effects_with(as_usual, scale_up_seconds=3) as impatient, pytest.raises(RolledBackError) as failure:
        deploy(impatient, WELCOME, UNCHECKED)
    assert nameless(to_text(failure.value)) == ELSEWHERE
    as_usual.write()
    assert "unchanged" in as_usual.deploy().out
