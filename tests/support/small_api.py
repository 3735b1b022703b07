"""A small API server on loopback: keeps objects of any kind in memory, and loses an answer where a test says so."""

from __future__ import annotations

import json
import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

Object = dict[str, Any]
MADE = "2001-01-01T00:00:00Z"
"""When everything was made."""


class SmallApi:
    """`objects` are by their path; those that are `held` go no further than being on their way out. `logs`: by pod and container.
    `posted`: what was made, in its order; `fates`: what becomes at once of what is made at a path. `lost`: how many changes are
    still carried out without an answer. `left`: how many are carried out at all before whoever makes them is killed, and asks
    for nothing any more. `now`: by its clock. `closed`: kinds, in the plural, on which the account has no rights.
    `listed`: the paths of all lists that were asked for."""

    def __init__(self) -> None:
        self.objects: dict[str, Object] = {}
        self.held: set[str] = set()
        self.logs: dict[tuple[str, str], str] = {}
        self.posted: list[Object] = []
        self.fates: dict[str, Object] = {}
        self.lost = 0
        self.left = math.inf
        self.closed: set[str] = set()
        self.listed: list[str] = []
        self.now = datetime.fromisoformat(MADE)
        self._version = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def kubeconfig(self, folder: Path) -> Path:
        """The way to it."""
        address = f"http://127.0.0.1:{self._server.server_port}"
        content = {
            "current-context": "a",
            "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
            "clusters": [{"name": "a", "cluster": {"server": address}}],
            "users": [{"name": "a", "user": {"token": "t"}}],
        }
        (folder / "kubeconfig").write_text(json.dumps(content))
        return folder / "kubeconfig"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def carries_out(self, method: str = "") -> bool:
        """Whether who asks is alive, which leaves -1 where not; a change is counted."""
        alive = self.left > 0
        self.left = self.left - (method != "GET") if alive else -1
        return alive

    def answer(self, method: str, path: str, query: dict[str, str], body: Any) -> tuple[int, Any]:
        """Status and content, after doing what is asked. An object's scale is a part of it."""
        path = path.removesuffix("/scale")
        match method:
            case "POST" if path.endswith("/selfsubjectaccessreviews"):
                asked = body["spec"]["resourceAttributes"]
                name = "/".join(filter(None, (asked["resource"], asked["subresource"])))
                return 201, {"status": {"allowed": name not in self.closed}}
            case "POST":
                self.posted.append(body)
                return self._create(f"{path}/{body['metadata']['name']}", body, query)
            case "GET" if path.endswith("/log"):
                text = self.logs.get((path.split("/")[-2], query["container"]))
                return (200, text) if text else (400, {"message": "waiting to start: PodInitializing"})
            case "GET" if path in self.objects:
                return 200, self.objects[path]
            case "GET" if (plural := path.rpartition("/")[2]) in self.closed:
                return 403, {"message": f'{plural} is forbidden: User "ada" cannot list resource "{plural}" in API group ""'}
            case "GET" if _names_many(path):
                self.listed.append(path)
                return 200, {"items": list(self._listed(path, query))}
            case _ if path not in self.objects:
                return 404, {"message": f"{path} not found"}
            case "DELETE" if path in self.held:
                return 200, self.put(path, _merged(self.objects[path], {"metadata": {"deletionTimestamp": MADE}}))
            case "DELETE":
                return 200, self.objects.pop(path)
            case "PUT":
                return self._replace(path, body)
            case _ if isinstance(body, list):
                return 200, self.put(path, self.objects[path] | {each["path"].strip("/"): each["value"] for each in body})
            case _:
                return 200, self.put(path, _merged(self.objects[path], body))

    def put(self, path: str, content: Object) -> Object:
        """Keep an object, whatever is there."""
        self._version += 1
        marks = {"resourceVersion": str(self._version), "uid": path}
        namespace, _, inside = path.partition("/namespaces/")[2].partition("/")
        marks |= {"namespace": namespace} if inside else {}
        metadata = {"creationTimestamp": MADE, "name": path.rpartition("/")[2], "generation": 1} | content["metadata"] | marks
        self.objects[path] = {**content, "metadata": metadata}
        return self.objects[path]

    def _create(self, path: str, body: Object, query: dict[str, str]) -> tuple[int, Any]:
        if path in self.objects:
            return 409, {"message": f"{path} already exists"}
        makers = [{"manager": query.get("fieldManager", "unknown"), "operation": "Update"}]
        return 201, self.put(
            path, {**body, **self.fates.get(path, {}), "metadata": {**body["metadata"], "managedFields": makers}}
        )

    def _replace(self, path: str, body: Object) -> tuple[int, Any]:
        if body["metadata"].get("resourceVersion") not in (None, self.objects[path]["metadata"]["resourceVersion"]):
            return 409, {"message": f"{path} has been modified"}
        return 200, self.put(path, body)

    def _listed(self, path: str, query: dict[str, str]) -> Iterator[Object]:
        selectors = [pair.split("=") for pair in query.get("labelSelector", "").split(",") if pair]
        fields = dict(pair.split("=", 1) for pair in query.get("fieldSelector", "").split(",") if pair)
        for place, entry in sorted(self.objects.items()):
            labels = entry["metadata"].get("labels") or {}
            fits = path in (place.rpartition("/")[0], _of_all(place)) and all(
                _at(entry, key) == value for key, value in fields.items()
            )
            if fits and all((labels.get(label.rstrip("!")) == value) is not label.endswith("!") for label, value in selectors):
                yield entry

    def _handler(api: SmallApi) -> type[BaseHTTPRequestHandler]:  # noqa: N805 `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body as one: TCP would wait 40 ms for an answer to the head

            def do(self) -> None:
                target = urlsplit(self.path)
                text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if not api.carries_out(self.command):
                    self.close_connection = True
                    return
                query = {name: values[0] for name, values in parse_qs(target.query).items()}
                status, content = api.answer(self.command, target.path, query, json.loads(text) if text else None)
                if self.command != "GET" and api.lost:
                    api.lost -= 1
                    self.close_connection = True
                    return
                answer = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def date_time_string(self, timestamp: float | None = None) -> str:
                return format_datetime(api.now, usegmt=True)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do  # noqa: N815 the server's names

            def log_message(self, *arguments: Any) -> None:
                """Silent."""

        return Handler


@contextmanager
def small_api() -> Iterator[SmallApi]:
    """For the length of a block."""
    api = SmallApi()
    try:
        yield api
    finally:
        api.close()


def _names_many(path: str) -> bool:
    """All objects of a kind, of a namespace or of the cluster."""
    namespace, _, inside = path.partition("/namespaces/")[2].partition("/")
    return "/" not in inside if inside else not namespace


def _at(entry: Any, path: str) -> Any:
    for step in path.split("."):
        entry = (entry or {}).get(step)
    return entry


def _of_all(place: str) -> str:
    """Where the objects of this one's kind are listed, of all namespaces."""
    before, _, inside = place.partition("/namespaces/")
    return "/".join([before, *inside.split("/")[1:-1]])


def _merged(found: Any, change: Any) -> Any:
    """A merge patch (RFC 7386)."""
    if not isinstance(change, dict):
        return change
    kept = dict(found) if isinstance(found, dict) else {}
    for key, value in change.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = _merged(kept.get(key), value)
    return kept
