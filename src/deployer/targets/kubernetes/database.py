"""The hub's own database: saved before a change, put back where the change was undone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from deployer.errors import DeployerError, ExternalError, MachineError
from deployer.model.protocols import Clock
from deployer.targets.kubernetes.api.objects import Namespace, Object

CLAIM = "hub-db-dir"
_HUB = "hub"
_JOB = "hub-database"
_SECONDS = 120
_HEARD_OF = 10
"""Seconds after which the API server knows of a container's end."""
_OF_THE_POD = ("securityContext", "nodeSelector", "tolerations", "affinity", "imagePullSecrets", "priorityClassName")
_OF_THE_CONTAINER = ("image", "imagePullPolicy", "securityContext", "resources")
_SAVE = """
import json, os, shutil, sqlite3, sys
path, copy = "/srv/jupyterhub/jupyterhub.sqlite", "/srv/jupyterhub/jupyterhub.sqlite.before-deploy"
found = {"schema": "", "size": 0, "free": 0, "copies": 1}
if os.path.exists(path):
    found["size"], found["free"] = os.path.getsize(path), shutil.disk_usage("/srv/jupyterhub").free
    with sqlite3.connect(path) as now:
        row = now.execute("select version_num from alembic_version").fetchone()
        found["schema"] = row[0] if row else ""
        if sys.argv[1] not in ("", found["schema"]):
            found["copies"] = 2
        if found["free"] > found["size"] * found["copies"]:
            with sqlite3.connect(copy + ".part") as then:
                now.backup(then)
            os.replace(copy + ".part", copy)
print("saved:" + json.dumps(found))
"""
_SCHEMA = """
import sqlite3
with sqlite3.connect("file:/srv/jupyterhub/jupyterhub.sqlite?mode=ro", uri=True) as database:
    row = database.execute("select version_num from alembic_version").fetchone()
print("schema:" + (row[0] if row else ""))
"""
_EXPECTED = """
import os
from alembic.config import Config
from alembic.script import ScriptDirectory
from jupyterhub import dbutil
scripts = Config()
scripts.set_main_option("script_location", os.path.join(os.path.dirname(dbutil.__file__), "alembic"))
print("schema:" + ScriptDirectory.from_config(scripts).get_current_head())
"""
_PUT_BACK = """
import os
path = "/srv/jupyterhub/jupyterhub.sqlite"
if os.path.exists(path + ".before-deploy"):  # else one that was interrupted has done it
    for rest in ("-wal", "-shm", "-journal"):
        if os.path.exists(path + rest):
            os.remove(path + rest)
    os.replace(path + ".before-deploy", path)
"""


@dataclass(frozen=True, slots=True)
class _Running:
    """A pod of the hub's, and which of its containers it is: one that has ended is followed by another."""

    pod: str
    container: str


@dataclass(frozen=True, slots=True)
class Database:
    """SQLite on the claim of one namespace. An external database is its owner's to save."""

    namespace: Namespace
    clock: Clock

    def save(self, schema: str) -> str | None:
        """Copy it beside itself, by the running hub. `schema`: what the new hub makes of it, which keeps a copy of its own when
        it changes it. Returns its schema revision; empty where there is nothing to save, None where no hub runs that could."""
        if self.namespace.get("persistentvolumeclaims", CLAIM) is None:
            return ""
        hub = self._hub()
        if hub is None or (output := self._run(hub, _SAVE, schema)) is None:
            return None
        said = _after("saved:", output)
        if said is None and self._ended(hub):
            return None
        if said is None:
            raise ExternalError(f"the hub's database could not be saved: {output.strip()[-300:]}", hint="Nothing was changed.")
        found = json.loads(said)
        if found["size"] and found["free"] <= found["size"] * found["copies"]:
            copies = "a copy" if found["copies"] == 1 else "two copies, of which the new hub makes one as it changes the schema"
            raise MachineError(
                f"the database of hub {self.namespace.name} ({found['size']} bytes) has no room beside it for {copies} "
                f"({found['free']} bytes are free)",
                hint="Make hub.database.size larger, or remove old copies from the volume. Nothing was changed.",
            )
        return str(found["schema"])

    def schema(self) -> str:
        """Its schema revision as the running hub has it; empty where that cannot be told."""
        return self._told(_SCHEMA)

    def expected(self) -> str:
        """The schema revision without which the running hub would not run, wherever its database is; empty where none runs."""
        return self._told(_EXPECTED)

    def _told(self, program: str) -> str:
        hub = self._hub()
        output = self._run(hub, program) if hub else None
        return _after("schema:", output or "") or ""

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """The saved copy is the database again, and within, the hub that can use it is brought back. For this the hub is scaled
        to nothing; where either fails, it is scaled up again."""
        hub = self.namespace.get("deployments", _HUB)
        if hub is None:
            yield
            return
        self._scale(0)
        try:
            self._replace(hub)
            yield
        except BaseException:
            with suppress(DeployerError):
                self._scale(hub["spec"].get("replicas", 1))
            raise

    def _replace(self, hub: Object) -> None:
        try:
            self._until(lambda: not self.namespace.list("pods", labels="component=hub"), "the hub's pod did not end")
            self.namespace.delete("jobs", _JOB)
            self.namespace.create("jobs", _job(hub))
            self._until(self._done, "the database could not be put back")
        finally:
            self.namespace.delete("jobs", _JOB)

    def _scale(self, replicas: int) -> None:
        self.namespace.patch("deployments", _HUB, {"spec": {"replicas": replicas}}, part="scale")

    def _done(self) -> bool:
        status = (self.namespace.get("jobs", _JOB) or {}).get("status") or {}
        if status.get("failed"):
            raise ExternalError("the saved database could not be put back", hint=f"It is on the claim {CLAIM}.")
        return bool(status.get("succeeded"))

    def _until(self, done: Callable[[], bool], otherwise: str) -> None:
        deadline = self.clock.monotonic() + _SECONDS
        while not done():
            if self.clock.monotonic() > deadline:
                raise ExternalError(otherwise, hint="Look at the pods of the hub's namespace.")
            self.clock.sleep(0.5)

    def _ended(self, hub: _Running) -> bool:
        """Whether it ended under the program. The API server learns of it some time after the program."""
        deadline = self.clock.monotonic() + _HEARD_OF
        while self._hub() == hub:
            if self.clock.monotonic() > deadline:
                return False
            self.clock.sleep(0.5)
        return True

    def _hub(self) -> _Running | None:
        """One in which a program can be run: the phase of a pod whose container ends again and again is Running, too."""
        pods = self.namespace.list("pods", labels="component=hub", fields="status.phase=Running")
        alive = (pod for pod in pods if not pod["metadata"].get("deletionTimestamp"))
        statuses = ((pod, status) for pod in alive for status in pod["status"].get("containerStatuses") or [])
        running = ((pod, status) for pod, status in statuses if status["name"] == _HUB and "running" in status["state"])
        return next((_Running(pod["metadata"]["name"], status["containerID"]) for pod, status in running), None)

    def _run(self, hub: _Running, program: str, *arguments: str) -> str | None:
        command = ["python3", "-c", program, *arguments]
        return self.namespace.connection.execute(self.namespace.name, hub.pod, _HUB, command)


def _after(mark: str, output: str) -> str | None:
    """What a program says behind its mark; None where it has not come that far."""
    return next((line.removeprefix(mark) for line in output.splitlines() if line.startswith(mark)), None)


def _job(hub: Object) -> Object:
    """A pod of the hub's image with the hub's claim and user, and nothing else."""
    pod = hub["spec"]["template"]["spec"]
    container = next(entry for entry in pod["containers"] if entry["name"] == _HUB)
    own = {key: container[key] for key in _OF_THE_CONTAINER if key in container}
    mount = next(mount for mount in container["volumeMounts"] if mount["name"] == "pvc")
    volume = next(volume for volume in pod["volumes"] if volume["name"] == "pvc")
    spec = {
        **{key: pod[key] for key in _OF_THE_POD if key in pod},
        "restartPolicy": "Never",
        "containers": [{**own, "name": "database", "command": ["python3", "-c", _PUT_BACK], "volumeMounts": [mount]}],
        "volumes": [volume],
    }
    labels = {"app.kubernetes.io/managed-by": "deployer", "app.kubernetes.io/component": "database"}
    template = {"metadata": {"labels": labels}, "spec": spec}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": _JOB, "labels": labels},
        "spec": {"backoffLimit": 0, "template": template},
    }
