"""What is told about a hub's public address: its name, its certificate, and who answers behind both."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from tests.support.certificates import own_certificate
from tests.support.probing import access, probe
from tests.support.scripted_hub import Answer, scripted_hub

from deployer.model.health import CheckOptions, CheckReport
from deployer.services.reach import missing, pending, reached

HUB = {"X-JupyterHub-Version": "5.5.4"}
USER = "GET /hub/api/users/deployer-check"
ANSWERS = {
    "this hub": (Answer(200, {"name": "deployer-check"}, HUB), ""),
    "another hub": (Answer(403, {"status": 403}, HUB), "another hub answers at {url}"),
    "an ingress that knows no such host": (
        Answer(404, "404 page not found"),
        "what answers at {url} is no hub: it says 404 Not Found",
    ),
    "somebody's own login page": (
        Answer(302, headers={"Location": "https://sso.example.org/"}),
        "what answers at {url} is no hub: it says 302 Found and leads to https://sso.example.org/",
    ),
}


@pytest.mark.parametrize(("answer", "told"), ANSWERS.values(), ids=ANSWERS)
def test_who_answers(answer: Answer, told: str) -> None:
    with scripted_hub({USER: answer}) as hub:
        found = reached(replace(access("http://elsewhere/", "the-token"), public=hub.url), seconds=5)
        assert found.pending == told.format(url=hub.url)
        assert bool(found.found) == (not told)
        assert hub.tokens == ["token the-token"]


def test_without_a_token_any_hub_is_one() -> None:
    with scripted_hub({"GET /hub/api/": Answer(200, {"version": "5.5.4"}, HUB)}) as hub:
        assert pending(hub.url, seconds=5) == ""
        assert hub.tokens == [""]


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    assert pending(url, seconds=5) == f"nothing answers at {url} yet: [Errno 111] Connection refused"


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert pending(url, seconds=0.2) == f"nothing answers at {url} yet: no answer in time"


NAMES = {
    "nobody has it": (socket.EAI_NONAME, "", "hub.invalid is not in the DNS yet; the cluster's ingress has no address yet"),
    "it has no address": (socket.EAI_NODATA, "192.0.2.7", "hub.invalid is not in the DNS yet; a record has to lead to 192.0.2.7"),
    "no name server answers": (
        socket.EAI_AGAIN,
        "192.0.2.7",
        "the DNS does not answer for hub.invalid; a record has to lead to 192.0.2.7",
    ),
}


@pytest.mark.parametrize(("said", "entrance", "told"), NAMES.values(), ids=NAMES)
def test_what_the_name_servers_say(said: int, entrance: str, told: str) -> None:
    """A resolver's answers cannot be ordered; a real one is asked by the tests on the cluster."""
    error = httpx.ConnectError("as httpx says it")
    error.__cause__ = socket.gaierror(said, "as the resolver says it")
    assert missing(error, replace(access("http://127.0.0.1:1/"), public="https://hub.invalid/", entrance=entrance)) == told


@contextmanager
def with_own_certificate(folder: Path) -> Iterator[str]:
    """The address of a server whose certificate nobody but itself vouches for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = own_certificate(folder).wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *told: None  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"https://localhost:{server.server_address[1]}/"
        server.shutdown()


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    told = "localhost has no certificate yet that browsers accept: self-signed certificate"
    with with_own_certificate(tmp_path) as url:
        assert pending(url, seconds=5) == told
        known = replace(access("http://127.0.0.1:1/"), public=url, certificate="Issuing certificate as Secret does not exist")
        found = reached(known, seconds=5)
        assert found.pending == f"{told}; its issuer says: Issuing certificate as Secret does not exist"


def checked(public: str) -> CheckReport:
    with scripted_hub({USER: Answer(200, {"name": "deployer-check"}, HUB)}) as hub:
        return probe(replace(access(hub.url), public=public or hub.url), options=CheckOptions(request_seconds=2))


def test_what_is_pending_fails_no_check() -> None:
    report = checked("http://127.0.0.1:1/")
    step = report.steps[-1]
    assert (step.name, step.status, report.healthy) == ("Public address", "pending", True)
    assert report.pending == step.found == "nothing answers at http://127.0.0.1:1/ yet: [Errno 111] Connection refused"


def test_who_is_reached_waits_for_nothing() -> None:
    report = checked("")
    assert (report.steps[-1].name, report.steps[-1].status, report.pending) == ("Public address", "ok", "")
