"""A helm that ended badly, or was ended: which number its revision has, whose it is, and what the next deploy makes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.support.scripted_helm import UNREACHABLE, End
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import DeployerError, ExternalError, LockedError
from deployer.model.plan import Manifests, Step
from deployer.targets.kubernetes.target import KubernetesTarget

UPGRADE, REPAIR = Step("upgrade", ""), Step("repair", "")
OUTAGE = "Error: UPGRADE FAILED: etcdserver: request timed out"
WEBHOOK = (
    'Error: UPGRADE FAILED: Internal error occurred: failed calling webhook "policy.example.org": failed to call webhook: Post '
    '"https://policy.guards.svc:443/check?timeout=10s": dial tcp 10.0.0.7:443: connect: connection refused'
)
CTRL_C = KeyboardInterrupt()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub, deployed twice."""
    with small_cluster(tmp_path, "garden") as cluster:
        for name in ("hub", "proxy"):
            cluster.deployment("garden", name)
        for title in ("first", "second"):
            deploy(cluster, title)
        yield cluster


def deploy(cluster: SmallCluster, title: str, *, settles: bool = True) -> KubernetesTarget:
    """What of a deploy has to do with helm. Raises as it does, after undoing it as the workflow does."""
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref):
        try:
            target.apply(REPAIR, release, Manifests({}))
            target.apply(UPGRADE, release, Manifests({"title": title}))
        except BaseException:
            with suppress(DeployerError):
                target.undo(release.ref)
            raise
        if settles:
            target.settle(release.ref)
    return target


def found(cluster: SmallCluster) -> tuple[str, str]:
    """What the record calls the hub, and what is wrong with it."""
    running = cluster.target().running(cluster.release("garden").ref)
    assert running is not None
    return running.documents["title"], running.detail


@pytest.mark.parametrize(
    "left",
    [End(OUTAGE), End(OUTAGE, "pending-upgrade"), End(UNREACHABLE, "")],
    ids=["failed", "pending", "nothing"],
)
def test_after_an_outage_the_record_knows_the_revision_that_came_of_it(cluster: SmallCluster, left: End) -> None:
    cluster.helm.ends = [left]
    deploy(cluster, "third")
    assert cluster.helm.ran[-2:] == ["upgrade", "upgrade"]
    assert cluster.helm.revisions("garden") == {1: "superseded", 2: "superseded", 3: "deployed"}
    assert found(cluster) == ("third", "")


def test_a_revision_of_another_number_than_expected(cluster: SmallCluster) -> None:
    """Somebody else's helm comes right before ours."""
    cluster.helm.first = lambda: cluster.helm.put("garden", 3, "superseded")
    deploy(cluster, "third")
    assert cluster.helm.revisions("garden")[4] == "deployed"
    assert found(cluster) == ("third", "")


def test_a_webhook_that_does_not_answer_is_no_outage(cluster: SmallCluster) -> None:
    cluster.helm.ends = [End(WEBHOOK)]
    with pytest.raises(ExternalError, match=r"cannot ask its webhook `policy\.example\.org`") as failure:
        deploy(cluster, "third")
    assert "kubectl get pods -n guards" in failure.value.hint
    assert cluster.helm.ran[-2:] == ["upgrade", "rollback"]
    assert found(cluster) == ("second", "")


def test_what_two_tries_left_is_rolled_back(cluster: SmallCluster) -> None:
    """The second did not come as far as the first, which had changed something."""
    cluster.helm.ends = [End(OUTAGE, "pending-upgrade"), End(UNREACHABLE, "")]
    with pytest.raises(ExternalError, match="does not answer"):
        deploy(cluster, "third")
    assert cluster.helm.ran[-3:] == ["upgrade", "upgrade", "rollback"]
    assert found(cluster) == ("second", "")


def test_nothing_is_rolled_back_where_helm_made_nothing(cluster: SmallCluster) -> None:
    cluster.helm.ends = [End("Error: UPGRADE FAILED: template: no such value", "")]
    with pytest.raises(ExternalError):
        deploy(cluster, "third")
    assert cluster.helm.ran[-1] == "upgrade"
    assert found(cluster) == ("second", "")


def test_ctrl_c_while_a_deploy_is_rolled_back(cluster: SmallCluster) -> None:
    cluster.helm.ends = [End("Error: UPGRADE FAILED: no", "failed"), End(CTRL_C, "pending-rollback")]
    with pytest.raises(KeyboardInterrupt):
        deploy(cluster, "third")
    assert cluster.helm.revisions("garden")[4] == "pending-rollback"
    assert found(cluster)[1] == "its last deploy did not come to a good end"
    deploy(cluster, "fourth")
    assert cluster.helm.revisions("garden")[4] == "deployed"
    assert found(cluster) == ("fourth", "")


def test_a_change_that_was_killed_before_its_check_is_nothing_to_come_back_to(cluster: SmallCluster) -> None:
    """The one before it, of which somebody knows that it was well, is: also where nobody can log in any more."""
    deploy(cluster, "third", settles=False)
    running = cluster.target().running(cluster.release("garden").ref)
    assert running is not None
    assert running.interrupted
    cluster.helm.ends = [End("Error: UPGRADE FAILED: no", "failed")]
    with pytest.raises(ExternalError):
        deploy(cluster, "third")
    assert cluster.helm.back == ["2"]
    assert found(cluster) == ("second", "")


@pytest.mark.parametrize("left", ["pending-rollback", ""], ids=["in the middle", "before it began"])
def test_ctrl_c_while_somebody_goes_back(cluster: SmallCluster, left: str) -> None:
    target, ref = cluster.target(), cluster.release("garden").ref
    cluster.helm.ends = [End(CTRL_C, left)]
    with target.lock(ref), pytest.raises(KeyboardInterrupt):
        target.rollback(ref)
    assert found(cluster) == ("second", "its last deploy did not come to a good end")
    deploy(cluster, "second")
    assert found(cluster) == ("second", "")


def test_somebody_elses_helm_is_not_in_the_middle_of_it_while_somebody_goes_back(cluster: SmallCluster) -> None:
    cluster.helm.put("garden", 3, "pending-upgrade")
    target, ref = cluster.target(), cluster.release("garden").ref
    with target.lock(ref), pytest.raises(LockedError, match="somebody runs helm on aurora/garden"):
        target.rollback(ref)
    assert "rollback" not in cluster.helm.ran
    cluster.api.now = cluster.api.now.replace(minute=10)
    with target.lock(ref):
        target.rollback(ref)
    assert cluster.helm.revisions("garden") == {1: "superseded", 2: "superseded", 3: "deployed"}
    assert found(cluster) == ("first", "")


def test_who_pressed_ctrl_c_while_going_back_goes_back_again(cluster: SmallCluster) -> None:
    target, ref = cluster.target(), cluster.release("garden").ref
    cluster.helm.ends = [End(CTRL_C, "pending-rollback")]
    with target.lock(ref):
        with pytest.raises(KeyboardInterrupt):
            target.rollback(ref)
        target.rollback(ref)
    assert found(cluster) == ("first", "")
    with target.lock(ref):
        target.rollback(ref)
    assert found(cluster) == ("second", "")


def test_what_somebody_else_is_at_is_left_to_them(cluster: SmallCluster) -> None:
    cluster.helm.put("garden", 3, "pending-upgrade")
    cluster.api.now = cluster.api.now.replace(minute=9)
    with pytest.raises(LockedError, match="somebody runs helm on aurora/garden since 540 seconds"):
        deploy(cluster, "third")
    cluster.api.now = cluster.api.now.replace(minute=10)
    deploy(cluster, "third")
    assert found(cluster) == ("third", "")
