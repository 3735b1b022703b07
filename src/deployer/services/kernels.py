"""A user server's kernels: started over HTTP, used over a websocket.

Protocols: jupyter-server.readthedocs.io (REST API, websocket); messages: jupyter-client.readthedocs.io/en/stable/messaging.html,
version 5.3.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from deployer.errors import ServiceError
from deployer.model.secret import Secret
from deployer.services.jupyterhub import no_answer
from deployer.services.transport import Route

_QUIET = logging.getLogger("deployer.websocket")
"""The library's own logger writes the request's headers, the token among them, when all is logged."""
_QUIET.propagate = False
_QUIET.addHandler(logging.NullHandler())

_GONE = frozenset({"dead", "restarting", "autorestarting"})
_SECONDS_TO_CONNECT = 20.0
_SECONDS_TO_CLOSE = 0.1
"""A proxy between may keep the connection open, which nobody needs to wait for."""


class KernelGoneError(ServiceError):
    """The kernel died, or the connection to it broke off."""


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell raised: the exception's class and text."""

    kind: str
    text: str


class UserServer:
    """One user's running server at `path`, used with a token that may access it."""

    def __init__(self, route: Route, path: str, token: Secret, *, seconds: float) -> None:
        self._route = route
        self._token = token
        self._base = urljoin(route.url, path if path.endswith("/") else f"{path}/")
        self._http = route.client(seconds=seconds, headers={"Authorization": f"token {token.reveal()}"})

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def kernel_for(self, language: str) -> str | None:
        """The name of a kernel that speaks the language, the server's default one where it does; None: there is none."""
        content = self._json("GET", "api/kernelspecs", {200})
        specs = content.get("kernelspecs", {})
        names = [name for name, spec in specs.items() if str(spec.get("spec", {}).get("language", "")).lower() == language]
        default = content.get("default")
        return default if default in names else next(iter(names), None)

    @contextmanager
    def kernel(self, name: str, *, seconds: float) -> Iterator[Kernel]:
        """A new kernel with its channels open, which ends with its server. `seconds` is how long one cell may take."""
        kernel_id = str(self._json("POST", "api/kernels", {201}, body={"name": name}).get("id", ""))
        with self._channels(kernel_id) as connection:
            yield Kernel(connection, seconds=seconds, interrupt=lambda: self._interrupt(kernel_id))

    def _channels(self, kernel_id: str) -> ClientConnection:
        address = httpx.URL(urljoin(self._base, f"api/kernels/{kernel_id}/channels"))
        secure = address.scheme == "https"
        address = address.copy_with(scheme="wss" if secure else "ws", params={"session_id": uuid.uuid4().hex})
        try:
            return connect(
                str(address),
                additional_headers={"Authorization": f"token {self._token.reveal()}"},
                sock=self._route.socket(),
                ssl=self._route.tls if secure else None,
                server_hostname=address.host if secure else None,
                proxy=None if self._route.direct else True,
                open_timeout=_SECONDS_TO_CONNECT,
                close_timeout=_SECONDS_TO_CLOSE,
                max_size=None,
                logger=_QUIET,
            )
        except InvalidStatus as error:
            raise ServiceError(f"{address.path}: no websocket, but {error.response.status_code}", hint=_WEBSOCKETS) from error
        except (InvalidHandshake, OSError, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            raise ServiceError(f"{address.path}: no websocket ({reason})", hint=_WEBSOCKETS) from error

    def _interrupt(self, kernel_id: str) -> None:
        """Best effort: the server is stopped soon, and its kernels with it."""
        try:
            self._http.post(urljoin(self._base, f"api/kernels/{kernel_id}/interrupt"))
        except httpx.HTTPError as error:
            _QUIET.debug("no interrupt: %s", error)

    def _json(self, method: str, path: str, expected: set[int], *, body: object = None) -> dict[str, Any]:
        address = urljoin(self._base, path)
        try:
            answer = self._http.request(method, address, json=body)
            content = answer.json() if answer.status_code in expected else None
        except httpx.HTTPError as error:
            raise no_answer(error, httpx.URL(address).path) from error
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise ServiceError(f"{method} {httpx.URL(address).path} answered {answer.status_code} {answer.reason_phrase}")
        return content


_WEBSOCKETS = "something between here and the server does not let websockets through"


class Kernel:
    """The channels of one kernel."""

    def __init__(self, connection: ClientConnection, *, seconds: float, interrupt: Callable[[], None]) -> None:
        self._connection = connection
        self._seconds = seconds
        self.interrupt = interrupt
        self._session = uuid.uuid4().hex

    def run(self, source: str) -> CellError | None:
        """Run one cell to its end. Raises KernelGoneError, and ServiceError when it takes too long."""
        deadline = time.monotonic() + self._seconds
        message_id = uuid.uuid4().hex
        error: CellError | None = None
        waiting = {"execute_reply", "idle"}
        try:
            self._connection.send(json.dumps(self._request(message_id, source)))
            while waiting:
                message = self._receive(deadline)
                _raise_if_gone(message)
                if message.get("parent_header", {}).get("msg_id") != message_id:
                    continue
                waiting.discard(_milestone(message))
                error = _error_in(message) or error
        except ConnectionClosed as closed:
            raise KernelGoneError(f"the connection to the kernel broke off ({closed})") from closed
        return error

    def _receive(self, deadline: float) -> Mapping[str, Any]:
        try:
            text = self._connection.recv(timeout=max(deadline - time.monotonic(), 0.0))
            content = json.loads(text)
        except TimeoutError as error:
            raise ServiceError(f"the cell did not end within {self._seconds:g} s") from error
        except ValueError:
            content = None
        return content if isinstance(content, dict) else {}

    def _request(self, message_id: str, source: str) -> dict[str, Any]:
        return {
            "channel": "shell",
            "header": {
                "msg_id": message_id,
                "session": self._session,
                "username": "",
                "date": "",
                "msg_type": "execute_request",
                "version": "5.3",
            },
            "parent_header": {},
            "metadata": {},
            "content": {
                "code": source,
                "silent": False,
                "store_history": False,
                "user_expressions": {},
                "allow_stdin": False,
                "stop_on_error": False,
            },
            "buffers": [],
        }


def _raise_if_gone(message: Mapping[str, Any]) -> None:
    """The server tells of a dead kernel in a status message that answers nothing."""
    state = message.get("content", {}).get("execution_state")
    if message.get("msg_type") == "status" and state in _GONE:
        raise KernelGoneError("the kernel died")


def _milestone(message: Mapping[str, Any]) -> str:
    """A cell is done when its reply came and the kernel said that it idles: in either order."""
    if message.get("msg_type") == "status":
        return str(message.get("content", {}).get("execution_state", ""))
    return str(message.get("msg_type", ""))


def _error_in(message: Mapping[str, Any]) -> CellError | None:
    content = message.get("content", {})
    kind = message.get("msg_type")
    failed = kind == "error" or (kind == "execute_reply" and content.get("status") != "ok")
    return CellError(str(content.get("ename") or content.get("status")), str(content.get("evalue", ""))) if failed else None
