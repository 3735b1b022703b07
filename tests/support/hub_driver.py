"""Uses a hub over HTTP as a person's browser does: log in, choose, wait for the server, run code in a kernel."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import httpx
from websockets.sync.client import connect

TIMEOUT = 60.0
Found = TypeVar("Found")


def wait_for(what: str, look: Callable[[], Found | None], seconds: float = TIMEOUT) -> Found:
    """Look until there is something, at most so long; failing to connect counts as nothing."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = look()
        except (httpx.TransportError, OSError):
            found = None
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {seconds:.0f} seconds")
        time.sleep(0.1)


class Person:
    """One person's browser. `url` is the hub's address and ends in `/`; the password is the hub's."""

    def __init__(self, url: str, name: str, password: str = "") -> None:
        self.url = url
        self.name = name
        self.password = password
        self.browser = httpx.Client(base_url=url, follow_redirects=True, timeout=TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.browser.close()

    def _xsrf(self, path: str) -> str:
        """The token for a path: of several cookies, the one of the longest path that covers it."""
        cookies = [cookie for cookie in self.browser.cookies.jar if cookie.name == "_xsrf" and path.startswith(cookie.path)]
        return max(cookies, key=lambda cookie: len(cookie.path)).value or ""

    def _path(self, relative: str) -> str:
        return urlsplit(self.url).path + relative

    def page(self, relative: str) -> str:
        """The text of one of the hub's pages, such as `hub/home`."""
        return self.browser.get(relative).text

    def log_in(self) -> httpx.Response:
        """Fill in the login form; the answer is the page that a browser then shows. Fails where the person is not let in."""
        wait_for("the login page", lambda: self.browser.get("hub/login").status_code == 200)
        xsrf = self._xsrf(self._path("hub/"))
        form = {"username": self.name, "password": self.password, "_xsrf": xsrf}
        answer = self.browser.post("hub/login", params={"next": self._path("hub/home"), "_xsrf": xsrf}, data=form)
        assert answer.url.path == self._path("hub/home"), f"{self.name} is not let in: {answer.status_code} {answer.url}"
        return answer

    def start(self, form: Mapping[str, str] | None = None, server: str = "", seconds: float = TIMEOUT) -> str:
        """Send the spawn form and wait for the server. Returns its address; fails with what the page says."""
        self.request_start(form, server)
        return self.wait_until_started(server, seconds)

    def request_start(self, form: Mapping[str, str] | None = None, server: str = "") -> httpx.Response:
        """Send the spawn form."""
        path = f"hub/spawn/{quote(self.name)}" + (f"/{quote(server)}" if server else "")
        self.browser.get(path)
        xsrf = self._xsrf(self._path("hub/"))
        return self.browser.post(path, params={"_xsrf": xsrf}, data={**(form or {}), "_xsrf": xsrf}, follow_redirects=False)

    def wait_until_started(self, server: str = "", seconds: float = TIMEOUT) -> str:
        """Follow the hub's events to the end."""
        path = f"hub/api/users/{quote(self.name)}/server" if not server else f"hub/api/users/{quote(self.name)}/servers/{server}"
        last = self.events(f"{path}/progress", seconds)[-1]
        assert last.get("ready"), last
        self.browser.get(self.server_path(server) + "api/status")
        return str(last["url"])

    def events(self, path: str, seconds: float = TIMEOUT) -> list[dict[str, Any]]:
        """The events of a start, which end when the server is ready or has failed."""
        events = []
        with self.browser.stream("GET", path, timeout=seconds) as answer:
            assert answer.status_code == 200, answer.status_code
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    events.append(json.loads(line.removeprefix("data:")))
        return events

    def server_path(self, server: str = "") -> str:
        """The path of a server below the hub's address."""
        return f"user/{quote(self.name)}/" + (f"{quote(server)}/" if server else "")

    def stop(self, server: str = "", *, remove: bool = False) -> None:
        """Stop the server and wait until it is gone. `remove` a named server for good."""
        path = f"hub/api/users/{quote(self.name)}/server" if not server else f"hub/api/users/{quote(self.name)}/servers/{server}"
        self.browser.get("hub/home")
        headers = {"X-XSRFToken": self._xsrf(self._path("hub/")), "Referer": self.url + "hub/home"}
        answer = self.browser.request("DELETE", path, headers=headers, json={"remove": remove})
        assert answer.status_code in (202, 204), answer.text
        wait_for(f"{self.name}'s server to stop", lambda: not self.servers().get(server))

    def servers(self) -> dict[str, Any]:
        """The person's servers, as the hub's API tells them."""
        answer = self.browser.get(f"hub/api/users/{quote(self.name)}", headers={"Referer": self.url + "hub/home"})
        return dict(answer.json()["servers"])

    def token(self) -> str:
        """A new token of the person's own for the hub's API."""
        self.browser.get("hub/token")
        headers = {"X-XSRFToken": self._xsrf(self._path("hub/")), "Referer": self.url + "hub/token"}
        answer = self.browser.post(f"hub/api/users/{quote(self.name)}/tokens", headers=headers, json={})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])

    def kernel(self, server: str = "") -> Kernel:
        """Start a Python kernel on the running server."""
        self.browser.get(self.server_path(server) + "lab")
        root = self.server_path(server)
        answer = self.browser.post(
            f"{root}api/kernels", json={"name": "python3"}, headers={"X-XSRFToken": self._xsrf(self._path(root))}
        )
        assert answer.status_code == 201, answer.text
        return Kernel(self, root, answer.json()["id"])

    def cookie_header(self, relative: str) -> str:
        """The cookies that a browser would send to a path."""
        path = self._path(relative)
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies.jar if path.startswith(cookie.path))


class Kernel:
    """One kernel; each `run` opens its websocket anew."""

    def __init__(self, person: Person, root: str, identifier: str) -> None:
        self.person = person
        self.root = root
        self.identifier = identifier

    def run(self, code: str, seconds: float = TIMEOUT) -> str:
        """Execute and return what it printed, or the error's text."""
        session, message = uuid.uuid4().hex, uuid.uuid4().hex
        address = re.sub("^http", "ws", self.person.url)
        headers = {"Cookie": self.person.cookie_header(self.root), "Origin": self.person.url.rstrip("/")}
        path = f"{address}{self.root}api/kernels/{self.identifier}/channels?session_id={session}"
        with connect(path, additional_headers=headers, open_timeout=seconds, max_size=None, proxy=None) as socket:
            socket.send(json.dumps(_execute_request(code, session, message, self.person.name)))
            return _printed(socket, message, time.monotonic() + seconds)


def _execute_request(code: str, session: str, message: str, user: str) -> dict[str, Any]:
    header = {
        "msg_id": message,
        "username": user,
        "session": session,
        "msg_type": "execute_request",
        "version": "5.3",
        "date": "",
    }
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False}
    return {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell", "buffers": []}


def _printed(socket: Any, message: str, deadline: float) -> str:
    text = ""
    while True:
        answer = json.loads(socket.recv(timeout=deadline - time.monotonic()))
        if answer.get("parent_header", {}).get("msg_id") != message:
            continue
        content = answer["content"]
        match answer["msg_type"]:
            case "stream":
                text += content["text"]
            case "error":
                text += f"{content['ename']}: {content['evalue']}"
            case "status" if content["execution_state"] == "idle":
                return text
