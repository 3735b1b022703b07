"""Processes of this machine that this one did not start: are they alive, end them, who holds a port. Linux, by /proc."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from deployer.model.protocols import Clock

_PROC = Path("/proc")
_LISTEN = "0A"
"""The state TCP_LISTEN in /proc/net/tcp (include/net/tcp_states.h)."""
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that cannot be mistaken for a later one with its pid: `ticks` is its start time, field 22 of /proc/<pid>/stat."""

    pid: int
    ticks: int

    def alive(self) -> bool:
        """It runs, and is no zombie."""
        return start_ticks(self.pid) == self.ticks

    def send(self, sign: signal.Signals) -> None:
        """Send a signal, unless it has ended."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, sign)


def start_ticks(pid: int) -> int | None:
    """The start time of a living process in clock ticks since the boot; None for a zombie or none."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return None if fields[0] in ("Z", "X") else int(fields[19])


def marked(name: str, prefix: str) -> tuple[Identity, ...]:
    """The living processes whose environment has a variable `name` that begins with `prefix`, as far as this user may look."""
    wanted = f"{name}={prefix}".encode()
    found = []
    for process in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if any(entry.startswith(wanted) for entry in (process / "environ").read_bytes().split(b"\0")):
                pid = int(process.name)
                ticks = start_ticks(pid)
                if ticks is not None and pid != os.getpid():
                    found.append(Identity(pid, ticks))
    return tuple(found)


def commanded(*last: str) -> tuple[Identity, ...]:
    """The living processes whose command line ends with these words."""
    wanted = "\0".join(("", *last, "")).encode()
    found = []
    for process in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if (b"\0" + (process / "cmdline").read_bytes()).endswith(wanted):
                ticks = start_ticks(int(process.name))
                found += [Identity(int(process.name), ticks)] if ticks is not None else []
    return tuple(found)


def ended_within(process: Identity, seconds: float, clock: Clock) -> bool:
    """Wait for the end of a process."""
    until = clock.monotonic() + seconds
    while process.alive():
        if clock.monotonic() >= until:
            return False
        clock.sleep(_PAUSE)
    return True


def port_is_free(port: int, address: str = "127.0.0.1") -> bool:
    """Nobody listens there. Raises PermissionError for a port that this user may not use."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError:
            raise
        except OSError:
            return False
    return True


@dataclass(frozen=True, slots=True)
class Holder:
    """Who listens on a port."""

    pid: int
    command: str


def port_holder(port: int) -> Holder | None:
    """Who listens on a TCP port of this machine; None where it cannot be known."""
    inodes = set(_listeners(port))
    for process in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()).removeprefix("socket:[").removesuffix("]") in inodes:
                    return Holder(int(process.name), _command(process))
    return None


def _listeners(port: int) -> Iterator[str]:
    for table in ("net/tcp", "net/tcp6"):
        with suppress(OSError):
            for line in (_PROC / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTEN and int(fields[1].rsplit(":", 1)[1], 16) == port:
                    yield fields[9]


def _command(process: Path) -> str:
    words = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
    return Path(words[0]).name if words[0] else (process / "comm").read_text().strip()
