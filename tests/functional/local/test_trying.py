"""`try`: any hub of any cluster on this machine, without its secrets, and afterwards nothing of it is left."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import httpx
import pytest
from tests.support.hub_driver import Person, wait_for
from tests.support.small_fleets import SmallFleet

pytestmark = pytest.mark.functional

CLUSTER = """\
name: {name}
provider: aws
aws: {{account: "123456789012", region: us-west-2, cluster: {name}}}
kubernetes: {{version: "1.36"}}
node_pools: {{small: {{purpose: notebook, machine: r5.xlarge, max: 10}}}}
storage: {{homes: {{kind: home-nfs, size: 500Gi}}}}
dns: {{zone: example.org}}
"""
HUB = """\
display_name: Aurora
domain: aurora.example.org
login: {provider: github, allow: {organizations: [aurora-lab]}, admins: [alice]}
environments: [{name: Python, image: "quay.io/jupyter/scipy-notebook:2026-11-02"}]
machines: [{pool: small, shares: [1/8, 1/4]}]
hub: {python: [needs-its-image.py], database: {url: "postgresql://hub@db.invalid/hub"}}
"""


@pytest.fixture
def cloud(fleet: SmallFleet) -> SmallFleet:
    """A hub of a cloud, with own Python that needs what only its image has, and a database that only it may touch."""
    (fleet.folder / "cluster.yaml").write_text(CLUSTER.format(name=fleet.cluster))
    fleet.write_hub(text=HUB)
    (fleet.folder / "hubs" / "needs-its-image.py").write_text("import a_package_of_the_image\n")
    return fleet


def left_of(fleet: SmallFleet) -> list[Path]:
    """Files of tried hubs of this cluster."""
    return list((fleet.state / "try" / fleet.cluster).glob("*"))


def test_a_hub_of_a_cloud_is_tried_with_a_password_of_this_machine(cloud: SmallFleet) -> None:
    ended = cloud.run("try", cloud.cluster, "garden", "--detach", "--format", "json")
    assert ended.code == 0, ended.out + ended.err
    for said in (
        "LOGIN: login by github cannot work on this machine",
        "scipy-notebook:2026-11-02 is not used here",
        "hub.extraConfig",
        "No module named 'a_package_of_the_image'",
    ):
        assert len([line for line in ended.err.splitlines() if said in line]) == 1, said
    password_file = cloud.hub_folder(target="try") / "data" / "login-password"
    assert str(password_file) in ended.data["login"]
    url = ended.data["address"]

    (row,) = [row for row in cloud.run("status", cloud.cluster, "--format", "json").data["hubs"] if row["target"] == "try"]
    assert (row["state"], row["address"]) == ("running", url)
    with Person(url, "alice", password_file.read_text().strip()) as alice:
        alice.log_in()
        assert json.loads(alice.page("hub/api/user"))["admin"]
    with Person(url, "alice", "wrong") as stranger, pytest.raises(AssertionError, match="not let in"):
        stranger.log_in()

    stopped = cloud.run("try", cloud.cluster, "garden", "--stop")
    assert stopped.code == 0
    assert not cloud.processes(target="try")
    assert not left_of(cloud)


def test_ctrl_c_ends_a_try_and_is_no_failure(cloud: SmallFleet) -> None:
    trying = cloud.begin("try", cloud.cluster, "garden")
    assert trying.stdout
    lines = [trying.stdout.readline() for _ in range(2)]
    url = lines[1].strip()
    wait_for("the login page", lambda: httpx.get(f"{url}hub/login", trust_env=False).status_code == httpx.codes.OK)
    trying.send_signal(signal.SIGINT)
    trying.communicate(timeout=120)
    assert trying.returncode == 0
    assert not cloud.processes(target="try")
    assert not left_of(cloud)


def test_a_try_that_fails_leaves_nothing(cloud: SmallFleet) -> None:
    cloud.write_hub(text=f"{HUB}values: {{jupyterhub: {{hub: {{config: {{JupyterHub: {{extra_handlers: [1]}}}}}}}}}}\n")
    ended = cloud.run("try", cloud.cluster, "garden", "--detach")
    assert ended.code == 5, ended.err
    assert not cloud.processes(target="try")
    assert not left_of(cloud)
