"""JupyterHub's REST API, as far as a health check needs it.

Paths and status codes: jupyterhub.readthedocs.io/en/5.5.0/reference/rest-api.html. The token needs the scopes `admin:users`,
`servers` and `access:servers`, each restricted by `!user=NAME` (tried with JupyterHub 5.5.4: `admin:users` to make the user,
`servers` to start, watch and stop, `access:servers` for the user server's own API).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from deployer.errors import ServiceError
from deployer.model.secret import Secret
from deployer.services.transport import Route

_NOT_OURS = "deploy the hub again: its check token or role is not the one that the deployer knows"
_SECONDS_BETWEEN_KEEPALIVES = 8.0
"""JupyterHub's SpawnProgressAPIHandler.keepalive_interval."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """A user's default server. `pending` is what the hub is doing with it: spawn, stop, or nothing; `url` is its path."""

    ready: bool = False
    pending: str = ""
    url: str = ""

    @property
    def gone(self) -> bool:
        """Neither running nor on its way."""
        return not self.ready and not self.pending


@dataclass(frozen=True, slots=True)
class SpawnEvent:
    """One line of a server's start. `url` is the server's path once it is ready."""

    message: str
    ready: bool = False
    failed: bool = False
    url: str = ""


class BusyError(ServiceError):
    """The hub starts no more servers for now. `seconds` is how long it asks us to wait."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class HubClient:
    """One hub, used with one service token. All calls raise ServiceError where the hub does not answer as its API says."""

    def __init__(self, route: Route, token: Secret, *, seconds: float) -> None:
        self._http = route.client(seconds=seconds, headers={"Authorization": f"token {token.reveal()}"})

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def version(self) -> str:
        """JupyterHub's version, which it tells everybody."""
        answer = self._ask("GET", "hub/api/", {200})
        return str(_object(answer).get("version", ""))

    def server(self, user: str) -> ServerState | None:
        """The user's default server, or None where the hub does not know the user."""
        answer = self._ask("GET", f"hub/api/users/{quote(user)}", {200, 404})
        if answer.status_code == 404:
            return None
        model = _object(answer).get("servers", {}).get("", {})
        return ServerState(
            ready=bool(model.get("ready")), pending=str(model.get("pending") or ""), url=str(model.get("url") or "")
        )

    def add_user(self, user: str) -> None:
        """Make the user; nothing where somebody was faster."""
        self._ask("POST", f"hub/api/users/{quote(user)}", {201, 409})

    def start(self, user: str, options: Mapping[str, str]) -> None:
        """Ask for the user's default server. `options` are the spawner's user options. Raises BusyError when the hub is full."""
        answer = self._ask("POST", f"hub/api/users/{quote(user)}/server", {201, 202, 429}, body=dict(options))
        if answer.status_code == 429:
            raise BusyError(f"the hub starts no more servers now: {_message(answer)}", seconds=_retry_after(answer))

    def progress(self, user: str) -> Iterator[SpawnEvent | None]:
        """What happens while the server starts, until it is ready or has failed; None is a sign of life.

        Raises ServiceError where the stream breaks off, and where nothing is starting.
        """
        path = f"hub/api/users/{quote(user)}/server/progress"
        timeout = httpx.Timeout(max(self._http.timeout.read or 0, 3 * _SECONDS_BETWEEN_KEEPALIVES))
        try:
            with self._http.stream("GET", path, headers={"Accept": "text/event-stream"}, timeout=timeout) as answer:
                if answer.status_code != 200:
                    answer.read()
                    raise _unexpected("GET", path, answer)
                for line in answer.iter_lines():
                    yield _event(line)
        except httpx.HTTPError as error:
            raise no_answer(error, path) from error

    def stop(self, user: str) -> bool:
        """Ask for the end of the user's default server. True when it is down already, False while it is going down."""
        return self._ask("DELETE", f"hub/api/users/{quote(user)}/server", {202, 204, 404}).status_code != 202

    def _ask(self, method: str, path: str, expected: set[int], *, body: object = None) -> httpx.Response:
        try:
            answer = self._http.request(method, path, json=body) if body is not None else self._http.request(method, path)
        except httpx.HTTPError as error:
            raise no_answer(error, path) from error
        if answer.status_code in (401, 403) and answer.status_code not in expected:
            raise ServiceError(f"{method} /{path} was refused: {answer.status_code} {_message(answer)}", hint=_NOT_OURS)
        if answer.status_code not in expected:
            raise _unexpected(method, path, answer)
        return answer


def no_answer(error: httpx.HTTPError, path: str) -> ServiceError:
    """What to say where there was no answer at all."""
    reasons = {
        httpx.ConnectTimeout: "nobody answered in time",
        httpx.ConnectError: "no connection",
        httpx.TimeoutException: "the answer did not come in time",
        httpx.RemoteProtocolError: "no proper answer",
    }
    reason = next((text for kind, text in reasons.items() if isinstance(error, kind)), type(error).__name__)
    detail = f" ({error})" if str(error) else ""
    return ServiceError(f"/{path.lstrip('/')}: {reason}{detail}")


def _unexpected(method: str, path: str, answer: httpx.Response) -> ServiceError:
    return ServiceError(f"{method} /{path.lstrip('/')} answered {answer.status_code} {_message(answer)}".rstrip())


def _message(answer: httpx.Response) -> str:
    """The hub's own words, else the status' usual name; a page of HTML is not told."""
    try:
        content = answer.json()
    except ValueError:
        return answer.reason_phrase
    return str(content.get("message") or answer.reason_phrase) if isinstance(content, dict) else answer.reason_phrase


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ServiceError(f"{answer.request.url.path} did not answer as JupyterHub does, but with {_kind(answer)}")
    return content


def _kind(answer: httpx.Response) -> str:
    return answer.headers.get("content-type", "").partition(";")[0] or "an empty answer"


def _retry_after(answer: httpx.Response) -> float:
    try:
        return float(answer.headers.get("retry-after", ""))
    except ValueError:
        return 5.0


def _event(line: str) -> SpawnEvent | None:
    """A line of the stream `data: {...}`; blank lines keep the connection alive."""
    field, _, text = line.partition(":")
    if field != "data":
        return None
    try:
        content = json.loads(text)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    return SpawnEvent(
        message=str(content.get("message", "")),
        ready=content.get("ready") is True,
        failed=content.get("failed") is True,
        url=str(content.get("url", "")),
    )
