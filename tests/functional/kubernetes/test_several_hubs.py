"""Three small hubs, installed by helm 3: a namespace that does not go, a hub that fails beside others, the way to helm 4."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import yaml
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_effects import effects_with
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.helm import HELM_3, HELM_4, Bundle, programs
from tests.support.hub_driver import wait_for
from tests.support.migration import REVISION, another_schema, schema_of
from tests.support.program import told
from tests.support.recovery import deployed

from deployer.errors import ExternalError
from deployer.model.outcomes import Outcome
from deployer.reporting.errors import to_text
from deployer.workflows.choosing import Choice
from deployer.workflows.deploy import DeployOptions, deploy

pytestmark = pytest.mark.cluster

STAGES = {"north": "staging", "south": "staging", "west": "production"}
BROKEN = {"mine": "raise ValueError('no such course')\n"}
KEPT = """\
error: namespace north is still being removed: 1 configmaps still there, held by the finalizer example.org/hold
hint: Let whoever set it finish, or take it away: `kubectl get configmaps -n north -o yaml`. Then deploy again.
"""
ELSEWHERE = "/elsewhere/west.sqlite"
NOT_OURS = f"""\
error: the new hub of onenode/west changes the schema of its database from {{schema}} to {REVISION}, \
and a database outside of the cluster cannot be put back
The running hub was not touched.
hint: Save it where it is kept, then deploy once with `hub: {{{{db: {{{{upgrade: true}}}}}}}}` below `values.jupyterhub`.
"""
NO_WAY_BACK = """\
error: the last deploy of onenode/south has changed its database, which the hub before it cannot use
hint: Deploy a file with the newer hub image. The copy from before is beside the database: *.before-deploy
"""
TOO_OLD = f"""\
error: the database of onenode/south has the schema {REVISION}, which the new hub does not know: \
it is older than the hub that runs
It was only tried: the running hub was not touched.
hint: Deploy a hub image whose JupyterHub is not older than the one that runs.
"""


def small_hub(name: str, title: str = "", **values: Any) -> dict[str, Any]:
    content = hub_file(title or name.title(), **values)
    return content | {"domain": f"{name}.example.org", "stage": STAGES[name]}


@pytest.fixture(scope="module")
def hubs(cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterFleet]:
    """A fleet of three hubs, none deployed yet, and helm 3."""
    env = path_with(HELM_3)
    fleet = ClusterFleet(tmp_path_factory.mktemp("several"), cluster, chart_repository, env, hub="north")
    for name in STAGES:
        fleet.write(small_hub(name), hub=name)
    yield fleet
    cluster.kubectl("delete", "namespace", *STAGES, "--ignore-not-found", "--wait=false")


def ring(hubs: ClusterFleet, name: str, **how: str) -> None:
    """From now on a change reaches this hub first."""
    file = hubs.root / "config" / "fleet.yaml"
    rings = {"first": {"hubs": [f"onenode/{name}"], **how}}
    file.write_text(file.read_text() + yaml.safe_dump({"rings": rings}))


def path_with(helm: Bundle) -> dict[str, str]:
    return {"PATH": f"{programs(helm)}:{os.environ['PATH']}"}


def outcomes(out: str) -> dict[str, str]:
    """What the report says of each hub."""
    lines = [line.split(": ", maxsplit=1) for line in out.splitlines() if line.startswith("onenode/")]
    return {name.removeprefix("onenode/"): said.split(" in ")[0] for name, said in lines}


def test_a_namespace_that_is_being_removed_is_waited_for(hubs: ClusterFleet) -> None:
    held = {"name": "held", "namespace": "north", "finalizers": ["example.org/hold"]}
    hubs.cluster.kubectl("create", "namespace", "north")
    hubs.cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": held})
    hubs.cluster.kubectl("delete", "namespace", "north", "--wait=false")
    wait_for("the cluster to say why", lambda: "NamespaceFinalizersRemaining" in str(hubs.get("namespace", "north")))
    with effects_with(hubs, removal_seconds=3) as impatient, pytest.raises(ExternalError) as failure:
        deploy(impatient, Choice("onenode", ("north",)), DeployOptions())
    assert to_text(failure.value) == KEPT
    running = hubs.began("deploy", "onenode", "north")
    assert running.stderr is not None
    assert any("namespace north is being removed, waiting for it: 1 configmaps still there" in line for line in running.stderr)
    hubs.cluster.kubectl("patch", "configmap", "held", "-n", "north", "--type=merge", '--patch={"metadata":{"finalizers":null}}')
    out, err = running.communicate(timeout=900)
    assert running.returncode == 0, err
    assert outcomes(out) == {"north": "deployed"}


def test_one_hub_that_fails_stops_later_stages_and_not_its_neighbour(hubs: ClusterFleet) -> None:
    hubs.write(small_hub("north", "North again"), hub="north")
    hubs.write(small_hub("south", extraConfig=BROKEN), hub="south")
    ended = hubs.run("deploy", "onenode", "--all", "--jobs", "2")
    assert ended.code == 5, ended.err
    assert outcomes(ended.out) == {
        "north": "deployed",
        "south": "failed",
        "west": "not begun, since a hub before it failed",
    }
    assert "ValueError: no such course" in ended.out
    assert all(line.startswith(("onenode/north: ", "onenode/south: ")) for line in ended.err.splitlines())
    assert not hubs.cluster.kubectl("get", "namespace", "south", "west", "--ignore-not-found", "-o", "name")
    assert not hubs.cluster.kubectl("get", "leases", "-n", "deployer", "-o", "name")


def test_all_hubs_of_a_cluster_at_once_and_then_nothing_is_left_to_do(hubs: ClusterFleet) -> None:
    hubs.write(small_hub("south"), hub="south")
    ring(hubs, "south", soak="3s")
    ended = hubs.run("deploy", "onenode", "--all", "--jobs", "2")
    assert ended.code == 0, ended.err
    assert outcomes(ended.out) == {"south": "deployed", "north": "unchanged, nothing to do", "west": "deployed"}
    assert "Leave ring first to run for 0.05 minutes: done in 3" in ended.err
    ended = hubs.run("deploy", "onenode", "--all", "--jobs", "2", "--format", "json")
    assert [(hub["hub"], hub["outcome"]) for hub in ended.data["hubs"]] == [
        ("south", "unchanged"),
        ("north", "unchanged"),
        ("west", "unchanged"),
    ]
    assert ended.err == ""


def test_helm_3_goes_back_and_helm_4_takes_over(hubs: ClusterFleet) -> None:
    ended = hubs.run("rollback", "onenode", "north")
    assert ended.code == 0, ended.err
    ended = hubs.run("deploy", "onenode", "north", "--dry-run")
    assert "-                  title: North" in ended.out or "North again" in ended.out
    ended = hubs.deploy(**path_with(HELM_4))
    assert ended.code == 0, ended.err
    assert outcomes(ended.out) == {"north": "deployed"}
    assert outcomes(hubs.deploy(**path_with(HELM_4)).out) == {"north": "unchanged, nothing to do"}


def test_a_database_elsewhere_is_not_changed_before_its_owner_has_saved_it(hubs: ClusterFleet) -> None:
    west = replace(hubs, hub="west")
    database = {"type": "other", "url": f"sqlite:///{ELSEWHERE}"}
    place = {
        "extraVolumes": [{"name": "elsewhere", "emptyDir": {}}],
        "extraVolumeMounts": [{"name": "elsewhere", "mountPath": "/elsewhere"}],
    }
    west.write(small_hub("west", db=database, **place))
    assert deployed(west) is Outcome.DEPLOYED
    schema, files = schema_of(west, ELSEWHERE), another_schema(west, ELSEWHERE)
    west.write(small_hub("west", db=database, extraFiles=files, **place))
    ended = west.deploy()
    assert (ended.code, told(ended.err)) == (6, NOT_OURS.format(schema=schema))
    assert schema_of(west, ELSEWHERE) == schema


def test_a_hub_that_is_older_than_its_database_never_stops_the_one_that_runs(hubs: ClusterFleet) -> None:
    south = replace(hubs, hub="south")
    south.write(small_hub("south"))
    deployed(south)
    south.write(small_hub("south", extraFiles=another_schema(south)))
    assert deployed(south) is Outcome.DEPLOYED
    assert schema_of(south) == REVISION
    ended = south.run("rollback", "onenode", "south")
    assert (ended.code, told(ended.err)) == (6, NO_WAY_BACK)
    south.write(small_hub("south"))
    ended = south.deploy()
    assert (ended.code, told(ended.err)) == (5, TOO_OLD)
    states = {hub["hub"]: hub["state"] for hub in south.run("status", "onenode", "--format", "json").data["hubs"]}
    assert states["south"] == "running"
