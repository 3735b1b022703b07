"""Deploys that end before their end, and what the next one must make of them."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import psutil
from tests.support.cluster_effects import SOON, effects_with
from tests.support.cluster_fleet import ClusterFleet
from tests.support.helm import kubectl
from tests.support.unharmed import left_over

from deployer.model.outcomes import Outcome
from deployer.model.protocols import Clock, Effects
from deployer.model.release import HubRef
from deployer.workflows.choosing import Choice, cluster_target
from deployer.workflows.deploy import DeployOptions, deploy
from deployer.workflows.reading import read_fleet


def began(fleet: ClusterFleet, *arguments: str) -> subprocess.Popen[str]:
    """One deploy in a process of its own, as `tests.support.one_deploy` does it."""
    return fleet.began(fleet.hub, *arguments, module="tests.support.one_deploy")


def deployed(fleet: ClusterFleet, *, clock: Clock | None = None, lease_seconds: float = SOON, **patience: float) -> Outcome:
    """What comes of one deploy by this process."""
    with effects_with(fleet, clock, lease_seconds=lease_seconds, **patience) as effects:
        (hub,) = deploy(effects, Choice("onenode", (fleet.hub,)), DeployOptions(check=False)).hubs
    return hub.outcome


@contextmanager
def names_of_new(fleet: ClusterFleet, kind: str, labels: str) -> Iterator[Iterator[str]]:
    """The names of objects of the hub's namespace, each as soon as there is one."""
    command = [str(kubectl()), "--kubeconfig", str(fleet.cluster.kubeconfig), "get", kind, "-n", fleet.hub, "-l", labels]
    with subprocess.Popen([*command, "-o", "name", "--watch"], stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        try:
            yield watching.stdout
        finally:
            watching.kill()


def lock(fleet: ClusterFleet, effects: Effects) -> AbstractContextManager[None]:
    """The hub's."""
    return cluster_target(effects, read_fleet(effects), "onenode").lock(HubRef("onenode", fleet.hub))


def kill(running: subprocess.Popen[str], *, helm: bool) -> None:
    """As a machine that runs out of memory does; `helm`: and what it has started too, as the end of the machine does."""
    children = psutil.Process(running.pid).children()
    running.kill()
    for child in children if helm else ():
        with suppress(psutil.NoSuchProcess):
            child.kill()
    running.communicate()


def brought_to_its_end(fleet: ClusterFleet) -> None:
    """The next deploy after one that was killed does what is left to do, the one after it finds nothing, and nothing is left."""
    assert deployed(fleet) in (Outcome.DEPLOYED, Outcome.UNCHANGED)
    assert deployed(fleet) is Outcome.UNCHANGED
    # One that was killed when all but its lock was done left that to the next who has something to do.
    with effects_with(fleet, lease_seconds=SOON) as effects, lock(fleet, effects):
        pass
    assert not left_over(fleet)
    labels = [entry["metadata"]["labels"] for entry in fleet.get("secrets", "-l", "owner=helm")["items"]]
    assert [label["status"] for label in labels].count("deployed") == 1
    assert not _abandoned_folders()


def _abandoned_folders() -> list[Path]:
    """Folders for secrets that no living process holds."""
    places = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    return [folder for place in places for folder in place.glob("deployer-private-*") if not _is_held(folder)]


def _is_held(folder: Path) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
