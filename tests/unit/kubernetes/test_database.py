"""Which hub can save its database, and what becomes of one whose database is put back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.clock import Clock
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import ExternalError
from deployer.targets.kubernetes.database import Database
from deployer.targets.kubernetes.objects import Namespace


class Api:
    """One hub pod, whose container is in the given state; what is run in it says that a copy was made."""

    def __init__(self, state: dict[str, Any], claim: bool = True) -> None:
        self.state, self.claim = state, claim

    def request(self, method: str, path: str, **_: Any) -> Any:
        if path.endswith("/pods"):
            status = {"phase": "Running", "containerStatuses": [{"name": "hub", "state": self.state}]}
            return {"items": [{"metadata": {"name": "hub-1"}, "status": status}]}
        return {} if self.claim else None

    def execute(self, *_: Any) -> str:
        return 'saved:{"schema": "abc", "size": 1, "free": 2}'


@pytest.mark.parametrize(
    ("api", "saved"),
    [
        (Api({"running": {}}), "abc"),
        (Api({"waiting": {"reason": "CrashLoopBackOff"}}), None),
        (Api({"running": {}}, claim=False), ""),
    ],
    ids=["runs", "ends again and again", "no database of its own"],
)
def test_a_hub_that_does_not_run_saves_nothing(api: Api, saved: str | None) -> None:
    assert Database(Namespace(api, "prod"), Clock()).save() == saved  # type: ignore[arg-type]


HUB = "/apis/apps/v1/namespaces/garden/deployments/hub"
JOB = "/apis/batch/v1/namespaces/garden/jobs/hub-database"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub that has its database on a claim."""
    with small_cluster(tmp_path, "garden") as cluster:
        cluster.deployment("garden", "hub")
        container = {"name": "hub", "image": "hub:1", "volumeMounts": [{"name": "pvc", "mountPath": "/srv/jupyterhub"}]}
        cluster.api.objects[HUB]["spec"]["template"]["spec"] = {"containers": [container], "volumes": [{"name": "pvc"}]}
        yield cluster


def ends(cluster: SmallCluster, **status: int) -> None:
    """The Job that puts the database back ends like this."""
    cluster.clock.later = {0.5: lambda: cluster.api.objects[JOB].update(status=status)}


def replicas(cluster: SmallCluster) -> int:
    return int(cluster.api.objects[HUB]["spec"]["replicas"])


def database(cluster: SmallCluster) -> Database:
    return Database(Namespace(cluster.target().connection, "garden"), cluster.clock)


def test_while_the_database_is_put_back_no_hub_runs(cluster: SmallCluster) -> None:
    ends(cluster, succeeded=1)
    with database(cluster).put_back():
        assert replicas(cluster) == 0
    assert replicas(cluster) == 0, "helm's rollback has said how many there are"
    assert JOB not in cluster.api.objects


def test_where_the_hub_from_before_does_not_come_back_there_is_one_at_all(cluster: SmallCluster) -> None:
    ends(cluster, succeeded=1)
    with pytest.raises(KeyboardInterrupt), database(cluster).put_back():
        raise KeyboardInterrupt
    assert replicas(cluster) == 1


def test_where_the_database_is_not_put_back_nothing_else_is(cluster: SmallCluster) -> None:
    ends(cluster, failed=1)
    with pytest.raises(ExternalError, match="could not be put back"), database(cluster).put_back():
        pytest.fail("no hub can use it")
    assert replicas(cluster) == 1
    assert JOB not in cluster.api.objects
