"""Requests and commands on a real API server: what comes back, what is refused, what the journal learns."""

from __future__ import annotations

import json
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from tests.support.clock import Clock
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet
from tests.support.hub_driver import Kernel

from deployer.errors import ExternalError, GuardError
from deployer.model.access import Kubeconfig
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Glance, Namespace

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


def run(namespace: Namespace, *command: str) -> str | None:
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


@pytest.fixture
def plot(cluster: Cluster) -> Iterator[str]:
    """A namespace in which the account of `visitor` may list ConfigMaps, and may nothing anywhere else."""
    cluster.kubectl("create", "namespace", "plot")
    for made in (
        ("configmap", "gnome"),
        ("role", "visitor", "--verb=list", "--resource=configmaps"),
        ("rolebinding", "visitor", "--role=visitor", "--user=visitor"),
    ):
        cluster.kubectl("create", *made, "-n", "plot")
    yield "plot"
    cluster.kubectl("delete", "namespace", "plot", "--wait=false")


def test_an_account_of_one_namespace_looks_at_a_glance_into_that_one(
    fleet: ClusterFleet, welcome: Namespace, plot: str, tmp_path: Path
) -> None:
    kubeconfig = Kubeconfig(fleet.cluster.kubeconfig_of("visitor", tmp_path / "kubeconfig"))
    with closing(Connection("onenode", kubeconfig, Clock())) as visitor:
        found = Namespace(visitor, plot, Glance(visitor, Clock())).list("configmaps")
    assert "gnome" in {entry["metadata"]["name"] for entry in found}
    everything = Namespace(welcome.connection, plot, Glance(welcome.connection, Clock())).list("configmaps")
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


class Relay(socketserver.ThreadingTCPServer):
    """A way to an API server on this machine; `loses`: of its next answer nothing comes back, and the connection ends."""

    daemon_threads = True  # an API server keeps a connection that is half closed for a minute and a half

    def __init__(self, port: int) -> None:
        self.loses = False
        self.to = ("127.0.0.1", port)
        super().__init__(("127.0.0.1", 0), Relayed)


class Relayed(socketserver.BaseRequestHandler):
    """One connection."""

    server: Relay

    def handle(self) -> None:
        with socket.create_connection(self.server.to) as api:
            asking = threading.Thread(target=self._ask, args=(api,))
            asking.start()
            with suppress(OSError):
                while (piece := api.recv(65536)) and not self.server.loses:
                    self.request.sendall(piece)
            self.server.loses = False
            for end in (self.request, api):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            asking.join()

    def _ask(self, api: socket.socket) -> None:
        with suppress(OSError):
            while piece := self.request.recv(65536):
                api.sendall(piece)
            api.shutdown(socket.SHUT_RDWR)


@contextmanager
def relayed(cluster: Cluster, kubeconfig: Path) -> Iterator[Relay]:
    """`kubeconfig` leads through it."""
    content = json.loads(cluster.kubeconfig.read_text())
    access = content["clusters"][0]["cluster"]
    with Relay(int(access["server"].rpartition(":")[2])) as relay:
        access["server"] = f"https://127.0.0.1:{relay.server_address[1]}"
        kubeconfig.write_text(json.dumps(content))
        threading.Thread(target=relay.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield relay
        relay.shutdown()


def test_what_was_made_and_its_answer_lost_is_ours(cluster: Cluster, tmp_path: Path, notes: Notes) -> None:
    made = {
        "/api/v1/namespaces": {"metadata": {"name": "lost"}},
        "/api/v1/namespaces/lost/secrets": {"metadata": {"name": "lost"}, "stringData": {"password": "s3cret"}},
        "/apis/coordination.k8s.io/v1/namespaces/lost/leases": {"metadata": {"name": "lost"}, "spec": {"holderIdentity": "us"}},
    }
    with (
        relayed(cluster, tmp_path / "kubeconfig") as relay,
        closing(Connection("onenode", Kubeconfig(tmp_path / "kubeconfig"), Clock(), notes)) as connection,
    ):
        for path, body in made.items():
            assert connection.request("GET", f"{path}/lost") is None
            relay.loses = True
            answer = connection.request("POST", path, body=body)
            assert not relay.loses
            assert answer["metadata"]["uid"] == connection.request("GET", f"{path}/lost")["metadata"]["uid"]
            with pytest.raises(GuardError, match="already exists"):
                connection.request("POST", path, body=body)
    assert notes == [f"POST {path}/lost" for path in made]
    cluster.kubectl("delete", "namespace", "lost", "--wait=false")
