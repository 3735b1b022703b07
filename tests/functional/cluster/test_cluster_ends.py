"""A cluster leaves nothing behind, whether it is told to end or its starter is killed."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.support import image
from tests.support.cache import PROJECT
from tests.support.cluster import Cluster
from tests.support.cluster.processes import wait_until

pytestmark = pytest.mark.cluster

OUTSIDE = [Path(path) for path in ("/var/lib/cni", "/var/lib/kubelet", "/var/log/containers", "/var/log/pods", "/run/containerd")]


@pytest.fixture
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short: names of sockets may have a hundred characters."""
    return tmp_path_factory.mktemp("other") / "state"


def mounts(own: Path) -> set[str]:
    """All, but those of tests that another worker runs at once, whose folders stand beside `own`."""
    points = {line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()}
    return {point for point in points if not point.startswith(f"{own.parent}/popen-") or point.startswith(f"{own}/")}


def links() -> list[str]:
    return sorted(path.name for path in Path("/sys/class/net").iterdir())


def test_a_second_cluster_comes_up_beside_the_first_and_ends_without_a_trace(
    cluster: Cluster, state: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    own = tmp_path_factory.getbasetemp()
    before = (mounts(own), links(), [path.exists() for path in OUTSIDE])
    second = Cluster(state)
    second.up([image.archive()], ends_with_us=True)
    processes = list(second.processes.recorded())
    assert second.is_up
    assert second.kubectl("get", "nodes", "-o", "name").strip() == "node/node1"
    second.down()
    assert not [process.name for process in processes if process.alive]
    assert not second.layout.state.exists()
    assert (mounts(own), links(), [path.exists() for path in OUTSIDE]) == before
    assert cluster.is_up


def test_a_cluster_ends_with_a_starter_that_is_killed(cluster: Cluster, state: Path) -> None:
    program = f"""
        import os, signal
        from pathlib import Path
        from tests.support import image
        from tests.support.cluster import Cluster
        Cluster(Path({str(state)!r})).up([image.archive()], ends_with_us=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    killed = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT, check=False, timeout=120)
    assert killed.returncode == -9
    orphan = Cluster(state)
    processes = list(orphan.processes.recorded())
    assert len(processes) > 8
    wait_until(lambda: not any(process.alive for process in processes), "all have ended", 20)
    orphan.down()
    assert not state.exists()
