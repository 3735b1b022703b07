"""Processes that this one did not start: found, told apart from later ones with their pid, and named as holders of ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.hub_driver import wait_for

from deployer.tools.clock import SystemClock
from deployer.tools.environments import interpreter, reachable_by_others, settings_of_installers, settings_of_pip
from deployer.tools.process import SystemProcess
from deployer.tools.processes import (
    Holder,
    Identity,
    commanded,
    ended_within,
    marked,
    port_holder,
    port_is_free,
    start_ticks,
)


def test_a_process_is_known_by_its_start_not_by_its_pid_alone() -> None:
    child = subprocess.Popen(["sleep", "60"])
    ticks = start_ticks(child.pid)
    assert ticks is not None
    known, other = Identity(child.pid, ticks), Identity(child.pid, ticks + 1)
    assert known.alive()
    assert not other.alive()
    other.send(signal.SIGKILL)
    assert known.alive()
    assert not ended_within(known, 0.2, SystemClock())
    known.send(signal.SIGKILL)
    assert ended_within(known, 30, SystemClock())
    child.wait()


def test_processes_are_found_by_mark_and_by_command() -> None:
    child = subprocess.Popen(["sleep", "61.5"], env={"TEST_MARK": "abc::hub", "PATH": os.environ["PATH"]})
    try:
        wait_for("the program", lambda: commanded("61.5"))
        assert [process.pid for process in marked("TEST_MARK", "abc:")] == [child.pid]
        assert [process.pid for process in commanded("61.5")] == [child.pid]
        assert [process.pid for process in commanded("sleep", "61.5")] == [child.pid]
        assert not commanded("1.5")
        assert not marked("TEST_MARK", "b")
    finally:
        child.kill()
        child.wait()


def test_who_listens_on_a_port_is_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert not port_is_free(port)
        assert port_holder(port) == Holder(os.getpid(), Path(Path("/proc/self/cmdline").read_text().split("\0")[0]).name)
    assert port_is_free(port)
    assert port_holder(port) is None


def test_an_interpreter_for_others_is_one_that_they_reach() -> None:
    process = SystemProcess(os.environ)
    assert interpreter(process, for_others=False) == Path(sys._base_executable)  # type: ignore[attr-defined]
    found = interpreter(process, for_others=True)
    assert reachable_by_others(found) or found == Path(sys._base_executable)  # type: ignore[attr-defined]


def test_installers_get_their_settings_and_nothing_else() -> None:
    environ = {"UV_INDEX_URL": "a", "PIP_CERT": "b", "npm_config_registry": "c", "GITHUB_TOKEN": "d", "HOME": "e"}
    assert settings_of_installers(environ) == {"UV_INDEX_URL": "a", "PIP_CERT": "b", "npm_config_registry": "c"}


@pytest.mark.parametrize(
    ("file", "environ", "expected"),
    [
        ("", {}, {}),
        ("[global]\nindex-url = https://a.example/simple\ntimeout = 9\n", {}, {"UV_DEFAULT_INDEX": "https://a.example/simple"}),
        (
            "[install]\nindex-url = https://b.example/simple\n[global]\nindex-url = https://a.example/simple\n",
            {},
            {"UV_DEFAULT_INDEX": "https://b.example/simple"},
        ),
        (
            "[global]\nindex-url = https://a.example/simple\n",
            {"PIP_INDEX_URL": "https://c.example/simple", "PIP_CERT": "/c.pem", "PIP_PROXY": "http://p.example:3128"},
            {"UV_DEFAULT_INDEX": "https://c.example/simple", "SSL_CERT_FILE": "/c.pem", "ALL_PROXY": "http://p.example:3128"},
        ),
        (
            "[global]\nfind-links =\n  /wheels\n  /more\nno-index = true\n",
            {},
            {"UV_FIND_LINKS": "/wheels,/more", "UV_NO_INDEX": "true"},
        ),
        (
            "",
            {"PIP_EXTRA_INDEX_URL": "https://a.example https://b.example", "PIP_TRUSTED_HOST": "a.example"},
            {
                "UV_INDEX": "https://a.example https://b.example",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
                "UV_INSECURE_HOST": "a.example",
            },
        ),
        ("[freeze]\nindex-url = https://a.example/simple\n", {}, {}),
    ],
)
def test_registries_that_pip_knows_are_told_to_uv(
    tmp_path: Path, file: str, environ: dict[str, str], expected: dict[str, str]
) -> None:
    config = tmp_path / "pip.conf"
    of_the_machine = settings_of_pip(_listed_by_pip(config, {}))
    config.write_text(file)
    assert settings_of_pip(_listed_by_pip(config, environ)) == {**of_the_machine, **expected}


def _listed_by_pip(config: Path, environ: dict[str, str]) -> str:
    given = {"PIP_CONFIG_FILE": str(config), "HOME": str(config.parent), "PATH": os.environ["PATH"], **environ}
    command = [sys.executable, "-m", "pip", "config", "list"]
    return subprocess.run(command, env=given, capture_output=True, text=True, check=True).stdout
