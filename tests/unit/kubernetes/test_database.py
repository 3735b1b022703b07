"""Which hub can save its database, and what becomes of one whose database is put back."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from tests.support.clock import Clock
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.errors import ExternalError, MachineError
from deployer.reporting.errors import to_text
from deployer.targets.kubernetes.api.objects import Namespace
from deployer.targets.kubernetes.database import Database


class Api:
    """One hub pod, whose container is in the given state; what is run in it says that a copy was made. `ends`: so does the
    container as soon as something is to be run in it, `late` when it has begun."""

    def __init__(self, state: dict[str, Any], claim: bool = True, ends: str = "") -> None:
        self.state, self.claim, self.ends = state, claim, ends
        self.container, self.clock = 1, Clock()
        self.says = '{"schema": "abc", "size": 1, "free": 2, "copies": 1}'

    def request(self, method: str, path: str, **_: Any) -> Any:
        if path.endswith("/pods"):
            container = {"name": "hub", "containerID": f"containerd://{self.container}", "state": self.state}
            status = {"phase": "Running", "containerStatuses": [container]}
            return {"items": [{"metadata": {"name": "hub-1"}, "status": status}]}
        return {} if self.claim else None

    def is_restarted(self) -> None:
        self.container += 1

    def execute(self, *_: Any) -> str | None:
        if self.ends:
            self.clock.later = {2.0: self.is_restarted}
            return "" if self.ends == "late" else None
        return f"saved:{self.says}"


@pytest.mark.parametrize(
    ("api", "saved"),
    [
        (Api({"running": {}}), "abc"),
        (Api({"waiting": {"reason": "CrashLoopBackOff"}}), None),
        (Api({"running": {}}, ends="early"), None),
        (Api({"running": {}}, ends="late"), None),
        (Api({"running": {}}, claim=False), ""),
    ],
    ids=["runs", "ends again and again", "ends just now", "ends meanwhile", "no database of its own"],
)
def test_a_hub_that_does_not_run_saves_nothing(api: Api, saved: str | None) -> None:
    assert Database(Namespace(api, "prod"), api.clock).save("abc") == saved  # type: ignore[arg-type]


class Damaged(Api):
    """Its database is none."""

    def execute(self, *_: Any) -> str:
        return "sqlite3.DatabaseError: file is not a database"


def test_a_program_that_fails_in_a_hub_that_goes_on_is_an_error() -> None:
    api = Damaged({"running": {}})
    with pytest.raises(ExternalError, match=r"could not be saved: sqlite3\.DatabaseError: file is not a database"):
        Database(Namespace(api, "prod"), api.clock).save("abc")  # type: ignore[arg-type]


NO_ROOM = """\
error: the database of hub prod (9 bytes) has no room beside it for {} ({} bytes are free)
hint: Make hub.database.size larger, or remove old copies from the volume. Nothing was changed.
"""


@pytest.mark.parametrize(
    ("copies", "free", "words"),
    [(1, 9, "a copy"), (2, 18, "two copies, of which the new hub makes one as it changes the schema")],
)
def test_what_is_told_where_there_is_no_room(copies: int, free: int, words: str) -> None:
    api = Api({"running": {}})
    api.says = json.dumps({"schema": "abc", "size": 9, "free": free, "copies": copies})
    with pytest.raises(MachineError) as failure:
        Database(Namespace(api, "prod"), Clock()).save("abc")  # type: ignore[arg-type]
    assert to_text(failure.value) == NO_ROOM.format(words, free)


class Volume(Api):
    """What is run in the hub's pod finds the hub's volume in this folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__({"running": {}})
        self.folder = folder

    def execute(self, namespace: str, pod: str, container: str, command: Sequence[str]) -> str:
        program = command[2].replace("/srv/jupyterhub", str(self.folder))
        return subprocess.run([sys.executable, "-c", program, *command[3:]], text=True, capture_output=True, check=True).stdout


@pytest.fixture
def volume(tmp_path: Path) -> Volume:
    """With a database of the schema `a`."""
    with sqlite3.connect(tmp_path / "jupyterhub.sqlite") as made:
        made.executescript("CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('a')")
    return Volume(tmp_path)


@pytest.mark.parametrize("becomes", ["", "a", "b"])
def test_a_database_is_copied_where_there_is_room(volume: Volume, becomes: str) -> None:
    assert Database(Namespace(volume, "prod"), Clock()).save(becomes) == "a"  # type: ignore[arg-type]
    with sqlite3.connect(volume.folder / "jupyterhub.sqlite.before-deploy") as copy:
        assert copy.execute("SELECT * FROM alembic_version").fetchall() == [("a",)]


@pytest.mark.parametrize(
    ("part", "becomes", "told"),
    [
        (0.7, "a", None),
        (0.7, "b", r"no room beside it for two copies, of which the new hub makes one as it changes the schema \("),
        (1.1, "a", r"no room beside it for a copy \("),
    ],
)
def test_a_new_hub_that_changes_the_schema_needs_room_for_its_own_copy(
    volume: Volume, part: float, becomes: str, told: str | None
) -> None:
    """`part`: of what is free is as large as the database."""
    os.truncate(volume.folder / "jupyterhub.sqlite", int(shutil.disk_usage(volume.folder).free * part))
    saving = Database(Namespace(volume, "prod"), Clock())  # type: ignore[arg-type]
    with pytest.raises(MachineError, match=told) if told else nullcontext():
        saving.save(becomes)
    assert (volume.folder / "jupyterhub.sqlite.before-deploy").exists() is (told is None)


HUB = "/apis/apps/v1/namespaces/garden/deployments/hub"
JOB = "/apis/batch/v1/namespaces/garden/jobs/hub-database"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub that has its database on a claim."""
    with small_cluster(tmp_path, "garden") as cluster:
        cluster.deployment("garden", "hub")
        container = {"name": "hub", "image": "hub:1", "volumeMounts": [{"name": "pvc", "mountPath": "/srv/jupyterhub"}]}
        cluster.api.objects[HUB]["spec"]["template"]["spec"] = {"containers": [container], "volumes": [{"name": "pvc"}]}
        yield cluster


def ends(cluster: SmallCluster, **status: int) -> None:
    """The Job that puts the database back ends like this."""
    cluster.clock.later = {0.5: lambda: cluster.api.objects[JOB].update(status=status)}


def replicas(cluster: SmallCluster) -> int:
    return int(cluster.api.objects[HUB]["spec"]["replicas"])


def database(cluster: SmallCluster) -> Database:
    return Database(Namespace(cluster.target().connection, "garden"), cluster.clock)


def test_while_the_database_is_put_back_no_hub_runs(cluster: SmallCluster) -> None:
    ends(cluster, succeeded=1)
    with database(cluster).put_back():
        assert replicas(cluster) == 0
    assert replicas(cluster) == 0, "helm's rollback has said how many there are"
    assert JOB not in cluster.api.objects


def test_where_the_hub_from_before_does_not_come_back_there_is_one_at_all(cluster: SmallCluster) -> None:
    ends(cluster, succeeded=1)
    with pytest.raises(KeyboardInterrupt), database(cluster).put_back():
        raise KeyboardInterrupt
    assert replicas(cluster) == 1


def test_where_the_database_is_not_put_back_nothing_else_is(cluster: SmallCluster) -> None:
    ends(cluster, failed=1)
    with pytest.raises(ExternalError, match="could not be put back"), database(cluster).put_back():
        pytest.fail("no hub can use it")
    assert replicas(cluster) == 1
    assert JOB not in cluster.api.objects
