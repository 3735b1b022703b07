"""The folder of one local hub: what lies where, and who may read it.

    start/values.json       what the deployer asks for: the chart's values, z2jh's own below `jupyterhub` (0600)
    start/settings.json     what the deployer says about this machine (format: `hub_runtime.settings`)
    data/jupyterhub.sqlite  the hub's database
    data/secrets.json       generated once (format: `hub_runtime.generated`)
    data/ports.json         the ports that the proxy's and the hub's API keep, so that running servers find them again
    run/lock                held by the supervisor as long as it lives
    run/supervisor.pid      its pid
    run/status.json         how it goes (format: `hub_runtime.status`)
    run/accepted/           the start files that the running hub was started with
    run/servers/*.json      one file a running server
    logs/hub.log proxy.log culler.log servers/<user>[--<server>].log
    homes/<user>/           people's files

Everything is 0700 and 0600, but for the folder itself and `homes` when root runs the hub: 0711, so that each person's own UID
reaches their home and no other's.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

ENVIRONMENT_VARIABLE = "HUB_RUNTIME_FOLDER"
_LONGEST_LOG_NAME = 200


@dataclass(frozen=True, slots=True)
class HubFolder:
    """Paths of one hub's folder."""

    root: Path
    candidate: Path | None = None
    """Start files that are only tried, instead of the accepted ones."""

    @classmethod
    def of_this_process(cls) -> HubFolder:
        """The folder that the supervisor named when it started this process."""
        return cls(Path(os.environ[ENVIRONMENT_VARIABLE]))

    @property
    def start(self) -> Path:
        return self.root / "start"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def homes(self) -> Path:
        return self.root / "homes"

    @property
    def accepted(self) -> Path:
        return self.candidate or self.run / "accepted"

    @property
    def servers(self) -> Path:
        return self.run / "servers"

    @property
    def server_logs(self) -> Path:
        return self.logs / "servers"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets.json"

    @property
    def ports(self) -> Path:
        return self.data / "ports.json"

    @property
    def database(self) -> Path:
        return self.data / "jupyterhub.sqlite"

    @property
    def status(self) -> Path:
        return self.run / "status.json"

    @property
    def failure(self) -> Path:
        """Why the hub could not be configured; written by the hub's own process, told by the supervisor."""
        return self.run / "failure.json"

    @property
    def identity(self) -> str:
        """A short name for this folder, the same for as long as it lies where it lies."""
        return hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:12]

    def server_log(self, user: str, server: str) -> Path:
        """Where the output of a person's server goes: names are percent-encoded, so they read like the names themselves."""
        name = quote(user, safe="@+") + (f"--{quote(server, safe='@+')}" if server else "")
        if len(name) > _LONGEST_LOG_NAME:
            name = name[:_LONGEST_LOG_NAME] + hashlib.sha256(name.encode()).hexdigest()[:12]
        return self.server_logs / f"{name}.log"

    def make(self) -> None:
        """Make what is missing and set every folder's mode."""
        passable = 0o711 if os.geteuid() == 0 else 0o700
        for path, mode in (
            (self.root, passable),
            (self.homes, passable),
            *((path, 0o700) for path in (self.start, self.data, self.run, self.accepted, self.servers)),
            *((path, 0o700) for path in (self.logs, self.server_logs)),
        ):
            path.mkdir(mode=mode, parents=True, exist_ok=True)
            path.chmod(mode)


def write_private(path: Path, content: str) -> None:
    """Replace a file in one rename; nobody but its owner may read it."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
    partial.replace(path)


def read_json(path: Path) -> Any:
    """The content of a JSON file, or None where there is none or it is damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
