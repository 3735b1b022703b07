"""What a deploy finds out about the images that people start, on a hub whose own proxy ends TLS in the real chart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support import image
from tests.support.certificates import own_certificate
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import PASSWORD, ClusterFleet, hub_file
from tests.support.program import told
from tests.support.recovery import deployed

from deployer.model.outcomes import Outcome

pytestmark = pytest.mark.cluster

MISSING = "localhost:10248/no-such-r:1"
"""The kubelet, which answers there, has nothing below this path: as a registry that has no such image."""
USUAL = {"name": "Python", "image": f"{image.USER}:{image.tag()}", "default": True}


@pytest.fixture(scope="module")
def fleet(
    cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClusterFleet]:
    """A fleet whose hub `lab` is not deployed yet."""
    made = ClusterFleet(tmp_path_factory.mktemp("lab"), cluster, chart_repository, hub="lab")
    yield made
    cluster.kubectl("delete", "namespace", made.hub, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """In the chart's words, one that nobody vouches for."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    own_certificate(folder, "welcome.example.org")
    return {"key": (folder / "key").read_text(), "cert": (folder / "own").read_text()}


def write(fleet: ClusterFleet, certificate: dict[str, str], *environments: dict[str, Any]) -> None:
    content = hub_file()
    content["environments"] = [USUAL, *environments]
    https = {"enabled": True, "type": "manual", "hosts": ["welcome.example.org"], "manual": {"cert": certificate["cert"]}}
    content["values"]["jupyterhub"]["proxy"]["https"] = https
    fleet.write(content)
    values = {"jupyterhub": {"proxy": {"https": {"manual": {"key": certificate["key"]}}}}}
    fleet.encrypt(fleet.folder / "secrets" / f"{fleet.hub}.secret.yaml", {"login": {"password": PASSWORD}, "values": values})


def test_an_image_that_is_new_is_started_before_anybody_does(fleet: ClusterFleet, certificate: dict[str, str]) -> None:
    write(fleet, certificate)
    assert deployed(fleet) is Outcome.DEPLOYED
    write(fleet, certificate, {"name": "R", "image": MISSING})
    ended = fleet.deploy()
    first, *_, last, hint = told(ended.err).splitlines()
    assert first.startswith(
        f"error: the check of onenode/{fleet.hub} failed at `Server starts` of R: expected a server that is ready, "
        f"found the image {MISSING} cannot be had: "
    )
    assert first.endswith("not found")
    assert last == "What ran before runs again."
    assert hint == "hint: Look at the image's name and tag, and whether the registry answers or needs a login."
    assert ended.code == 5
    ended = fleet.run("check", "onenode", fleet.hub)
    assert ended.code == 0, ended.out
