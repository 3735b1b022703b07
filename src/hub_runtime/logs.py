"""Logs: opened private, bounded in size, read from their end."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

LARGEST = 10 * 2**20
_SHOWN_LINES = 20
_READ_BYTES = 32_768


def open_log(path: Path) -> BinaryIO:
    """Open to append; nobody but the owner may read it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def bound(path: Path, largest: int = LARGEST) -> None:
    """Move what stands in a log that has grown too big to `<name>.1`; the program that writes goes on with the same file."""
    try:
        if path.stat().st_size <= largest:
            return
        older = path.with_name(f"{path.name}.1")
        with path.open("rb") as source, open_private(older) as target:
            shutil.copyfileobj(source, target)
        os.truncate(path, 0)
    except OSError:
        return


def open_private(path: Path) -> BinaryIO:
    """Open to replace; nobody but the owner may read it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def last_lines(path: Path, since: int = 0) -> tuple[str, ...]:
    """The last lines that were written after position `since`."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(min(since, size), size - _READ_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ()
    return tuple(line for line in text.splitlines() if line.strip())[-_SHOWN_LINES:]
