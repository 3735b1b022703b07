"""Fleets with one small local cluster, the deployer run on them, and what runs of their hubs on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
from tests.support.hub_driver import TIMEOUT, Person, wait_for
from tests.support.local_hub import free_port
from tests.support.program import Ended, deployer

HUB = """\
display_name: Garden
values: {jupyterhub: {hub: {templateVars: {announcement: Garden Club}}}}
login: {provider: dummy, allow: everyone, admins: [ada]}
environments: [{name: Python, image: "quay.io/jupyter/minimal-notebook:2026-11-02"}]
machines: [{pool: laptop, sizes: [{name: Small, memory: 256M..1G}]}]
home: {kind: folder}
"""


def hub_text(says: str) -> str:
    """The hub with another announcement, by which its login page is known."""
    return HUB.replace("Garden Club", says)


def _mark(folder: Path) -> str:
    return hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]


@dataclass
class SmallFleet:
    """A fleet below `root` with the local cluster `cluster`. Hubs run below `state`, which fleets may share."""

    root: Path
    state: Path
    cluster: str
    port: int = field(default_factory=free_port)
    good: str = HUB
    """The text of the hub that was deployed last."""

    def __post_init__(self) -> None:
        self.write_cluster()

    @property
    def folder(self) -> Path:
        return self.root / "config" / "clusters" / self.cluster

    def write_cluster(self) -> None:
        (self.folder / "hubs").mkdir(parents=True, exist_ok=True)
        pools = "node_pools: {laptop: {purpose: notebook, machine: this-machine, memory: 8G, cpu: 4, max: 1}}"
        (self.folder / "cluster.yaml").write_text(
            f"name: {self.cluster}\nprovider: local\nlocal: {{port: {self.port}}}\n{pools}\n"
        )

    def write_hub(self, name: str = "garden", text: str = HUB, more: str = "") -> None:
        (self.folder / "hubs" / f"{name}.yaml").write_text(text + more)

    def forget(self) -> None:
        """All that was written, but the hub `garden`."""
        for path in self.root.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.write_cluster()
        self.write_hub(text=self.good)

    def hub_folder(self, name: str = "garden", target: str = "local") -> Path:
        return self.state / target / self.cluster / name

    def url(self, number: int = 0) -> str:
        return f"http://127.0.0.1:{self.port + number}/"

    def run(self, *arguments: str, **env: str) -> Ended:
        """Run the deployer on this fleet."""
        return deployer("--fleet", self.root, "--state", self.state, *arguments, cwd=self.root, **env)

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start the deployer and go on."""
        command = [sys.executable, "-m", "deployer", "--fleet", str(self.root), "--state", str(self.state), *arguments]
        return subprocess.Popen(
            command, cwd=self.root, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def deployed(self, *arguments: str) -> Ended:
        """Deploy, which must go well."""
        ended = self.run("deploy", self.cluster, *(arguments or ("garden",)))
        assert ended.code == 0, ended.err + ended.out
        self.good = (self.folder / "hubs" / "garden.yaml").read_text()
        return ended

    def processes(self, name: str = "garden", target: str = "local") -> list[psutil.Process]:
        """Everything that runs of a hub: its supervisor, and what carries its mark."""
        folder, found = self.hub_folder(name, target), []
        for process in psutil.process_iter():
            try:
                ours = process.cmdline()[-1:] == [str(folder.resolve())]
                marked = process.environ().get("HUB_RUNTIME_MARK", "").startswith(_mark(folder))
                if (ours or marked) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def supervisor(self, name: str = "garden") -> psutil.Process:
        """The hub's supervisor."""
        folder = str(self.hub_folder(name).resolve())
        return next(process for process in self.processes(name) if process.cmdline()[-1:] == [folder])

    def hub_pid(self, name: str = "garden") -> int:
        """The pid of the hub's own process."""
        status: dict[str, Any] = json.loads((self.hub_folder(name) / "run" / "status.json").read_bytes())
        return int(status["parts"]["hub"]["pid"])

    def person(self, name: str) -> Person:
        """Somebody at a browser."""
        return Person(self.url(), name)

    def login_page(self, number: int = 0) -> str:
        """The login page, once it is there."""

        def look() -> str | None:
            answer = httpx.get(f"{self.url(number)}hub/login", trust_env=False)
            return answer.text if answer.status_code == httpx.codes.OK else None

        return wait_for("the login page", look)

    def close(self) -> None:
        """End everything that is left."""
        for target in ("local", "try"):
            for name in (path.name for path in (self.state / target / self.cluster).glob("*")):
                for process in self.processes(name, target):
                    with_pid = psutil.Process(process.pid) if psutil.pid_exists(process.pid) else None
                    if with_pid:
                        with_pid.send_signal(signal.SIGKILL)


def wait_until_gone(fleet: SmallFleet, name: str = "garden", target: str = "local") -> None:
    """Nothing runs any more of a hub."""
    wait_for("the end of all processes", lambda: not fleet.processes(name, target), TIMEOUT)


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of change of every file."""
    return {
        str(path.relative_to(folder)): (path.lstat().st_size, path.lstat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if "runtime" not in path.relative_to(folder).parts
    }


def is_root() -> bool:
    """Whether tests may mount."""
    return os.geteuid() == 0
