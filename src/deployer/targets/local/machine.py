"""The local targets of one state folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deployer.model.protocols import Clock, Process, Progress
from deployer.targets.local.folder import LocalFolders
from deployer.targets.local.runtime import Runtime
from deployer.targets.local.supervision import Supervision
from deployer.targets.local.target import LocalTarget
from deployer.tools.environments import Installer
from deployer.tools.locks import FileLock


@dataclass(frozen=True, slots=True)
class LocalMachine:
    """What the targets share. `settings` are those of uv, pip and npm."""

    state: Path
    process: Process
    clock: Clock
    progress: Progress
    user: str
    settings: Mapping[str, str]

    def target(self, name: str, *, scratch: bool = False) -> LocalTarget:
        """The target whose hubs lie in the state's folder `name`."""
        return LocalTarget(
            name=name,
            state=self.state,
            folders=LocalFolders(self.state / name),
            runtime=self._runtime(),
            supervision=Supervision(self.process, self.clock, self.progress),
            clock=self.clock,
            progress=self.progress,
            user=self.user,
            scratch=scratch,
        )

    def _runtime(self) -> Runtime:
        root = self.state / "runtime"
        lock = FileLock(root / "lock", self.user, self.clock, self.progress)
        return Runtime(root, self.process, self.progress, Installer(self.process, self.settings), lock)
