"""Who starts anew when an account was removed and made again."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.support.small_api import small_api

from deployer.model.access import Kubeconfig
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Namespace
from deployer.targets.kubernetes.pods.accounts import renew_tokens
from deployer.tools.clock import SystemClock

BEFORE, THEN, AFTER = "2026-11-01T10:00:00Z", "2026-11-01T10:00:01Z", "2026-11-01T10:00:02Z"


@pytest.mark.parametrize(
    ("pod", "owners", "restarted"),
    [
        (BEFORE, [{"kind": "ReplicaSet", "uid": "r"}], {"deployer/account": "/api/v1/namespaces/garden/serviceaccounts/hub"}),
        (AFTER, [{"kind": "ReplicaSet", "uid": "r"}], None),
        (BEFORE, [], None),
    ],
    ids=["older than its account", "younger", "a person's server"],
)
def test_pods_that_are_older_than_their_account(tmp_path: Path, pod: str, owners: list[object], restarted: object) -> None:
    core, apps = "/api/v1/namespaces/garden", "/apis/apps/v1/namespaces/garden"
    spec = {"serviceAccountName": "hub"}
    with small_api() as api:
        api.put(f"{core}/serviceaccounts/hub", {"metadata": {"creationTimestamp": THEN}})
        api.put(f"{core}/pods/one", {"metadata": {"creationTimestamp": pod, "ownerReferences": owners}, "spec": spec})
        api.put(f"{apps}/deployments/hub", {"metadata": {}, "spec": {"template": {"spec": spec}}})
        with closing(Connection("aurora", Kubeconfig(api.kubeconfig(tmp_path)), SystemClock())) as connection:
            renew_tokens(Namespace(connection, "garden"))
        template = api.objects[f"{apps}/deployments/hub"]["spec"]["template"]
    assert template.get("metadata", {}).get("annotations") == restarted
