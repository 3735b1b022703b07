"""What goes wrong on real clusters: one message that names object, cause and next command, and the old hub serving."""

from __future__ import annotations

import json
import os
import random
import shutil
import string
import time
from pathlib import Path

import pytest
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet, hub_file, nameless
from tests.support.hub_driver import wait_for
from tests.support.program import told
from tests.support.recovery import deployed

from deployer.model.outcomes import Outcome

pytestmark = pytest.mark.cluster

NO_CONTEXT = """\
error: config/clusters/onenode/kubeconfig.secret.yaml has no context `elsewhere`
hint: It has onenode; `kubeconfig.context` in cluster.yaml names one.
"""
EXPIRED = """\
error: cluster onenode does not accept the credentials: they have expired or are wrong
hint: Get a new kubeconfig from whoever runs the cluster, or log in again.
"""
NO_RIGHT = """\
error: the account may not get secrets in namespace welcome of cluster onenode
hint: Ask whoever runs the cluster for this right; `deployer doctor onenode` lists all that are needed.
"""
NO_HELM = """\
error: `helm` is needed and not there
hint: Install helm 3.16 or newer: https://helm.sh/docs/intro/install
"""
OLD_HELM = """\
error: helm 3.10.1 is too old
hint: Install helm 3.16 or newer: https://helm.sh/docs/intro/install
"""
TOO_LARGE = """\
error: what is to be kept in cluster onenode is larger than the 1 MiB that Kubernetes and helm can store
hint: Take big files out of the values: put them into the image, or into people's homes by `content`.
"""
QUOTA = """\
error: no pod to try it in may be made: quota `small` is used up: pods=1 asked for, pods=3 of pods=1 used
It was only tried: the running hub was not touched.
hint: Ask whoever runs the cluster for more room, or free some.
"""


def test_a_context_that_is_not_there(as_usual: ClusterFleet) -> None:
    as_usual.write_cluster("elsewhere")
    ended = as_usual.deploy()
    assert (ended.code, told(ended.err)) == (2, NO_CONTEXT)


def test_a_token_that_has_expired(as_usual: ClusterFleet, tmp_path: Path) -> None:
    as_usual.use(as_usual.cluster.kubeconfig_with("expired", tmp_path / "kubeconfig"))
    ended = as_usual.deploy()
    assert (ended.code, told(ended.err)) == (4, EXPIRED)


def test_an_account_without_rights_and_what_the_doctor_says(as_usual: ClusterFleet, tmp_path: Path) -> None:
    assert as_usual.run("doctor", "onenode").code == 0
    as_usual.use(as_usual.cluster.kubeconfig_of("visitor", tmp_path / "kubeconfig"))
    ended = as_usual.deploy()
    assert (ended.code, told(ended.err)) == (4, NO_RIGHT)
    doctor = as_usual.run("doctor", "onenode")
    assert doctor.code == 4
    assert "the account may not get, list, create, patch, delete, update secrets" in doctor.out
    assert "the account may not get, create pods/exec" in doctor.out


def test_no_helm(as_usual: ClusterFleet, tmp_path: Path) -> None:
    as_usual.write(hub_file("New"))
    ended = as_usual.deploy(PATH=os.environ["PATH"])
    assert (ended.code, told(ended.err)) == (4, NO_HELM)
    old = tmp_path / "helm"
    old.write_text("#!/bin/sh\necho v3.10.1\n")
    old.chmod(0o755)
    ended = as_usual.deploy(PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (ended.code, told(ended.err)) == (4, OLD_HELM)


def test_a_damaged_chart_is_fetched_again(as_usual: ClusterFleet) -> None:
    cache = as_usual.root / ".deployer" / "charts"
    (archive,) = cache.glob("archives/*/*.tgz")
    good = archive.read_bytes()
    archive.write_bytes(good[:1000])
    shutil.rmtree(cache / "prepared")
    ended = as_usual.deploy()
    assert ended.code == 0, ended.err
    assert "unchanged" in ended.out
    assert archive.read_bytes() == good


def test_values_larger_than_helm_can_store(as_usual: ClusterFleet) -> None:
    noise = "".join(random.Random(1).choices(string.ascii_letters, k=1_200_000))
    content = hub_file()
    content["values"]["jupyterhub"]["custom"] = {"big": noise}
    as_usual.write(content)
    revision = as_usual.revision()
    ended = as_usual.deploy()
    assert (ended.code, told(ended.err)) == (4, TOO_LARGE)
    assert as_usual.revision() == revision


def test_a_quota_that_is_full(as_usual: ClusterFleet) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small", "namespace": "welcome"}}
    as_usual.cluster.apply({**quota, "spec": {"hard": {"count/jobs.batch": "1", "pods": "1"}}})
    try:
        wait_for("the quota to count", lambda: as_usual.get("resourcequota", "small").get("status", {}).get("used"))
        as_usual.write(hub_file("New"))
        ended = as_usual.deploy()
    finally:
        as_usual.cluster.kubectl("delete", "resourcequota", "small", "-n", "welcome")
    assert (ended.code, nameless(told(ended.err))) == (5, QUOTA)


def test_what_was_removed_or_edited_by_hand_is_put_right(as_usual: ClusterFleet) -> None:
    as_usual.cluster.kubectl("delete", "deployment/hub", "ingress/jupyterhub", "-n", "welcome")
    as_usual.cluster.kubectl("set", "env", "deployment/proxy", "-n", "welcome", "EDITED=yes")
    as_usual.cluster.kubectl("scale", "deployment/proxy", "-n", "welcome", "--replicas=0")
    assert "notebooks reconnect" in as_usual.deploy("--dry-run").out
    (hub,) = as_usual.run("status", "onenode", "welcome", "--format", "json").data["hubs"]
    assert (hub["state"], hub["detail"]) == ("unhealthy", "removed by hand: Deployment/hub, Ingress/jupyterhub")
    assert deployed(as_usual) is Outcome.DEPLOYED
    assert "ingress.networking.k8s.io/jupyterhub" in as_usual.names("ingress")
    assert as_usual.get("deployment", "proxy")["spec"]["replicas"] == 1
    assert "EDITED" not in str(as_usual.get("deployment", "proxy")["spec"])
    assert "unchanged" in as_usual.deploy().out
    as_usual.cluster.kubectl("set", "image", "deployment/hub", "-n", "welcome", "hub=localhost/no-such-hub:1")
    (hub,) = as_usual.run("status", "onenode", "welcome", "--format", "json").data["hubs"]
    assert "changed by hand: Deployment/hub" in hub["detail"] or "not ready" in hub["detail"]
    as_usual.cluster.kubectl("delete", "secrets", "-n", "welcome", "-l", "owner=helm")
    (hub,) = as_usual.run("status", "onenode", "welcome", "--format", "json").data["hubs"]
    assert hub["detail"] == "its release is gone"
    assert deployed(as_usual) is Outcome.DEPLOYED
    assert "no-such-hub" not in str(as_usual.get("deployment", "hub")["spec"])


REMOVED = ("role/hub", "networkpolicy/hub", "serviceaccount/hub")
ELSEWHERE = json.dumps([{"op": "replace", "path": "/spec/rules/0/host", "value": "elsewhere.example.org"}])


def test_whatever_of_a_release_was_removed_by_hand_is_put_right(as_usual: ClusterFleet) -> None:
    """And an Ingress that was edited, by the same deploy."""
    as_usual.cluster.kubectl("patch", "ingress/jupyterhub", "-n", "welcome", "--type", "json", "--patch", ELSEWHERE)
    (hub,) = as_usual.run("status", "onenode", "welcome", "--format", "json").data["hubs"]
    assert hub["detail"] == "changed by hand: Ingress/jupyterhub"
    as_usual.cluster.kubectl("delete", *REMOVED, "-n", "welcome")
    (hub,) = as_usual.run("status", "onenode", "welcome", "--format", "json").data["hubs"]
    assert hub["detail"] == "removed by hand: NetworkPolicy/hub, Role/hub, ServiceAccount/hub"
    assert deployed(as_usual) is Outcome.DEPLOYED
    assert [rule["host"] for rule in as_usual.get("ingress", "jupyterhub")["spec"]["rules"]] == ["welcome.example.org"]
    assert as_usual.names("role,networkpolicy,serviceaccount") >= {
        "networkpolicy.networking.k8s.io/hub",
        "role.rbac.authorization.k8s.io/hub",
        "serviceaccount/hub",
    }
    assert "unchanged" in as_usual.deploy().out


def test_a_hub_that_ends_again_and_again_is_mended(restored: ClusterFleet) -> None:
    container = {"name": "hub", "args": ["python3", "-c", "raise SystemExit(3)"]}
    change = json.dumps({"spec": {"template": {"spec": {"containers": [container]}}}})
    restored.cluster.kubectl("patch", "deployment", "hub", "-n", "welcome", "--patch", change)
    wait_for("the hub's container to end", lambda: crashed(restored), 90)
    ended = restored.deploy()
    assert ended.code == 0, ended.err
    assert "the hub does not run, so its database is not saved before this deploy" in ended.err


def crashed(fleet: ClusterFleet) -> bool:
    pods = fleet.get("pods", "-l", "component=hub")["items"]
    states = [status for pod in pods for status in pod["status"].get("containerStatuses", [])]
    return any(state.get("lastState", {}).get("terminated", {}).get("exitCode") == 3 for state in states)


def test_the_api_server_goes_away_for_a_while(as_usual: ClusterFleet, cluster: Cluster) -> None:
    as_usual.write(hub_file("Away"))
    running = as_usual.began("deploy", "onenode", "welcome")
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("Upgrade the release"):
            break
    with cluster.without("kube-apiserver"):
        time.sleep(20)
    out, err = running.communicate(timeout=240)
    assert running.returncode == 0, err
    assert "deployed in" in out
