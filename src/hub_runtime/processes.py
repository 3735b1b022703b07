"""Processes that cannot be mistaken for others: by pid and start ticks, and by a mark in their environment.

A mark reaches every child, however it detaches itself, unless it clears its environment; those are found as descendants or by
their session. Read from /proc, whose fields are described in proc_pid_stat(5).
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub_runtime.status import ProcessIdentity

MARK = "HUB_RUNTIME_MARK"
"""The variable. Its value is `<folder>:<server>:<port>` for people's servers and `<folder>/<part>` for the hub's own parts."""
_PROC = Path("/proc")
_LAUNCH = str(Path(__file__).with_name("launch.py"))


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """One line of /proc/<pid>/stat, as far as it matters."""

    pid: int
    parent: int
    session: int
    ticks: int
    zombie: bool


def row(pid: int) -> ProcessRow | None:
    """The process with that pid, or None."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return None
    return ProcessRow(pid, int(fields[1]), int(fields[3]), int(fields[19]), fields[0] in "ZX")


def identity(pid: int) -> ProcessIdentity | None:
    """The process as it can be found again; None where it has ended."""
    found = row(pid)
    return ProcessIdentity(pid, found.ticks) if found and not found.zombie else None


def alive(process: ProcessIdentity | None) -> bool:
    """Whether this very process still runs."""
    return process is not None and process.pid > 0 and identity(process.pid) == process


def rows() -> Iterator[ProcessRow]:
    """All processes that this user may see, zombies not counted."""
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (found := row(int(entry.name))) and not found.zombie:
            yield found


def marked(pid: int, mark: str) -> bool:
    """Whether a process carries this mark, or one that begins with it."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return any(entry.startswith(f"{MARK}={mark}".encode()) for entry in environment.split(b"\0"))


def family(mark: str, leaders: Iterable[int] = ()) -> set[ProcessIdentity]:
    """Every process with the mark, or of a leader's session, and all their descendants. This process is never one of them."""
    table = [found for found in rows() if found.pid != os.getpid()]
    chosen = {found.pid for found in table if marked(found.pid, mark)} | {
        found.pid for found in table if found.session in leaders or found.pid in leaders
    }
    grown = True
    while grown:
        children = {found.pid for found in table if found.parent in chosen} - chosen
        chosen |= children
        grown = bool(children)
    return {ProcessIdentity(found.pid, found.ticks) for found in table if found.pid in chosen}


def send(processes: Iterable[ProcessIdentity], number: signal.Signals) -> None:
    """Signal those that still are what they were."""
    for process in processes:
        if alive(process):
            try:
                os.kill(process.pid, number)
            except (ProcessLookupError, PermissionError):
                continue


def launcher(plan: dict[str, Any]) -> list[str]:
    """The words to put before a command, so that it starts as `plan` says; the format is in `launch`."""
    return [sys.executable, "-I", "-S", _LAUNCH, json.dumps(plan)]
