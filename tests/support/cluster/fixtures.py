"""The cluster as a fixture: started once for a test session, ended with it. `tests/conftest.py` names this module as a plugin."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support import image
from tests.support.charts import ChartRepository, stand_in
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.needs import missing
from tests.support.cluster.store import image_store
from tests.support.real_chart import CLONE, packaged_clone

KEPT = "DEPLOYER_TEST_CLUSTER"
"""Names the state folder of a cluster that is up (`make cluster`); it is used then, and left up."""


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what the cluster is started from before the first test, as it can take minutes; nothing where none can be had."""
    needed = any("cluster" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly and KEPT not in os.environ and missing() is None:
        image_store([image.archive()])


def with_hub_image(cluster: Cluster) -> Cluster:
    """The cluster, once it has the hub's images of this checkout."""
    if not set(image.references()) <= set(cluster.images()):
        cluster.load_image(image.archive())
    return cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A running one-node Kubernetes with the hub's images; skips with the reason where none can be had."""
    if kept := os.environ.get(KEPT):
        yield with_hub_image(Cluster(Path(kept)))
        return
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        started.up([image.archive()], ends_with_us=True)
        yield started
    finally:
        started.down()


@pytest.fixture(scope="session")
def chart_repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChartRepository]:
    """A chart repository on loopback that holds zero-to-jupyterhub: a clone of it where one is named, else the stand-in."""
    folder, clone = tmp_path_factory.mktemp("charts"), os.environ.get(CLONE)
    if clone:
        packaged_clone(Path(clone), folder)
    else:
        stand_in(folder)
    with ChartRepository(folder) as repository:
        yield repository
