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


def mark_of(pid: int) -> str:
    """The mark that a process carries; empty where it has none, or where its environment is not ours to read."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return ""
    entries = (entry for entry in environment.split(b"\0") if entry.startswith(f"{MARK}=".encode()))
    return next(entries, b"=").split(b"=", 1)[1].decode(errors="replace")


def family(mark: str, leaders: Iterable[int] = ()) -> set[ProcessIdentity]:
    """Every process whose mark begins so, or of a leader's session, and all their descendants, but for those with another mark:
    a server is the hub's child and does not end with it. This process is never one of them."""
    table = {found.pid: found for found in rows() if found.pid != os.getpid()}
    marks = {pid: mark_of(pid) for pid in table}
    candidates = {pid: found for pid, found in table.items() if not marks[pid] or marks[pid].startswith(mark)}
    chosen = {pid for pid, found in candidates.items() if marks[pid] or found.session in leaders or pid in leaders}
    grown = True
    while grown:
        children = {pid for pid, found in candidates.items() if found.parent in chosen} - chosen
        chosen |= children
        grown = bool(children)
    return {ProcessIdentity(pid, table[pid].ticks) for pid in chosen}


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
