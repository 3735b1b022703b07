"""Requests and commands on a real API server: what comes back, what is refused, what the journal learns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.support.clock import Clock
from tests.support.cluster_fleet import ClusterFleet
from tests.support.hub_driver import Kernel

from deployer.errors import ExternalError
from deployer.model.access import Kubeconfig
from deployer.targets.kubernetes.connection import Connection
from deployer.targets.kubernetes.objects import Glance, Namespace

pytestmark = pytest.mark.cluster


class Notes(list[str]):
    """A journal."""

    def did(self, effect: str) -> None:
        self.append(effect)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def welcome(fleet: ClusterFleet, kernel: Kernel, notes: Notes) -> Iterator[Namespace]:
    """The hub's namespace."""
    with closing(Connection("onenode", Kubeconfig(fleet.cluster.kubeconfig), Clock(), notes)) as connection:
        yield Namespace(connection, fleet.hub)


def run(namespace: Namespace, *command: str) -> str:
    pod = namespace.list("pods", labels="component=hub")[0]["metadata"]["name"]
    return namespace.connection.execute(namespace.name, pod, "hub", command)


def test_a_command_in_a_container(welcome: Namespace, notes: Notes) -> None:
    assert run(welcome, "python3", "-X", "utf8", "-c", "print('é' * 100_000)") == "é" * 100_000 + "\n"
    assert run(welcome, "python3", "-c", "import sys; print('error', file=sys.stderr)") == "error\n"
    assert notes == ["run `python3` in container hub of namespace welcome"] * 2


def test_a_command_that_the_account_may_not_run_is_refused_at_once(
    fleet: ClusterFleet, welcome: Namespace, tmp_path: Path
) -> None:
    clock = Clock()
    visitor = Connection("onenode", Kubeconfig(fleet.cluster.kubeconfig_of("visitor", tmp_path / "kubeconfig")), clock)
    with pytest.raises(ExternalError, match="the account may not get pods/exec in namespace welcome of cluster onenode"):
        visitor.execute("welcome", "hub-1", "hub", ["true"])
    assert clock.seconds == 0


def test_an_account_of_one_namespace_looks_at_a_glance_into_that_one(
    fleet: ClusterFleet, welcome: Namespace, tmp_path: Path
) -> None:
    for made in (
        ("namespace", "garden"),
        ("configmap", "gnome", "-n", "garden"),
        ("role", "visitor", "--verb=list", "--resource=configmaps", "-n", "garden"),
        ("rolebinding", "visitor", "--role=visitor", "--user=visitor", "-n", "garden"),
    ):
        fleet.cluster.kubectl("create", *made)
    kubeconfig = Kubeconfig(fleet.cluster.kubeconfig_of("visitor", tmp_path / "kubeconfig"))
    with closing(Connection("onenode", kubeconfig, Clock())) as visitor:
        found = Namespace(visitor, "garden", Glance(visitor, Clock())).list("configmaps")
    assert "gnome" in {entry["metadata"]["name"] for entry in found}
    everything = Namespace(welcome.connection, "garden", Glance(welcome.connection, Clock())).list("configmaps")
    assert [entry["metadata"] for entry in everything] == [entry["metadata"] for entry in found]


def test_the_journal_learns_what_was_written_and_not_what_it_says(welcome: Namespace, notes: Notes) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "noted"}, "stringData": {"password": "s3cret"}}
    welcome.create("secrets", secret)
    welcome.patch("secrets", "noted", {"stringData": {"password": "0ther"}})
    welcome.get("secrets", "noted")
    welcome.delete("secrets", "noted")
    welcome.delete("secrets", "noted")
    path = "/api/v1/namespaces/welcome/secrets/noted"
    assert notes == [f"POST {path}", f"PATCH {path}", f"DELETE {path}"]
