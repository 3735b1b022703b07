"""What people must not lose, whatever happens to their hub: asked all the while, and looked at afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import httpx
from tests.support.cluster_fleet import ClusterFleet
from tests.support.hub_driver import Kernel, wait_for
from websockets.exceptions import ConnectionClosed, InvalidHandshake

A_MINUTE = 60.0
_PAUSE = 0.5


class LoginWatch:
    """Asks for a hub's login page all the while. `longest`: for how many seconds in a row nobody was given one."""

    def __init__(self, url: str) -> None:
        self.longest = 0.0
        self._url = url
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._ended.set()
        self._thread.join()

    def _ask(self) -> None:
        served = time.monotonic()
        with httpx.Client(base_url=self._url, timeout=5, trust_env=False) as browser:
            while not self._ended.wait(_PAUSE):
                good = is_served(browser)
                now = time.monotonic()
                self.longest = max(self.longest, now - served)
                served = now if good else served


def is_served(browser: httpx.Client) -> bool:
    """There is a login page."""
    try:
        return browser.get("hub/login").status_code == 200
    except httpx.TransportError:
        return False


def answer_of(kernel: Kernel, code: str) -> str | None:
    """What the kernel prints; None while no proxy leads to its server."""
    try:
        return kernel.run(code)
    except (InvalidHandshake, ConnectionClosed):
        return None


@contextmanager
def unharmed(fleet: ClusterFleet, kernel: Kernel, seconds: float = A_MINUTE) -> Iterator[None]:
    """After the block the hub serves, the kernel has its variable `kept`, and nothing of a deploy is left. At no time was the
    login page away for so many `seconds`."""
    with LoginWatch(kernel.person.url) as watch:
        yield
        wait_for("the login page", lambda: is_served(kernel.person.browser))
    wait_for("the kernel", lambda: answer_of(kernel, "print(kept)") == "still here\n")
    assert watch.longest < seconds
    assert not left_over(fleet)


def left_over(fleet: ClusterFleet) -> set[str]:
    """What only a deploy that is going on may have: a lock, a trial, a release that is pending."""
    lock = ("get", "lease", fleet.hub, "-n", "deployer", "--ignore-not-found", "-o", "name")
    locks = set(fleet.cluster.kubectl(*lock).split())
    trials = {name for name in fleet.names("jobs,secrets,configmaps") if "trial" in name or name.startswith("job")}
    found = fleet.get("secrets", "-l", f"owner=helm,name={fleet.hub}")["items"]
    labels = [entry["metadata"]["labels"] for entry in found]
    return (
        locks | trials | {f"{label['version']} is {label['status']}" for label in labels if label["status"].startswith("pending")}
    )
