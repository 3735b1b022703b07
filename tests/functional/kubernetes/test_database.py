"""A deploy that migrates the hub's database, and is undone: the database is as it was, and so is what people had in it. One that
has no room to save it first does not happen."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.hub_driver import Kernel
from tests.support.migration import another_schema, schema_of
from tests.support.program import told
from tests.support.unharmed import left_over, unharmed

pytestmark = pytest.mark.cluster

SICK = "c.JupyterHub.load_roles.append({'name': 'broken', 'scopes': ['no-such-scope']})\n"
"""Found when the hub reads its roles, which is after it migrated its database."""


def owner_of(kernel: Kernel, token: str) -> str:
    headers = {"Authorization": f"token {token}"}
    return str(httpx.get(f"{kernel.person.url}hub/api/user", headers=headers, trust_env=False).json().get("name"))


def test_a_migration_is_undone_with_the_change_that_made_it(restored: ClusterFleet, kernel: Kernel) -> None:
    schema, token = schema_of(restored), kernel.person.token()
    restored.write(hub_file(extraFiles=another_schema(restored), extraConfig={"roles": SICK}))
    with unharmed(restored, kernel, seconds=180):
        ended = restored.deploy()
    assert ended.code == 5, ended.err
    assert "no-such-scope" in told(ended.err)
    assert "What ran before runs again." in told(ended.err)
    assert schema_of(restored) == schema
    assert owner_of(kernel, token) == "ada"
    restored.write()
    assert "unchanged" in restored.deploy().out


CROWD = """
import ctypes
folder = "/srv/jupyterhub"
with open(f"{folder}/jupyterhub.sqlite", "rb") as database:
    content = database.read()
size = f"size={len(content) * 3 // 2}".encode()
assert ctypes.CDLL(None).mount(b"tmpfs", folder.encode(), b"tmpfs", 0, size) == 0
with open(f"{folder}/jupyterhub.sqlite", "wb") as database:
    database.write(content)
"""


LEAVE = """
import ctypes
assert ctypes.CDLL(None).umount2(b"/srv/jupyterhub", 2) == 0
"""


def run_in_place_of_hub(fleet: ClusterFleet, program: str) -> None:
    """Run a program with the hub's files, and all rights of this machine."""
    pods = [pod["metadata"]["name"] for pod in fleet.get("pods", "-l", "component=hub")["items"]]
    hub = next(
        process
        for process in psutil.process_iter(["cmdline"])
        if any("jupyterhub_config.py" in word for word in process.info["cmdline"] or ())
        and process.environ().get("HOSTNAME") in pods
    )
    subprocess.run(["nsenter", "--target", str(hub.pid), "--mount", "--", "python3", "-c", program], check=True)


@contextmanager
def crowded(fleet: ClusterFleet) -> Iterator[None]:
    """The hub's volume has room for its database, and not for a copy beside it."""
    run_in_place_of_hub(fleet, CROWD)
    try:
        yield
    finally:
        run_in_place_of_hub(fleet, LEAVE)


def test_without_room_for_a_copy_nothing_is_changed(as_usual: ClusterFleet) -> None:
    revision = as_usual.revision()
    as_usual.write(hub_file("No room"))
    with crowded(as_usual):
        ended = as_usual.deploy()
    assert ended.code == 4, ended.err
    assert "has no room beside it for a copy" in told(ended.err)
    assert "Make hub.database.size larger" in ended.err
    assert as_usual.revision() == revision
    assert not left_over(as_usual)
