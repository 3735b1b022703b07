"""The Target of this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from deployer.errors import UnknownNameError, UsageError
from deployer.model.findings import Expected, Findings
from deployer.model.health import HubAccess
from deployer.model.plan import Manifests, Running, Step
from deployer.model.protocols import Clock, Progress, Target
from deployer.model.release import HubRef, Release
from deployer.model.secret import Secret
from deployer.targets.local import keeping, looking, ports
from deployer.targets.local.folder import LocalFolder, LocalFolders
from deployer.targets.local.keeping import Record, read_record, write_record
from deployer.targets.local.log_files import followed, tail
from deployer.targets.local.login import ensure_password, local_login
from deployer.targets.local.notices import Abilities, notices
from deployer.targets.local.runtime import Runtime
from deployer.targets.local.start_files import Machine, documents, start_files
from deployer.targets.local.supervision import (
    Supervision,
    answers,
    going,
    left_out,
    parts,
    server_log,
    start_digest,
    supervised_by,
    supervisors,
    users,
)
from deployer.targets.local.values import HUB_KEY, complete_values
from deployer.tools.environments import require_linux
from deployer.tools.files import remove_tree, write_atomically
from deployer.tools.locks import FileLock
from deployer.tools.state import StateFolder, prepare

CHECK_USER = "deployer-check"
_TOKEN = "hub.services.deployer-check.apiToken"  # noqa: S105 the key's name
_PREPARE, _START, _RELOAD, _REPLACE = "prepare", "start", "reload", "replace"
_PAUSE = "logins pause for some seconds; running servers go on"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTarget:
    """Hubs as processes. `scratch`: hubs run without their secrets and own servers, and nothing of them is meant to stay."""

    name: str
    state: Path
    folders: LocalFolders
    runtime: Runtime
    supervision: Supervision
    clock: Clock
    progress: Progress
    user: str
    scratch: bool = False

    def overview(self) -> Target:
        return self

    def digest_key(self, ref: HubRef, *, keep: bool) -> bytes:
        return StateFolder(self.state).digest_key(keep=keep)

    def render(self, release: Release) -> Manifests:
        machine = self._machine(release)
        return Manifests(documents(release, machine), (*machine.login.notice(machine.password), *machine.notices))

    def running(self, ref: HubRef) -> Running | None:
        folder = self.folders.of(ref)
        record, now = read_record(folder), going(folder)
        if record is None and not now.supervised:
            return None
        detail = _ailment(folder, record)
        return Running(
            documents=record.documents if record else {},
            healthy=not detail,
            address=_address(folder),
            version=record.jupyterhub if record else "",
            users=users(folder),
            deployed_at=record.deployed_at if record else "",
            deployed_by=record.deployed_by if record else "",
            detail=detail,
            up=now.supervised and now.state != "failed",
            login=record.login if record else "",
            returnable=record is not None and record.settled,
        )

    def hubs(self, cluster: str | None = None) -> tuple[HubRef, ...]:
        return self.folders.refs(cluster)

    def steps(self, release: Release, manifests: Manifests, running: Running | None) -> tuple[Step, ...]:
        if running and running.healthy and running.documents == manifests.documents:
            return ()
        environment = () if self.runtime.ready(self.runtime.digest) else (Step(_PREPARE, "Install JupyterHub's own environment"),)
        return (*environment, self._step(release.ref))

    def lock(self, ref: HubRef) -> AbstractContextManager[None]:
        require_linux("a hub on this machine")
        prepare(self.state)
        lock = FileLock(self.folders.lock(ref.cluster), self.user, self.clock, self.progress)
        return lock.held(f"cluster {ref.cluster} on this machine")

    def apply(self, step: Step, release: Release, manifests: Manifests) -> None:
        prepare(self.state)
        if step.name == _PREPARE:
            self.runtime.make()
            return
        folder = self.folders.of(release.ref)
        machine = self._machine(release)
        if step.name == _START or _port(folder) != machine.port:
            ports.require_free(machine.port, release.ref, {part.pid for part in parts(folder)})
        self._write(folder, release, manifests, machine)
        self._go(step.name, folder, machine.runtime)
        for reason in left_out(folder):
            self.progress.warn(f"left out: {reason}")

    def settle(self, ref: HubRef) -> None:
        keeping.settle(self.folders.of(ref))
        records = map(keeping.records, LocalFolders.all_below(self.state))
        self.runtime.remove_unused(record.runtime for of_hub in records for record in of_hub)

    def undo(self, ref: HubRef) -> bool:
        folder = self.folders.of(ref)
        untouched = _untouched(folder)
        if keeping.bring_back(folder):
            if not untouched:
                self._return(folder)
            keeping.settle(folder)
            return not untouched
        record = read_record(folder)
        if record is None or not record.settled:
            self.destroy(ref, also=frozenset(self.volumes(ref)) if self.scratch else frozenset())
            return True
        return False

    def rollback(self, ref: HubRef) -> None:
        folder = self.folders.of(ref)
        if not keeping.exchange(folder):
            hint = "Change its file and deploy again."
            raise UsageError(f"{ref} has no earlier deploy to go back to with the same JupyterHub", hint=hint)
        self._return(folder)

    def earlier(self, ref: HubRef) -> Mapping[str, str]:
        return {}  # homes of this machine stay where they are, whatever a file says

    def diagnose(self, ref: HubRef, user: str) -> Findings:
        return looking.diagnose(ref, self.folders.of(ref), user)

    def examine(self, cluster: str, expected: Expected) -> Findings:
        return looking.examine(cluster, self.state, self.runtime)

    def access(self, ref: HubRef) -> HubAccess:
        folder = self.folders.of(ref)
        token = str(_json(folder.secrets).get(_TOKEN, ""))
        return HubAccess(ref=ref, url=_address(folder), token=Secret(token), user=CHECK_USER, login_replaced=True)

    def logs(self, ref: HubRef, *, user: str | None, lines: int, follow: bool = False) -> Iterator[str]:
        folder = self.folders.of(ref)
        if not folder.logs.is_dir():
            raise UsageError(f"{ref} does not run", hint=f"`deployer deploy {ref.cluster} {ref.hub}` starts it.")
        path = folder.logs / "hub.log" if user is None else server_log(folder, user)
        if user is not None and not path.exists():
            raise UnknownNameError(f"{user} has no server's log on {ref}", hint=_people(path.parent))
        return followed(path, lines, self.clock) if follow else tail(path, lines)

    def volumes(self, ref: HubRef) -> tuple[str, ...]:
        return tuple(f"hub:{ref}/{name}" for name in _volumes(self.folders.of(ref)))

    def remaining(self, ref: HubRef) -> tuple[str, ...]:
        folder = self.folders.of(ref)
        return tuple(f"hub:{ref}/{name}" for name, path in _volumes(folder).items() if path.is_dir() and any(path.iterdir()))

    def destroy(self, ref: HubRef, *, also: frozenset[str]) -> tuple[str, ...]:
        folder = self.folders.of(ref)
        self.supervision.stop(folder)
        for name, path in _volumes(folder).items():
            if f"hub:{ref}/{name}" in also:
                remove_tree(path)
        self._remove(folder)
        return self.remaining(ref)

    def _step(self, ref: HubRef) -> Step:
        """What brings the new start files into effect."""
        match self._way(self.folders.of(ref), self.runtime.digest):
            case "start":
                return Step(_START, "Start the hub")
            case "reload":
                return Step(_RELOAD, "Restart the hub with its new configuration", _PAUSE)
            case _:
                return Step(_REPLACE, "Restart the hub and its proxy", _PAUSE)

    def _way(self, folder: LocalFolder, runtime: str) -> str:
        """Start, reload or replace: as little as lets the hub run with other start files in that environment."""
        if not supervisors(folder):
            return _START
        return _RELOAD if supervised_by(folder, self.runtime.python(runtime)) else _REPLACE

    def _machine(self, release: Release) -> Machine:
        folder = self.folders.of(release.ref)
        values = complete_values(release)
        config = (values[HUB_KEY].get("hub") or {}).get("config") or {}
        return Machine(
            port=self._port(release),
            login=local_login(config, scratch=self.scratch),
            password=folder.password,
            notices=notices(complete_values(replace(release, defaults={})), Abilities(root=os.geteuid() == 0)),
            runtime=self.runtime.digest,
            templates=self.runtime.templates(self.runtime.digest),
            forgiving=self.scratch,
        )

    def _port(self, release: Release) -> int:
        """Its own as long as the cluster's first port is what it was."""
        record = read_record(self.folders.of(release.ref))
        own = record.port if record and record.first_port == release.first_port else None
        others = (read_record(self.folders.of(ref)) for ref in self.hubs(release.ref.cluster) if ref != release.ref)
        return ports.choose(release.first_port, own, {other.port for other in others if other}, elsewhere=self.scratch)

    def _write(self, folder: LocalFolder, release: Release, manifests: Manifests, machine: Machine) -> None:
        folder.make()
        if machine.login.reason:
            ensure_password(folder.password)
        keeping.keep_previous(folder)
        for name, content in start_files(release, machine).items():
            write_atomically(folder.start / name, content)
        url = f"http://127.0.0.1:{machine.port}/"
        record = Record(
            documents=dict(manifests.documents),
            port=machine.port,
            first_port=release.first_port,
            runtime=machine.runtime,
            deployed_at=self.clock.now().isoformat(timespec="seconds"),
            deployed_by=self.user,
            jupyterhub=self.runtime.jupyterhub,
            login=machine.login.words(url, folder.password),
        )
        write_record(folder, record)

    def _go(self, how: str, folder: LocalFolder, runtime: str) -> None:
        if how == _RELOAD:
            self.supervision.reload(folder)
            return
        if how == _REPLACE:
            self.supervision.leave(folder)
        self.supervision.start(folder, self.runtime.python(runtime))

    def _return(self, folder: LocalFolder) -> None:
        """Let what was brought back run again, on its own database."""
        record = read_record(folder)
        runtime = record.runtime if record else self.runtime.digest
        if keeping.migrated(folder):
            self.supervision.leave(folder)
            keeping.bring_back_database(folder)
        self._go(self._way(folder, runtime), folder, runtime)

    def _remove(self, folder: LocalFolder) -> None:
        """Stop everything and remove all but the volumes."""
        self.supervision.stop(folder)
        for path in folder.temporary:
            remove_tree(path)
        for path in (*_volumes(folder).values(), folder.root, folder.root.parent):
            with suppress(OSError):
                path.rmdir()


def _untouched(folder: LocalFolder) -> bool:
    """The hub runs on as it did before the deploy: its supervisor was not asked yet, or has refused the new start files."""
    record, now = read_record(folder), going(folder)
    asked = record is not None and not record.settled
    return now.supervised and now.state == "running" and (not asked or now.refused == start_digest(folder.start))


def _volumes(folder: LocalFolder) -> Mapping[str, Path]:
    """What outlives a hub, by the name that `--allow-destroy` takes."""
    return {"homes": folder.homes, "database": folder.data}


def _ailment(folder: LocalFolder, record: Record | None) -> str:
    """Why the hub is not healthy; empty where it is."""
    now = going(folder)
    if record is None:
        return "its first deploy was interrupted"
    if not now.supervised:
        return f"it is stopped{f': {now.reason}' if now.reason else ''}"
    if now.state != "running":
        return f"it is {now.state}{f': {now.reason}' if now.reason else ''}"
    if not record.settled:
        return "its last deploy did not come to a good end"
    url = _address(folder)
    return "" if answers(url) else f"it does not answer at {url}"


def _address(folder: LocalFolder) -> str:
    """Where the hub is reached: as its supervisor says, else as it was deployed."""
    record, now = read_record(folder), going(folder)
    return now.url or (f"http://127.0.0.1:{record.port}/" if record else "")


def _port(folder: LocalFolder) -> int | None:
    """The port that the hub of this folder has now, where one runs."""
    record = read_record(folder)
    return record.port if record and going(folder).supervised else None


def _people(folder: Path) -> str:
    names = sorted(unquote(path.stem) for path in folder.glob("*.log"))
    return f"There are logs for {', '.join(names)}." if names else "Nobody has had a server yet."


def _json(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, Mapping) else {}
