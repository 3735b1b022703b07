"""Start, reload and stop a hub's supervisor, and read how it goes (format and signals: `hub_runtime.status`)."""

from __future__ import annotations

import hashlib
import http.client
import json
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deployer.errors import UnhealthyError
from deployer.model.protocols import Clock, Process, Progress
from deployer.targets.local.folder import LocalFolder
from deployer.targets.local.log_files import tail
from deployer.tools.processes import Identity, commanded, ended_within, marked

_SECONDS_TO_START = 180.0
_SECONDS_TO_SPEAK = 10.0
_SECONDS_TO_STOP = 60.0
_SECONDS_TO_END = 5.0
_SECONDS_TO_ANSWER = 3.0
_PAUSE = 0.1
_MARK = "HUB_RUNTIME_MARK"
_LAST_LINES = 20
_UNDER_WAY = frozenset({"starting", "restarting", "reloading"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """How a hub goes, from `run/status.json`."""

    supervisor: Identity | None = None
    state: str = ""
    reason: str = ""
    log: tuple[str, ...] = ()
    url: str = ""
    applied: str = ""
    refused: str = ""
    """Digest of the last start files that could not make a hub; then `reason` and `log` say why."""
    asked: int = 0
    """How often a reload was asked for."""
    done: int = 0
    """Up to which of these it is done."""

    @property
    def supervised(self) -> bool:
        """Its supervisor is alive."""
        return self.supervisor is not None and self.supervisor.alive()


@dataclass(frozen=True, slots=True)
class Supervision:
    """Supervisors of this machine's hubs. None of its methods but `start` does anything where there is none."""

    process: Process
    clock: Clock
    progress: Progress

    def start(self, folder: LocalFolder, python: Path) -> None:
        """Start the supervisor and wait until the hub answers. Raises UnhealthyError, MachineError."""
        folder.status.unlink(missing_ok=True)
        pid = self.process.start((str(python), *_command(folder)), cwd=folder.root, env={}, log=folder.supervisor_log)
        self._wait(folder, pid)

    def reload(self, folder: LocalFolder) -> None:
        """Let the supervisor take up the new start files, and wait until the hub answers. Raises UnhealthyError."""
        for supervisor in supervisors(folder):
            before = self._calm(folder, supervisor)
            supervisor.send(signal.SIGHUP)
            self._wait(folder, supervisor.pid, before)

    def leave(self, folder: LocalFolder) -> None:
        """End supervisor, hub and proxy, and leave people's servers to the next supervisor. Raises UnhealthyError."""
        self._end_supervisors(folder, signal.SIGUSR1)

    def stop(self, folder: LocalFolder) -> None:
        """End the supervisor, the hub and every server, also those that an earlier crash left. Raises UnhealthyError."""
        self._end_supervisors(folder, signal.SIGTERM)
        for sign in (signal.SIGTERM, signal.SIGKILL):
            left = parts(folder)
            for process in left:
                process.send(sign)
            if all(ended_within(process, _SECONDS_TO_END, self.clock) for process in left):
                return
        raise UnhealthyError(
            f"processes of {folder.root} do not end", hint="Look for them with `ps`, and end them as their owner."
        )

    def _end_supervisors(self, folder: LocalFolder, asked: signal.Signals) -> None:
        for supervisor in supervisors(folder):
            for sign in (asked, signal.SIGKILL):
                supervisor.send(sign)
                if ended_within(supervisor, _SECONDS_TO_STOP, self.clock):
                    break
            else:
                raise UnhealthyError(f"the supervisor of {folder.root} (pid {supervisor.pid}) does not end")

    def _calm(self, folder: LocalFolder, supervisor: Identity) -> int:
        """Let an earlier start or reload end, so that nothing of it comes after what is asked for now; a supervisor that says
        nothing has just begun, or its file was damaged. Returns how often a reload was asked for."""
        began = self.clock.monotonic()
        while supervisor.alive():
            now = going(folder)
            under_way = now.state in _UNDER_WAY or now.done < now.asked
            patience = _SECONDS_TO_START if under_way else 0.0 if now.state else _SECONDS_TO_SPEAK
            if self.clock.monotonic() - began >= patience:
                break
            self.clock.sleep(_PAUSE)
        return going(folder).asked

    def _wait(self, folder: LocalFolder, pid: int, before: int = -1) -> None:
        """Until the start files are applied and the hub runs, saying what it does meanwhile. `before`: how often a reload had
        been asked for, as start files that are the same again look applied, or refused, at once."""
        asked, said = start_digest(folder.start), ""
        until = self.clock.monotonic() + _SECONDS_TO_START
        while self.clock.monotonic() < until:
            now = going(folder)
            done = now.done > before
            if done and now.applied == asked and now.state == "running":
                return
            if (done and now.refused == asked) or now.state == "failed":
                raise _sick(folder, now.reason, now.log)
            if not _lives(now, pid):
                raise _sick(folder, "its supervisor ended at once", tuple(tail(folder.supervisor_log, _LAST_LINES)))
            if now.reason and now.reason != said:
                said = now.reason
                self.progress.say(said)
            self.clock.sleep(_PAUSE)
        now = going(folder)
        raise _sick(folder, f"it does not answer after {_SECONDS_TO_START:g} seconds {now.reason}", now.log)


def _command(folder: LocalFolder) -> tuple[str, ...]:
    return ("-m", "hub_runtime.supervisor", str(folder.root.resolve()))


def supervisors(folder: LocalFolder) -> tuple[Identity, ...]:
    """The supervisors of a hub, one at most: by its command line, so that it is found whatever happened to its files."""
    return commanded(*_command(folder))


def supervised_by(folder: LocalFolder, python: Path) -> bool:
    """A supervisor runs on this interpreter and has not given up, so that new start files are all that it needs."""
    return bool(commanded(str(python), *_command(folder))) and going(folder).state != "failed"


def parts(folder: LocalFolder) -> tuple[Identity, ...]:
    """Everything else that runs of a hub, people's servers too, by its mark."""
    return marked(_MARK, identity_of(folder))


def _lives(now: Going, pid: int) -> bool:
    return now.supervised if now.supervisor and now.supervisor.pid == pid else Path(f"/proc/{pid}/stat").exists()


def _sick(folder: LocalFolder, reason: str, log: tuple[str, ...]) -> UnhealthyError:
    lines = log or tuple(tail(folder.logs / "hub.log", _LAST_LINES))
    said = "\n".join(f"  {line}" for line in lines[-_LAST_LINES:])
    name = f"{folder.root.parent.name}/{folder.root.name}"
    return UnhealthyError(f"the hub {name} does not come up: {reason or 'see its log'}{':' if said else ''}\n{said}".rstrip())


def going(folder: LocalFolder) -> Going:
    """How it goes; all empty where there is no supervisor or its file is damaged."""
    try:
        content: dict[str, Any] = json.loads(folder.status.read_bytes())
        refused, reloads = content.get("refused") or {}, content.get("reloads") or {}
        supervisor = content["supervisor"]
        return Going(
            supervisor=Identity(int(supervisor["pid"]), int(supervisor["ticks"])),
            state=str(content["state"]),
            reason=str(refused.get("reason") or content.get("reason") or ""),
            log=tuple(map(str, refused.get("log") or content.get("log") or ())),
            url=str(content.get("url") or ""),
            applied=str(content.get("applied") or ""),
            refused=str(refused.get("digest") or ""),
            asked=int(reloads.get("asked", 0)),
            done=int(reloads.get("done", 0)),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Going()


def start_digest(start: Path) -> str:
    """The digest by which the supervisor names start files; empty where there are none."""
    try:
        return hashlib.sha256((start / "settings.json").read_bytes() + b"\0" + (start / "values.json").read_bytes()).hexdigest()
    except OSError:
        return ""


def identity_of(folder: LocalFolder) -> str:
    """The mark in the environment of all processes of a hub: as `hub_runtime.folder.HubFolder.identity` makes it."""
    return hashlib.sha256(str(folder.root.resolve()).encode()).hexdigest()[:12]


def answers(url: str) -> bool:
    """The hub says by its own address that it is healthy."""
    host, _, path = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection(host, timeout=_SECONDS_TO_ANSWER)
    try:
        connection.request("GET", f"/{path}hub/health")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def left_out(folder: LocalFolder) -> tuple[str, ...]:
    """Snippets of a forgiving hub that failed, and why."""
    try:
        content: list[str] = json.loads((folder.root / "run" / "left-out.json").read_bytes())
    except (OSError, ValueError):
        return ()
    return tuple(map(str, content))


def users(folder: LocalFolder) -> int:
    """People with a running server."""
    names: set[str] = set()
    for path in folder.servers.glob("*.json"):
        with suppress(OSError, ValueError, KeyError, TypeError):
            server: Mapping[str, Any] = json.loads(path.read_bytes())
            if Identity(int(server["pid"]), int(server["ticks"])).alive():
                names.add(str(server["user"]))
    return len(names)


def server_log(folder: LocalFolder, user: str) -> Path:
    """The log of a person's server."""
    return folder.logs / "servers" / f"{quote(user, safe='@+')}.log"
