"""`run/status.json`: how a hub goes, written by its supervisor and read by the deployer.

    {
      "version": 1,
      "state": "starting" | "running" | "restarting" | "reloading" | "failed" | "stopping" | "stopped",
      "reason": "a sentence",                    why it failed, or why it is not running just now
      "log": ["last lines", ...],                of the part that is the reason
      "url": "http://127.0.0.1:8000/",
      "applied": "sha256 ...",                   digest of the start files that the running hub was started with
      "refused": null | {"digest", "reason", "log"},   the last start files that could not make a hub; the running hub goes on
      "reloads": {"asked": 3, "done": 2},        how often files were to be taken up, and up to which of these it is done
      "supervisor": {"pid", "ticks"},            `ticks`: start time from /proc/<pid>/stat, so that a reused pid is not believed
      "parts": {"hub": {"pid", "ticks", "restarts", "ready"}, "proxy": {...}}
    }

The digest is `start_digest`: the SHA-256 of settings.json's bytes, a zero byte, and values.json's bytes. To reload, write the
start files, send SIGHUP to the supervisor, and wait until more reloads are done than had been asked for: then `refused.digest` is
the new digest, or `applied` is, once `state` is running.

Signals that the deployer sends to the supervisor: SIGHUP reloads; SIGTERM ends everything, people's servers too; SIGUSR1 ends
hub, proxy and supervisor and leaves people's servers to the next supervisor (for a new environment or another port).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from hub_runtime.folder import write_private

VERSION = 1


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process that cannot be mistaken for a later one with the same pid. `ticks` is field 22 of /proc/<pid>/stat."""

    pid: int
    ticks: int


@dataclass(slots=True)
class PartStatus:
    """One supervised process."""

    pid: int = 0
    ticks: int = 0
    restarts: int = 0
    ready: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Start files that could not make a hub."""

    digest: str
    reason: str
    log: tuple[str, ...] = ()


@dataclass(slots=True)
class Reloads:
    """How often somebody asked for a reload, and up to which of these it is done: taken up or refused."""

    asked: int = 0
    done: int = 0


@dataclass(slots=True, kw_only=True)
class Status:
    """What the deployer is told."""

    supervisor: ProcessIdentity
    url: str = ""
    state: str = "starting"
    reason: str = ""
    log: tuple[str, ...] = ()
    applied: str = ""
    refused: Refusal | None = None
    reloads: Reloads = field(default_factory=Reloads)
    parts: dict[str, PartStatus] = field(default_factory=dict)
    version: int = VERSION


def start_digest(folder: Path) -> str:
    """The digest of a folder with start files; empty where they cannot be read."""
    try:
        return hashlib.sha256((folder / "settings.json").read_bytes() + b"\0" + (folder / "values.json").read_bytes()).hexdigest()
    except OSError:
        return ""


def write_status(path: Path, status: Status) -> None:
    """Replace the file."""
    write_private(path, json.dumps(asdict(status), indent=1))
