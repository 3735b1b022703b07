"""One hub on the test cluster for all tests of this folder; each leaves it running and unchanged, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet
from tests.support.hub_driver import Kernel
from tests.support.recovery import deployed
from tests.support.unharmed import unharmed


@pytest.fixture(scope="package")
def fleet(
    cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClusterFleet]:
    """A fleet with the hub `welcome`, which the first that wants it deploys."""
    made = ClusterFleet(tmp_path_factory.mktemp("fleet"), cluster, chart_repository)
    made.write()
    yield made
    cluster.kubectl("delete", "namespace", "welcome", "deployer", "--ignore-not-found", "--wait=false")


@pytest.fixture
def welcome(fleet: ClusterFleet) -> ClusterFleet:
    """The hub, as its usual file asks for it. Nobody has to use it before a test does."""
    fleet.write()
    deployed(fleet)
    return fleet


@pytest.fixture(scope="module")
def kernel(fleet: ClusterFleet) -> Iterator[Kernel]:
    """Ada's kernel, which keeps a variable through everything that happens to the hub."""
    fleet.write()
    deployed(fleet)
    with fleet.person("ada") as ada:
        ada.log_in()
        ada.start(seconds=120)
        kernel = ada.kernel()
        kernel.run("kept = 'still here'")
        yield kernel


@pytest.fixture
def restored(welcome: ClusterFleet) -> Iterator[ClusterFleet]:
    """The hub; its access and files are as usual again afterwards."""
    yield welcome
    welcome.write_cluster()
    welcome.use(welcome.cluster.kubeconfig)
    welcome.write()


@pytest.fixture
def as_usual(restored: ClusterFleet, kernel: Kernel) -> Iterator[ClusterFleet]:
    """The hub, to which anything may happen that people do not notice for longer than a minute."""
    with unharmed(restored, kernel):
        yield restored
