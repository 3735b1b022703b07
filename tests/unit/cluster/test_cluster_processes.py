"""A recorded process is ended by its number and start time alone, so never one that got the number later."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from tests.support.cluster import Cluster
from tests.support.cluster.layout import Layout
from tests.support.cluster.processes import ClusterError, Process, Processes, wait_until


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that is none of the cluster's."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.kill()


def started_at(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])


def test_a_number_that_is_used_again_is_not_ours(stranger: "subprocess.Popen[bytes]") -> None:
    ours = Process("etcd", stranger.pid, started_at(stranger.pid), ())
    later = replace(ours, ticks=ours.ticks - 1)
    assert ours.alive
    assert not later.alive
    later.kill()
    assert stranger.poll() is None
    ours.kill()
    assert stranger.wait(10) == -9
    assert not ours.alive


def test_down_leaves_a_process_that_got_a_recorded_number(tmp_path: Path, stranger: "subprocess.Popen[bytes]") -> None:
    cluster = Cluster(tmp_path / "state")
    cluster.layout.prepare()
    for name in ("init", "etcd"):
        record = Process(name, stranger.pid, 1, ())
        (cluster.layout.processes / f"{name}.json").write_text(json.dumps(asdict(record)))
    assert not cluster.is_up
    cluster.down()
    assert stranger.poll() is None
    assert not (tmp_path / "state").exists()


def test_a_process_that_ended_by_itself_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.prepare()
    (layout.processes / "etcd.json").write_text(json.dumps(asdict(Process("etcd", 1, 1, ()))))
    layout.log("etcd").write_text("starting\nno space left on device\n")
    with pytest.raises(ClusterError, match=r"etcd ended by itself\n.*etcd\.log:\nstarting\nno space left"):
        Processes(layout).require_all()


def test_a_wait_ends_with_what_was_waited_for() -> None:
    with pytest.raises(ClusterError, match=r"not within 0 s: pigs fly"):
        wait_until(lambda: False, "pigs fly", 0)


def test_a_state_folder_that_the_cluster_hides_from_itself_is_refused() -> None:
    with pytest.raises(ClusterError, match="cannot lie below"):
        Cluster(Path("/run/cluster")).up()
