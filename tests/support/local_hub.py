"""A hub folder made by hand, and its supervisor: what the local target does, without the deployer."""

import hashlib
import json
import os
import signal
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from tests.support.hub_driver import TIMEOUT, Person, wait_for
from tests.support.hub_environment import SOURCES, hub_python

PASSWORD = "open sesame"
Values = dict[str, Any]


def plain_values(**hub: Any) -> Values:
    """Values of a small hub: anybody logs in with PASSWORD; `hub` are more keys of `hub`."""
    config = {
        "JupyterHub": {"authenticator_class": "dummy"},
        "DummyAuthenticator": {"password": PASSWORD},
        "Authenticator": {"allow_all": True, "admin_users": ["ada"]},
    }
    return {"jupyterhub": {"hub": {"config": config, **hub}, "singleuser": {"defaultUrl": "/lab", "memory": {"guarantee": None}}}}


def free_port() -> int:
    """A port on 127.0.0.1 where nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class LocalHub:
    """One hub. `command` is put before the supervisor's own, to run it as somebody else."""

    root: Path
    values: Values = field(default_factory=plain_values)
    settings: dict[str, Any] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    command: tuple[str, ...] = ()
    supervisor: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def status(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.root / "run" / "status.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found

    def write(self) -> None:
        """Write the start files."""
        start = self.root / "start"
        start.mkdir(parents=True, exist_ok=True)
        settings = {"version": 1, "cluster": "demo", "hub": "welcome", "port": self.port, **self.settings}
        (start / "settings.json").write_text(json.dumps(settings))
        (start / "values.json").write_text(json.dumps(self.values))

    def start(self) -> None:
        """Write the start files and start the supervisor."""
        self.write()
        (self.root / "run" / "status.json").unlink(missing_ok=True)
        self.supervisor = self.supervise()

    def supervise(self) -> subprocess.Popen[bytes]:
        """Start a supervisor, whether there is one or not."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.root), "PYTHONPATH": str(SOURCES)}
        command = [*self.command, str(hub_python()), "-m", "hub_runtime.supervisor", str(self.root)]
        with (self.root / "supervisor.log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)

    def complaint(self) -> str:
        """What is wrong with the start files, without starting anything."""
        for name in ("data", "run"):
            (self.root / name).mkdir(exist_ok=True)
        (self.root / "data" / "ports.json").write_text(json.dumps({"hub": 8081, "proxy_api": 8001}))
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "HUB_RUNTIME_FOLDER": str(self.root)}
        command = [hub_python(), "-m", "hub_runtime.preflight", self.root, self.root / "start"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False).stdout

    def until(self, state: str, seconds: float = TIMEOUT) -> dict[str, Any]:
        """Wait for a state; another end of the story fails at once."""
        return wait_for(f"the hub to be {state}", lambda: self._in(state), seconds)

    def _in(self, state: str) -> dict[str, Any] | None:
        status = self.status
        assert status.get("state") in (state, None) or status["state"] != "failed", status
        return status if status.get("state") == state else None

    def up(self) -> None:
        """Start, and wait until it runs."""
        self.start()
        self.until("running")

    def send(self, number: signal.Signals) -> None:
        """Signal the supervisor."""
        assert self.supervisor
        self.supervisor.send_signal(number)

    def reload(self) -> None:
        """Write the start files anew and let the supervisor take them up."""
        self.write()
        self.send(signal.SIGHUP)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; returns the supervisor's exit code."""
        assert self.supervisor
        self.supervisor.send_signal(number)
        return self.supervisor.wait(TIMEOUT)

    def person(self, name: str, password: str = PASSWORD) -> Person:
        """Somebody at a browser."""
        return Person(self.url, name, password)

    def pid(self, part: str) -> int:
        """The pid of the proxy or the hub."""
        return int(self.status["parts"][part]["pid"])

    def culler(self) -> psutil.Process | None:
        """The idle culler's process."""
        return next((process for process in self.processes() if "jupyterhub_idle_culler" in " ".join(process.cmdline())), None)

    def processes(self) -> list[psutil.Process]:
        """Everything that runs of this hub: its supervisor, and what carries its mark."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get("HUB_RUNTIME_FOLDER") == str(self.root)
                marked = process.environ().get("HUB_RUNTIME_MARK", "").startswith(self.identity)
                if (ours or marked) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except (psutil.Error, OSError):
                continue
        return found

    def people_with_processes(self) -> set[str]:
        """Whose servers run, or left something running: by their mark, `<folder>:<server>:<port>`."""
        marks = [process.environ().get("HUB_RUNTIME_MARK", "").split(":") for process in self.processes()]
        return {parts[1] for parts in marks if len(parts) == 3}

    @property
    def identity(self) -> str:
        return hashlib.sha256(str(self.root.resolve()).encode()).hexdigest()[:12]

    def log(self, name: str = "hub") -> str:
        """What a log says."""
        path = self.root / "logs" / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def close(self) -> None:
        """End everything that is left, by the pids that carry this hub's mark."""
        if self.supervisor and self.supervisor.poll() is None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(20)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
                self.supervisor.wait()
        for process in self.processes():
            process.kill()


MakeHub = Callable[..., LocalHub]
