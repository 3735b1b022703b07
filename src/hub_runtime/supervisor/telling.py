"""What the supervisor tells, in `run/status.json`."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from hub_runtime.processes import identity
from hub_runtime.status import PartStatus, ProcessIdentity, Refusal, Status, write_status

log = logging.getLogger("supervisor")


class Teller:
    """Keeps the status and its file alike."""

    def __init__(self, path: Path, parts: dict[str, PartStatus]) -> None:
        me = identity(os.getpid()) or ProcessIdentity(os.getpid(), 0)
        self.status = Status(supervisor=me, parts=parts)
        self._path = path

    @property
    def state(self) -> str:
        """The state that was told last."""
        return self.status.state

    def say(self, state: str, reason: str = "", lines: tuple[str, ...] = ()) -> None:
        """A new state, and why."""
        if state != self.status.state:
            log.info("%s%s", state, f": {reason}" if reason else "")
        self.status.state, self.status.reason, self.status.log = state, reason, lines
        self.write()

    def accepted(self, digest: str, url: str) -> None:
        """The hub is started with these files."""
        self.status.applied, self.status.url, self.status.refused = digest, url, None
        self.write()

    def refused(self, digest: str, reason: str, lines: tuple[str, ...] = ()) -> None:
        """These files make no hub; what ran goes on."""
        log.warning("refused: %s", reason)
        self.status.refused = Refusal(digest, reason, lines)
        self.write()

    def asked(self) -> None:
        """Somebody asks for a reload."""
        self.status.reloads.asked += 1
        self.write()

    def done(self, number: int) -> None:
        """The reloads up to that one are done."""
        self.status.reloads.done = number
        self.write()

    def write(self) -> None:
        """After a part's status has changed. A full disk must not end a hub that runs: it is told in the log alone."""
        try:
            write_status(self._path, self.status)
        except OSError as error:
            log.warning("the status cannot be written: %s", error)
