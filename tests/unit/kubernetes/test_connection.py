"""An API server that is away for a while is asked again; one that refuses is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException
from tests.support.clock import Clock
from tests.support.small_api import SmallApi, small_api
from urllib3.exceptions import ProtocolError

from deployer.errors import DeployerError, ExternalError, GuardError
from deployer.model.access import Kubeconfig
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Namespace, Object

CONFIG = """\
{"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
 "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:9"}}], "users": [{"name": "a", "user": {"token": "t"}}]}
"""


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    file = tmp_path / "kubeconfig"
    file.write_text(CONFIG)
    return Connection("aurora", Kubeconfig(file), Clock())


def failing(*errors: Exception) -> Callable[[], Any]:
    left = list(errors)

    def send() -> str:
        if left:
            raise left.pop(0)
        return "answer"

    return send


AWAY = [
    ApiException(status=0, reason="SSLError\n[SSL: UNEXPECTED_EOF_WHILE_READING]"),
    ProtocolError("Connection aborted."),
    ApiException(status=503, reason="Service Unavailable"),
]


def test_what_passes_is_waited_for(connection: Connection) -> None:
    assert connection.patiently(failing(*AWAY)) == "answer"


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_what_does_not_pass_is_told_after_a_minute(connection: Connection, error: Exception) -> None:
    with pytest.raises(ExternalError):
        connection.patiently(failing(*[error] * 100))


@pytest.mark.parametrize(
    ("error", "kind", "told"),
    [
        (ApiException(status=401), ExternalError, "does not accept the credentials"),
        (ApiException(status=409, reason="it has changed"), GuardError, "it has changed"),
        (ApiException(status=0, reason="SSLError CERTIFICATE_VERIFY_FAILED"), ExternalError, "its certificate is not the one"),
        (ApiException(status=422, reason="spec is wrong"), ExternalError, "cluster aurora refused: spec is wrong"),
    ],
)
def test_what_is_refused_is_told_at_once(connection: Connection, error: Exception, kind: type[DeployerError], told: str) -> None:
    with pytest.raises(kind, match=told):
        connection.patiently(failing(error))


@pytest.mark.parametrize(
    "error",
    [
        ApiException(status=404),
        ApiException(status=500, reason='container not found ("hub")'),
        ApiException(status=500, reason='failed to exec in container "8f": container is in CONTAINER_EXITED state'),
    ],
    ids=["no such object", "no container", "a container that has just ended"],
)
def test_what_is_not_there_is_none(connection: Connection, error: Exception) -> None:
    assert connection.patiently(failing(error)) is None


NAMESPACES = "/api/v1/namespaces"
BODY: Object = {"metadata": {"name": "ours", "labels": {"by": "us"}}}
CREATIONS = {
    "a namespace": NAMESPACES,
    "a secret": f"{NAMESPACES}/ours/secrets",
    "a job": "/apis/batch/v1/namespaces/ours/jobs",
}


@pytest.fixture
def api() -> Iterator[SmallApi]:
    with small_api() as api:
        yield api


@pytest.fixture
def reached(api: SmallApi, tmp_path: Path) -> Iterator[Connection]:
    """The way to `api`."""
    with closing(Connection("aurora", Kubeconfig(api.kubeconfig(tmp_path)), Clock())) as connection:
        yield connection


@pytest.mark.parametrize("path", CREATIONS.values(), ids=CREATIONS)
def test_what_was_made_and_its_answer_lost_is_ours(api: SmallApi, reached: Connection, path: str) -> None:
    api.lost = 1
    made = reached.request("POST", path, body=BODY)
    assert made["metadata"]["uid"] == f"{path}/ours"
    assert len(api.objects) == 1


@pytest.mark.parametrize("lost", [0, 1], ids=["", "and the answer lost"])
def test_what_somebody_else_made_at_the_same_time_is_theirs(api: SmallApi, reached: Connection, lost: int) -> None:
    theirs = api.put(f"{NAMESPACES}/ours", {"metadata": {"managedFields": [{"manager": "deployer-0000"}]}})
    api.lost = lost
    with pytest.raises(GuardError, match="already exists"):
        reached.request("POST", NAMESPACES, body=BODY)
    assert api.objects == {f"{NAMESPACES}/ours": theirs}


@pytest.mark.parametrize("change", ["replace", "patch", "delete"])
def test_a_change_whose_answer_was_lost_is_made_once(api: SmallApi, reached: Connection, change: str) -> None:
    namespace = Namespace(reached, "ours")
    namespace.create("secrets", BODY)
    api.lost = 1
    match change:
        case "replace":
            namespace.replace("secrets", {"metadata": {"name": "ours", "labels": {"by": "her"}}})
        case "patch":
            namespace.patch("secrets", "ours", {"metadata": {"labels": {"by": "her"}}})
        case "delete":
            namespace.delete("secrets", "ours")
    found = namespace.get("secrets", "ours")
    assert (found or {}).get("metadata", {}).get("labels") == (None if change == "delete" else {"by": "her"})
