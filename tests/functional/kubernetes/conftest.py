"""One hub on the test cluster for all tests of this folder; each leaves it running and unchanged, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet


@pytest.fixture(scope="package")
def fleet(
    cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClusterFleet]:
    """A fleet whose hub `welcome` is not deployed yet."""
    made = ClusterFleet(tmp_path_factory.mktemp("fleet"), cluster, chart_repository.url)
    made.write()
    yield made
    cluster.kubectl("delete", "namespace", "welcome", "deployer", "--ignore-not-found", "--wait=false")


@pytest.fixture
def welcome(fleet: ClusterFleet) -> ClusterFleet:
    """The hub, as its usual file asks for it."""
    fleet.write()
    ended = fleet.deploy()
    assert ended.code == 0, ended.err
    return fleet


@pytest.fixture
def as_usual(welcome: ClusterFleet) -> Iterator[ClusterFleet]:
    """The hub; its access and files are as usual again afterwards."""
    yield welcome
    welcome.write_cluster()
    welcome.use(welcome.cluster.kubeconfig)
    welcome.write()
