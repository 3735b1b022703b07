"""Log files of this machine, read from their end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from deployer.model.protocols import Clock

_BLOCK = 8192
_PAUSE = 0.2


def tail(path: Path, lines: int) -> Iterator[str]:
    """The last lines of a text file, control characters and all; nothing where there is no file."""
    content, _ = _end(path, lines)
    yield from content.decode(errors="replace").splitlines()[-lines:] if lines > 0 else ()


def followed(path: Path, lines: int, clock: Clock) -> Iterator[str]:
    """The last lines, then each further one once it is written to its end; goes on for ever."""
    content, position = _end(path, lines)
    *whole, begun = content.split(b"\n")
    whole = whole[-lines:]
    while True:
        yield from (line.decode(errors="replace") for line in whole)
        clock.sleep(_PAUSE)
        content, position = _since(path, position)
        *whole, begun = (begun + content).split(b"\n")


def _end(path: Path, lines: int) -> tuple[bytes, int]:
    """At least that many of the last lines, and the position behind them."""
    content, end = b"", 0
    with suppress(OSError), path.open("rb") as file:
        position = end = file.seek(0, 2)
        while position > 0 and content.count(b"\n") <= lines:
            step = min(_BLOCK, position)
            position = file.seek(position - step)
            content = file.read(step) + content
    return content, end


def _since(path: Path, position: int) -> tuple[bytes, int]:
    """What was written since, and the position behind it. A file that grew too big has been emptied, and begins anew."""
    with suppress(OSError), path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(position if size >= position else 0)
        return file.read(), file.tell()
    return b"", 0
