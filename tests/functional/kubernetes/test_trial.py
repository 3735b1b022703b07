"""A hub whose pod names what only its release makes, and what nobody makes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support import image
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import PASSWORD, ClusterFleet, hub_file, nameless
from tests.support.helm import HELM_3, programs
from tests.support.program import told
from tests.support.recovery import deployed

from deployer.model.outcomes import Outcome

pytestmark = pytest.mark.cluster

HUB = "orchard"
TYPO = f"""\
error: the hub needs what neither its release makes nor namespace {HUB} has: PersistentVolumeClaim `course`
It was only tried: the running hub was not touched.
hint: Correct the name where the hub's values say it, or make the object, then deploy again.
"""
INIT = """\
error: the hub does not take its new configuration: container wait-for-database of pod hub-trial-* ended with 3
last lines of the log of hub-trial-*:
  no such host: db
It was only tried: the running hub was not touched.
hint: Mend what its log says, then deploy again.
"""
LOGIN = {"valueFrom": {"secretKeyRef": {"name": "image-pull-secret", "key": ".dockerconfigjson"}}}

TEMPLATES = {"name": "deployer-templates", "configMap": {"name": "deployer-templates"}}
"""A list of the hub's replaces the chart's."""


@pytest.fixture
def fleet(
    cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClusterFleet]:
    """A fleet whose hub is not deployed yet."""
    yield ClusterFleet(tmp_path_factory.mktemp(HUB), cluster, chart_repository, hub=HUB)
    cluster.kubectl("delete", "namespace", HUB, "--ignore-not-found", "--wait=false")


def write(fleet: ClusterFleet, robot: str, **hub: Any) -> None:
    """The hub, whose image may need the login of this robot; its configuration reads it."""
    snippet = f"import os\nif '{robot}' not in os.environ['LOGIN']:\n    raise ValueError('an old login')\n"
    content = hub_file("Orchard", extraEnv={"LOGIN": LOGIN}, extraConfig={"mine": snippet}, **hub)
    fleet.write(content | {"domain": f"{HUB}.example.org", "spare_room": {"servers": 1, "memory": "64M"}})
    login = {"server": "registry.example.org", "username": robot, "password": "pass-the-salt"}
    path = fleet.folder / "secrets" / f"{HUB}.secret.yaml"
    fleet.encrypt(path, {"login": {"password": PASSWORD}, "registry_login": login})


def test_what_only_the_release_makes_is_there_for_the_trial_and_what_nobody_makes_is_told(fleet: ClusterFleet) -> None:
    write(fleet, "robot-one")
    ended = fleet.deploy(PATH=f"{programs(HELM_3)}:{os.environ['PATH']}")
    assert ended.code == 0, ended.err
    write(fleet, "robot-two")
    assert deployed(fleet) is Outcome.DEPLOYED
    write(fleet, "robot-two", extraVolumes=[TEMPLATES, {"name": "courses", "persistentVolumeClaim": {"claimName": "course"}}])
    ended = fleet.deploy()
    assert (ended.code, told(ended.err)) == (5, TYPO)
    command = ["sh", "-c", "echo no such host: db; exit 3"]
    write(
        fleet,
        "robot-two",
        initContainers=[{"name": "wait-for-database", "image": f"{image.HUB}:{image.tag()}", "command": command}],
    )
    ended = fleet.deploy()
    assert (ended.code, nameless(told(ended.err))) == (5, INIT)
    assert not fleet.names("jobs")
