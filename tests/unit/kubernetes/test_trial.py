"""A trial on a small cluster: what it makes, what it refuses, and that nothing of it stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import RolledBackError
from deployer.model.plan import Manifests, Step
from deployer.reporting.errors import to_text

GARDEN, JOB = "/api/v1/namespaces/garden", "/apis/batch/v1/namespaces/garden/jobs/hub-trial"
TYPO = """\
error: the hub needs what neither its release makes nor namespace garden has: PersistentVolumeClaim `course`, Secret `mine`
It was only tried: nothing was installed.
hint: Correct the name where the hub's values say it, or make the object, then deploy again.
"""
INIT = """\
error: the hub does not take its new configuration: container wait-for-database of pod hub-trial-1 ended with 3
last lines of the log of hub-trial-1:
  no such host: db
It was only tried: nothing was installed.
hint: Mend what its log says, then deploy again.
"""
SILENT = INIT.replace("wait-for-database", "hub").replace("no such host: db", "python3: not found")
SAID = """\
error: the hub does not take its new configuration: NameError: c
It was only tried: nothing was installed.
hint: Mend it, then deploy again.
"""
GONE = """\
error: the new configuration could not be tried: its pod was taken away
It was only tried: nothing was installed.
hint: Look at the nodes, then deploy again.
"""
LATE = """\
error: the new configuration could not be tried: pod hub-trial-1 waits for a volume: no answer from the file server
It was only tried: nothing was installed.
hint: Look at the nodes, then deploy again.
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One whose pod of a trial ends well."""
    with small_cluster(tmp_path, "garden") as cluster:
        ends(cluster, containerStatuses=[ended("hub", 0)])
        yield cluster


def ended(name: str, code: int) -> dict[str, Any]:
    return {"name": name, "state": {"terminated": {"exitCode": code, "reason": "Error" if code else "Completed"}}}


def ends(cluster: SmallCluster, **status: Any) -> None:
    """How the pod of a trial does. A Job's uid is its path here."""
    labels = {"batch.kubernetes.io/controller-uid": JOB}
    cluster.api.put(f"{GARDEN}/pods/hub-trial-1", {"metadata": {"labels": labels}, "status": status})


def made(kind: str, name: str, version: str = "v1", **content: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **content}


def hub(*volumes: Any, **pod: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "hub", "image": "hub:1"}], "volumes": [*volumes], **pod}
    return made("Deployment", "hub", "apps/v1", spec={"template": {"spec": spec}})


def objects(cluster: SmallCluster) -> set[str]:
    return {path for path in cluster.api.objects if "/garden/" in path}


def tried(cluster: SmallCluster, *manifests: dict[str, Any], hooks: tuple[dict[str, Any], ...] = ()) -> list[dict[str, Any]]:
    """What the trial of such a release makes."""
    cluster.helm.manifest, cluster.helm.hooks = yaml.safe_dump_all(manifests), yaml.safe_dump_all(hooks) if hooks else ""
    target, release = cluster.target(), cluster.release("garden")
    kept = objects(cluster)
    with target.lock(release.ref):
        before = len(cluster.api.posted)
        target.apply(Step("try", ""), release, Manifests({}))
    assert objects(cluster) == kept
    return cluster.api.posted[before:]


def test_a_login_that_a_hook_makes_is_copied_before_the_image_is_pulled(cluster: SmallCluster) -> None:
    login = made("Secret", "image-pull-secret", type="kubernetes.io/dockerconfigjson", data={".dockerconfigjson": "e30="})
    login["metadata"]["annotations"] = {"helm.sh/hook": "pre-install,pre-upgrade"}
    volume = {"name": "secret", "secret": {"secretName": "hub"}}
    job, first, second = tried(
        cluster, made("Secret", "hub"), hub(volume, imagePullSecrets=[{"name": "image-pull-secret"}]), hooks=(login,)
    )
    assert job["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "hub-trial-image-pull-secret"}]
    assert [first["metadata"]["name"], second["metadata"]["name"]] == ["hub-trial-image-pull-secret", "hub-trial-hub"]
    assert (first["type"], first["data"]) == (login["type"], login["data"])
    assert "annotations" not in first["metadata"]
    assert first["metadata"]["ownerReferences"][0]["uid"] == JOB


def test_a_name_that_is_mistyped_is_told_before_anything_changes(cluster: SmallCluster) -> None:
    secret = {"name": "existing-secret", "secret": {"secretName": "mine"}}
    claim = {"name": "courses", "persistentVolumeClaim": {"claimName": "course"}}
    with pytest.raises(RolledBackError) as failure:
        tried(cluster, hub(secret, claim))
    assert to_text(failure.value) == TYPO
    assert not [entry for entry in cluster.api.posted if entry["kind"] == "Job"]
    cluster.api.put(f"{GARDEN}/secrets/mine", {"metadata": {}})
    cluster.api.put(f"{GARDEN}/persistentvolumeclaims/course", {"metadata": {}})
    (job,) = tried(cluster, hub(secret, claim))
    assert job["spec"]["template"]["spec"]["volumes"] == [secret, {"name": "courses", "emptyDir": {}}]


FAILED = {"status": {"failed": 1}}


@pytest.mark.parametrize(
    ("status", "log", "message"),
    [
        pytest.param(
            {"initContainerStatuses": [ended("wait-for-database", 3)]}, "no such host: db", INIT, id="an init container"
        ),
        pytest.param({"containerStatuses": [ended("hub", 3)]}, "python3: not found", SILENT, id="an image of another kind"),
        pytest.param({"containerStatuses": [ended("hub", 1)]}, 'deployer-trial:{"error": "NameError: c"}', SAID, id="the hub"),
        pytest.param({}, "", GONE, id="nobody"),
    ],
)
def test_a_trial_that_fails_says_who_failed_and_of_what(
    cluster: SmallCluster, status: dict[str, Any], log: str, message: str
) -> None:
    ends(cluster, **status)
    cluster.api.logs = {("hub-trial-1", entry["name"]): log for entries in status.values() for entry in entries}
    cluster.api.fates[JOB] = FAILED
    with pytest.raises(RolledBackError) as failure:
        tried(cluster, hub())
    assert to_text(failure.value) == message


def test_a_volume_that_never_comes_is_named(cluster: SmallCluster) -> None:
    ends(cluster, phase="Pending", conditions=[{"type": "PodScheduled", "status": "True"}])
    event = {"reason": "FailedMount", "message": "no answer from the file server"}
    pod = {"uid": f"{GARDEN}/pods/hub-trial-1"}
    cluster.api.put(f"{GARDEN}/events/one", {"metadata": {}, "involvedObject": pod, **event})
    with pytest.raises(RolledBackError) as failure:
        tried(cluster, hub())
    assert to_text(failure.value) == LATE
    assert cluster.heard.lines == ["pod hub-trial-1 waits for a volume: no answer from the file server"]
