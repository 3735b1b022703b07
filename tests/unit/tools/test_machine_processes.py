"""Processes that this one did not start: found, told apart from later ones with their pid, and named as holders of ports."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.hub_driver import wait_for

from deployer.tools.clock import SystemClock
from deployer.tools.environments import interpreter, reachable_by_others, settings_of_installers
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
