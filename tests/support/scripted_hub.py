"""A small HTTP server that answers as a hub and a user server do, for faults that a real hub does not show on demand."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.server import ServerProtocol

Channel = Callable[[dict[str, Any]], list[dict[str, Any] | None]]
"""What a kernel says to an execute request; None closes the connection."""


@dataclass
class Answer:
    """One HTTP answer. `body` of another kind than text is sent as JSON."""

    status: int = 200
    body: Any = ""
    headers: Mapping[str, str] = field(default_factory=dict)


FORM = Answer(body='<html><form action="/hub/login"><input type="password" name="password"></form></html>')
READY = {"progress": 100, "ready": True, "message": "Server ready", "url": "/user/deployer-check/"}


def events(*contents: Mapping[str, Any]) -> Answer:
    """The stream of a server's start."""
    return Answer(body="".join(f"data: {json.dumps(content)}\n\n" for content in contents))


def message(request: Mapping[str, Any], kind: str, **content: Any) -> dict[str, Any]:
    """What a kernel sends in answer to a request."""
    return {"msg_type": kind, "parent_header": request["header"], "content": content}


def obeying_kernel(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    """Runs nothing, and says that all went well."""
    return [
        message(request, "status", execution_state="busy"),
        message(request, "execute_reply", status="ok"),
        message(request, "status", execution_state="idle"),
    ]


class ScriptedHub:
    """`answers` are by method and path, each one answer or several to be given in turn, the last one for good."""

    def __init__(
        self,
        answers: Mapping[str, Answer | list[Answer]],
        channel: Channel = obeying_kernel,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        user = "/hub/api/users/deployer-check"
        healthy: dict[str, Answer | list[Answer]] = {
            "GET /hub/api/": Answer(body={"version": "5.5.4"}),
            "GET /hub/login": FORM,
            f"GET {user}": Answer(body={"name": "deployer-check", "servers": {}}),
            f"POST {user}/server": Answer(202),
            f"GET {user}/server/progress": events({"progress": 50, "message": "Spawning"}, READY),
            f"DELETE {user}/server": Answer(204),
            "GET /user/deployer-check/api/kernelspecs": Answer(
                body={"default": "python3", "kernelspecs": {"python3": {"spec": {"language": "python"}}}}
            ),
            "POST /user/deployer-check/api/kernels": Answer(201, {"id": "k1"}),
            "POST /user/deployer-check/api/kernels/k1/interrupt": Answer(204),
            "DELETE /user/deployer-check/api/kernels/k1": Answer(204),
        }
        self.answers = {key: list(value) if isinstance(value, list) else [value] for key, value in (healthy | answers).items()}
        self.channel = channel
        self.asked: list[str] = []
        self.tokens: list[str] = []
        """What came as `Authorization`, in the order of `asked`."""
        self.hosts: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def next_answer(self, method: str, path: str) -> Answer:
        """The answer to a request, and a note of it."""
        key = f"{method} {path}"
        self.asked.append(key)
        waiting = self.answers.get(key, [Answer(404, {"status": 404, "message": "Not Found"})])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_any(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                hub.tokens.append(self.headers.get("Authorization", ""))
                hub.hosts.append(self.headers.get("Host", ""))
                path = self.path.partition("?")[0]
                if self.headers.get("Upgrade") == "websocket" and f"GET {path}" not in hub.answers:
                    hub.asked.append(f"WEBSOCKET {path}")
                    talk(self, hub.channel)
                    return
                answer = hub.next_answer(self.command, path)
                text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
                content = text.encode()
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(content)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = handle_any  # noqa: N815  (the names that the base class looks for)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
                pass

        return Handler


def talk(handler: BaseHTTPRequestHandler, channel: Channel) -> None:
    """The server's side of a websocket, by the library's protocol without I/O."""
    protocol = ServerProtocol()
    head = "".join(f"{name}: {value}\r\n" for name, value in handler.headers.items())
    protocol.receive_data(f"GET {handler.path} HTTP/1.1\r\n{head}\r\n".encode())
    request = next(event for event in protocol.events_received() if isinstance(event, Request))
    protocol.send_response(protocol.accept(request))
    _flush(handler, protocol)
    handler.close_connection = True
    while data := handler.connection.recv(65536):
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                for said in channel(json.loads(event.data)):
                    if said is None:
                        return
                    protocol.send_text(json.dumps(said).encode())
        _flush(handler, protocol)
        if protocol.close_expected():
            return


def _flush(handler: BaseHTTPRequestHandler, protocol: ServerProtocol) -> None:
    for data in protocol.data_to_send():
        if data:
            handler.connection.sendall(data)


@contextmanager
def scripted_hub(
    answers: Mapping[str, Answer | list[Answer]] | None = None,
    channel: Channel = obeying_kernel,
    tls: ssl.SSLContext | None = None,
) -> Iterator[ScriptedHub]:
    """A running one; with `tls`, one that speaks https."""
    hub = ScriptedHub(answers or {}, channel, tls)
    try:
        yield hub
    finally:
        hub.close()
