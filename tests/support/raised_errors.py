"""Every class of error as the deployer itself raises it: a failure of each kind, brought about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from kubernetes.client.exceptions import ApiException
from tests.support.cases import own_charts
from tests.support.clock import Clock
from tests.support.remembering_target import GOOD, Prober, RememberingTarget, Said, release, world

from deployer import errors
from deployer.cli.failures import unexpected
from deployer.errors import DeployerError
from deployer.model.access import Kubeconfig
from deployer.model.release import HubRef
from deployer.model.secret import Secret
from deployer.model.tree import FleetTree
from deployer.services.jupyterhub import HubClient
from deployer.services.transport import Route
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.release.rendering import Charts
from deployer.tools.files import make_folder
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.locks import FileLock
from deployer.tools.process import SystemProcess
from deployer.workflows.deploy import DeployOptions, deploy_releases
from deployer.workflows.explain import explain
from deployer.workflows.guards import require_homes
from deployer.workflows.selection import known

_KUBECONFIG = """\
{"current-context": "a", "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
 "clusters": [{"name": "a", "cluster": {"server": "https://127.0.0.1:9"}}], "users": [{"name": "a", "user": {"token": "t"}}]}
"""
_FORBIDDEN = 'secrets is forbidden: User "me" cannot list resource "secrets" in API group "" in the namespace "garden"'


def _bug(_: Path) -> object:
    error = unexpected(ValueError("a mistake"), ["status"])
    for report in re.findall(r"\S+/deployer-report-\S+\.txt", f"{error.message} {error.hint}"):
        Path(report).unlink()
    raise error


def _broken_file(_: Path) -> object:
    files = {
        "config/clusters/demo/cluster.yaml": b"name: demo\nprovider: local\n",
        "config/clusters/demo/hubs/garden.yaml": b"logni: {}\n",
    }
    effects: Any = SimpleNamespace(fleet=SimpleNamespace(read=lambda: FleetTree(files)), carried=SimpleNamespace(read=own_charts))
    return explain(effects, "demo", "garden")


def _forbidden(folder: Path) -> object:
    def ask() -> object:
        raise ApiException(status=403, reason=_FORBIDDEN)

    file = folder / "kubeconfig"
    file.write_text(_KUBECONFIG)
    return Connection("aurora", Kubeconfig(file), Clock()).patiently(ask)


def _unanswered(_: Path) -> object:
    return HubClient(Route("http://127.0.0.1:9/"), Secret("t"), seconds=5).version()


def _no_folder(folder: Path) -> object:
    (folder / "file").touch()
    return make_folder(folder / "file" / "inside")


def _other_homes(_: Path) -> object:
    before, after = (
        {"Secret/hub": f'data: {{values.yaml: "singleuser: {{storage: {{type: static, static: {{subPath: {path}}}}}}}"}}'}
        for path in ("old", "new")
    )
    return require_homes(HubRef("demo", "garden"), before, after, ())


def _held(folder: Path) -> object:
    lock = FileLock(folder / "lock", "me", Clock(), Said())
    with lock.held("the hub"), lock.held("the hub"):
        return None


def _checked(*healthy: bool, cause: str = "", served: bool = True) -> Callable[[Path], object]:
    """A deploy over a hub that runs, whose checks find this."""

    def deploy(_: Path) -> object:
        effects = replace(world()[0], prober=Prober(list(healthy), served, cause))
        now = GOOD if served else replace(GOOD, healthy=False)
        return deploy_releases(effects, [(RememberingTarget(now=now), release())], DeployOptions())

    return deploy


RAISED: Mapping[type[DeployerError], Callable[[Path], object]] = {
    errors.DeployerError: _bug,
    errors.ConfigurationError: _broken_file,
    errors.UsageError: lambda folder: FolderFiles(folder / "nowhere").read(),
    errors.UnknownNameError: lambda folder: known("hub", "gadren", ["garden"]),
    errors.ExternalError: lambda folder: Charts(folder, folder).folder("basehub"),
    errors.NotAllowedError: _forbidden,
    errors.ToolMissingError: lambda folder: SystemProcess({"PATH": str(folder)}).run(("helm",)),
    errors.ToolFailedError: lambda folder: SystemProcess({"PATH": "/usr/bin:/bin"}).run(("false",)),
    errors.MachineError: _no_folder,
    errors.ServiceError: _unanswered,
    errors.RolledBackError: _checked(False, True),
    errors.GuardError: _other_homes,
    errors.LockedError: _held,
    errors.UnhealthyError: _checked(False, served=False),
    errors.OutsideError: _checked(False, cause="provider"),
    errors.NoRoomError: _checked(False, cause="room"),
}
"""Class -> what raises it, given an empty folder."""
