"""What is told of faults that come from outside of a deploy: whole texts, with the object, the cause and what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.small_cluster import BY_HELM, SmallCluster, small_cluster

from deployer.errors import DeployerError
from deployer.model.plan import Manifests, Step
from deployer.model.protocols import Effects
from deployer.model.tree import FleetTree
from deployer.reporting.errors import to_text
from deployer.reporting.status import to_text as status_text
from deployer.workflows.choosing import Choice
from deployer.workflows.status import status

FILES = FleetTree(
    {
        "config/clusters/aurora/cluster.yaml": b"name: aurora\nprovider: kubeconfig\nkubeconfig: {file: k.yaml}\n",
        "config/clusters/aurora/hubs/garden.yaml": b"login: {provider: shared-password, allow: everyone}\n",
    }
)
INGRESS = "/apis/networking.k8s.io/v1/namespaces/garden/ingresses/jupyterhub"
SECRET = "/api/v1/namespaces/garden/secrets/hub"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub, just deployed."""
    with small_cluster(tmp_path, "garden") as cluster:
        for name in ("hub", "proxy"):
            cluster.deployment("garden", name)
        cluster.api.put(INGRESS, {"metadata": {"labels": BY_HELM}})
        cluster.api.put(SECRET, {"metadata": {"labels": BY_HELM}})
        target, release = cluster.target(), replace(cluster.release("garden"), domain="garden.example.org")
        titles = ("Deployment/hub", "Deployment/proxy", "Ingress/jupyterhub", "Secret/hub")
        with target.lock(release.ref):
            target.apply(Step("upgrade", ""), release, Manifests(dict.fromkeys(titles, "x")))
            target.settle(release.ref)
        yield cluster


def shown(cluster: SmallCluster) -> str:
    """By `deployer status aurora`."""
    bundle: dict[str, Any] = dict.fromkeys(Effects.__dataclass_fields__, None)
    files = SimpleNamespace(read=lambda: FILES), SimpleNamespace(read=lambda: FleetTree({}))
    own = {"fleet": files[0], "carried": files[1], "targets": {}, "kubernetes": lambda access: cluster.target()}
    own["prober"] = SimpleNamespace(pending=lambda url: "")
    return status_text(status(Effects(**bundle | own), Choice("aurora")))


def release_gone(cluster: SmallCluster) -> None:
    for path in [path for path in cluster.api.objects if "/sh.helm.release" in path]:
        del cluster.api.objects[path]


def edited(cluster: SmallCluster) -> None:
    cluster.api.put(SECRET, cluster.api.objects[SECRET])


def removed(cluster: SmallCluster) -> None:
    del cluster.api.objects[INGRESS]


def rolled_back(cluster: SmallCluster) -> None:
    cluster.helm.put("garden", 2, "deployed")


def interrupted(cluster: SmallCluster) -> None:
    cluster.helm.put("garden", 2, "pending-upgrade")


TABLE = """\
HUB            STATE      USERS  VERSION       IMAGE  LAST DEPLOY (UTC)  BY   ADDRESS
aurora/garden  unhealthy  0      garden 0.1.0  hub:1  2001-01-01 00:00   ada  https://garden.example.org/
  {}
  `deployer deploy aurora garden` puts it right, or says why not
"""


@pytest.mark.parametrize(
    ("happens", "told"),
    [
        (release_gone, "its release is gone"),
        (edited, "changed by hand: Secret/hub"),
        (removed, "removed by hand: Ingress/jupyterhub"),
        (rolled_back, "somebody used helm since: revision 2 is deployed"),
        (interrupted, "its last deploy did not come to a good end"),
    ],
)
def test_what_others_did_to_a_hub(cluster: SmallCluster, happens: Any, told: str) -> None:
    happens(cluster)
    assert shown(cluster) == TABLE.format(told)


OTHERS = """\
error: somebody runs helm on aurora/garden since 60 seconds
hint: Wait for them; what is still pending-upgrade after 10 minutes is repaired.
"""


def test_helm_of_others_is_waited_for(cluster: SmallCluster) -> None:
    cluster.helm.put("garden", 2, "pending-upgrade")
    cluster.api.now = cluster.api.now.replace(minute=1)
    target, release = cluster.target(), cluster.release("garden")
    with target.lock(release.ref), pytest.raises(DeployerError) as failure:
        target.apply(Step("repair", ""), release, Manifests({}))
    assert to_text(failure.value) == OTHERS


AWAY = """\
error: cluster aurora cannot be reached: its API server at {} does not answer
hint: Look at your network and VPN and at the kubeconfig; is the cluster running?
"""


def test_an_api_server_that_is_away(cluster: SmallCluster) -> None:
    target = cluster.target()
    cluster.api.close()
    with pytest.raises(DeployerError) as failure:
        target.running(cluster.release("garden").ref)
    assert to_text(failure.value) == AWAY.format(target.connection.client.configuration.host)
