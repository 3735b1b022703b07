"""One supervised process: started, watched, started again; given up when it keeps ending at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL, SIGTERM

from hub_runtime.logs import last_lines, open_log
from hub_runtime.processes import identity, launcher
from hub_runtime.status import PartStatus

_DELAYS = (0.0, 0.5, 2.0)
_LIVED = 30.0
_STOP_GRACE = 10.0

log = logging.getLogger("supervisor")


class GivenUp(Exception):  # noqa: N818 (told, not a programming error)
    """The part keeps ending at once; `lines` are the last of its log."""

    def __init__(self, reason: str, lines: tuple[str, ...]) -> None:
        super().__init__(reason)
        self.lines = lines


@dataclass(slots=True, kw_only=True)
class Part:
    """`command` and `environment` are asked at each start, as a reload changes them; `hopeless` says that another start is of no
    use, `patience` how often it may end at once, at most three times."""

    name: str
    log_path: Path
    command: Callable[[], list[str]]
    environment: Callable[[], dict[str, str]]
    directory: Path
    hopeless: Callable[[], bool]
    patience: Callable[[], int]
    on_change: Callable[[], None]
    status: PartStatus = field(default_factory=PartStatus)
    _process: asyncio.subprocess.Process | None = None
    _stopping: bool = False
    _log_start: int = 0

    async def keep(self) -> None:
        """Run until `stop`. Raises GivenUp."""
        self._stopping = False
        at_once = 0
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            process = await self._start()
            code = await process.wait()
            if self._stopping:
                return
            log.warning("the %s ended with exit code %d", self.name, code)
            lived = self.status.ready or asyncio.get_running_loop().time() - began > _LIVED
            at_once = 0 if lived else at_once + 1
            if at_once >= self.patience() or self.hopeless():
                raise GivenUp(f"the {self.name} ended with exit code {code} before it was ready", self.last_lines())
            self.status.ready = False
            self.status.restarts += 1
            self.on_change()
            await asyncio.sleep(_DELAYS[at_once])

    async def _start(self) -> asyncio.subprocess.Process:
        """Start the process; it gets SIGTERM when the supervisor ends, however it ends."""
        with open_log(self.log_path) as output:
            self._log_start = output.seek(0, 2)
            process = await asyncio.create_subprocess_exec(
                *launcher({"end_with_parent": True, "directory": str(self.directory), "umask": 0o077}),
                *self.command(),
                env=self.environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        found = identity(process.pid)
        self.status.pid, self.status.ticks, self.status.ready = process.pid, found.ticks if found else 0, False
        self._process = process
        log.info("the %s starts, pid %d", self.name, process.pid)
        self.on_change()
        return process

    async def stop(self) -> None:
        """SIGTERM, then SIGKILL; `keep` returns."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            process.send_signal(SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), _STOP_GRACE)
            except TimeoutError:
                process.send_signal(SIGKILL)
                await process.wait()
        self.status.pid = self.status.ticks = 0
        self.status.ready = False

    def last_lines(self) -> tuple[str, ...]:
        """What it said last, since its last start."""
        return last_lines(self.log_path, self._log_start)
