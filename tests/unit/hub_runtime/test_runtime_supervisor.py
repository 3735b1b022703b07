"""The supervisor's pieces, with small real processes."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.support.hub_driver import wait_for

from hub_runtime.folder import HubFolder
from hub_runtime.logs import bound, last_lines, open_log
from hub_runtime.processes import MARK, alive, family, identity, launcher, send
from hub_runtime.status import ProcessIdentity
from hub_runtime.supervisor.part import GivenUp, Part
from hub_runtime.supervisor.ports import is_free, keep_ports
from hub_runtime.supervisor.survivors import end_parts, end_servers
from hub_runtime.supervisor.telling import Teller

SLEEP = ["sleep", "600"]


@pytest.fixture
def folder(tmp_path: Path) -> HubFolder:
    folder = HubFolder(tmp_path / "hub")
    folder.make()
    return folder


@pytest.fixture
def start() -> Iterator[object]:
    """Start processes with a mark; whatever is left of them is ended."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(mark: str, *command: str) -> int:
        process = subprocess.Popen(command or SLEEP, env={"PATH": os.environ["PATH"], MARK: mark}, start_new_session=True)
        started.append(process)
        return process.pid

    yield begin
    for process in started:
        for child in psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []:
            child.kill()
        process.kill()
        process.wait()


def _part(tmp_path: Path, script: str, patience: int = 2) -> Part:
    return Part(
        name="part",
        log_path=tmp_path / "part.log",
        command=lambda: ["sh", "-c", script],
        environment=lambda: {"PATH": os.environ["PATH"]},
        directory=tmp_path,
        hopeless=lambda: False,
        patience=lambda: patience,
        on_change=lambda: None,
    )


def test_a_part_that_keeps_ending_at_once_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    part = _part(tmp_path, "echo $(cat count)x > count; echo went wrong; exit 3")
    with pytest.raises(GivenUp, match="the part ended with exit code 3 before it was ready") as given_up:
        asyncio.run(part.keep())
    assert given_up.value.lines == ("went wrong",)
    assert (tmp_path / "count").read_text().strip() == "xx"


def test_a_part_that_was_ready_is_started_again_and_can_be_stopped(tmp_path: Path) -> None:
    async def story() -> list[int]:
        part = _part(tmp_path, "exec sleep 600")
        kept = asyncio.create_task(part.keep())
        pids: list[int] = []
        for _ in range(3):
            while part.status.pid in (0, *pids):
                await asyncio.sleep(0.01)
            pids.append(part.status.pid)
            part.status.ready = True
            os.kill(part.status.pid, signal.SIGKILL)
        while part.status.pid in pids:
            await asyncio.sleep(0.01)
        await part.stop()
        await kept
        assert part.status.restarts == 3
        return pids

    pids = asyncio.run(story())
    assert len(set(pids)) == 3
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_families_follow_the_mark_the_session_and_the_children_but_not_another_mark(start) -> None:
    own = start("aaa:ada:1", "sh", "-c", f"{MARK}=bbb:ben:1 sleep 600 & env -u {MARK} sleep 600 & setsid sleep 600 & wait")
    other = start("aab:ada:1")
    children = wait_for("three children", lambda: c if len(c := psutil.Process(own).children()) == 3 else None)
    # A child has its parent's environment until it becomes its program.
    marked_otherwise = wait_for(
        "the other mark", lambda: next((child.pid for child in children if child.environ().get(MARK) == "bbb:ben:1"), None)
    )
    found = {process.pid for process in family("aaa:")}
    assert found == {own, *(child.pid for child in children)} - {marked_otherwise}
    assert other not in found
    assert not any(child.pid in found for child in psutil.Process(other).children())


def test_a_reused_pid_is_not_believed(start) -> None:
    pid = start("aaa:")
    process = identity(pid)
    assert process
    assert alive(process)
    send([ProcessIdentity(pid, process.ticks + 1)], signal.SIGKILL)
    assert alive(process)
    assert not alive(ProcessIdentity(pid, process.ticks + 1))
    assert not alive(ProcessIdentity(0, 0))


def test_parts_end_and_people_s_servers_stay_until_they_are_ended_too(folder: HubFolder, start) -> None:
    part, server = start(f"{folder.identity}/hub"), start(f"{folder.identity}:ada:1")
    asyncio.run(end_parts(folder))
    assert psutil.Process(part).status() == psutil.STATUS_ZOMBIE
    assert psutil.Process(server).status() != psutil.STATUS_ZOMBIE
    asyncio.run(end_servers(folder))
    assert psutil.Process(server).status() == psutil.STATUS_ZOMBIE


def test_ports_stay_the_same_unless_somebody_took_them(folder: HubFolder) -> None:
    first, _ = keep_ports(folder)
    assert keep_ports(folder) == (first, False)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", first.hub))
        taken.listen()
        assert not is_free(first.hub)
        second, moved = keep_ports(folder)
    assert moved
    assert second.hub != first.hub
    assert second.proxy_api == first.proxy_api


def test_a_log_that_grows_too_big_moves_aside_while_its_program_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "hub.log"
    with open_log(path) as log:
        log.write(b"old\n" * 10)
        log.flush()
        bound(path, largest=20)
        log.write(b"new\n")
    assert path.read_text() == "new\n"
    assert (tmp_path / "hub.log.1").read_text() == "old\n" * 10
    assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    assert last_lines(path) == ("new",)
    assert last_lines(tmp_path / "none") == ()


def test_a_status_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    teller = Teller(tmp_path / "missing" / "status.json", {})
    teller.say("running")
    assert teller.state == "running"
    teller = Teller(tmp_path / "status.json", {})
    teller.refused("abc", "why", ("line",))
    told = json.loads((tmp_path / "status.json").read_text())
    assert told["refused"] == {"digest": "abc", "reason": "why", "log": ["line"]}
    assert told["supervisor"]["pid"] == os.getpid()


def test_what_is_launched_ends_with_its_parent(tmp_path: Path) -> None:
    command = [*launcher({"end_with_parent": True}), "sh", "-c", f"echo $$ > {tmp_path}/pid; exec sleep 600"]
    parent = subprocess.Popen([sys.executable, "-c", f"import subprocess; subprocess.run({command!r})"])
    pid = int(wait_for("the child", lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip()))
    assert psutil.pid_exists(pid)
    parent.kill()
    parent.wait()
    wait_for("its end", lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)


@pytest.mark.parametrize(
    ("plan", "command", "said"),
    [
        ({}, "no-such-program", "no-such-program is not there"),
        ({"directory": "/no/such/folder"}, "true", "/no/such/folder is not there"),
        ({"join": ["/no/such/group"]}, "true", "/no/such/group is not there"),
    ],
)
def test_what_cannot_be_launched_is_told_in_one_line(plan: dict[str, object], command: str, said: str) -> None:
    ended = subprocess.run([*launcher(plan), command], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.strip()) == (97, said)


@pytest.mark.extra
def test_a_view_shows_what_is_mounted_and_changes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "source").write_text("inside")
    (tmp_path / "folder").mkdir()
    mounts = [
        {"source": str(tmp_path / "folder"), "target": "/usr/share/no-such-folder/deeper"},
        {"source": str(tmp_path / "source"), "target": "/etc/no-such-file", "read_only": True},
    ]
    plan = {"mounts": mounts, "user_namespace": os.geteuid() != 0}
    script = "cat /etc/no-such-file; touch /usr/share/no-such-folder/deeper/new; echo x > /etc/no-such-file || echo refused"
    ended = subprocess.run([*launcher(plan), "sh", "-c", script], capture_output=True, text=True, check=False)
    if "Operation not permitted" in ended.stderr:
        pytest.skip("this machine lets nobody mount")
    assert ended.stdout.replace("\n", "") == "insiderefused"
    assert (tmp_path / "folder" / "new").exists()
    assert not Path("/etc/no-such-file").exists()
    assert not Path("/usr/share/no-such-folder").exists()
