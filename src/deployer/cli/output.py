"""The two streams of this process."""

from __future__ import annotations

import os
import sys
from typing import TextIO


def results() -> TextIO:
    """Where results go."""
    return sys.stdout


def errors() -> TextIO:
    """Where progress and errors go."""
    return sys.stderr


def write(text: str, stream: TextIO | None = None) -> bool:
    """Write to stdout, or to another of the two, and flush. Quiet where the reader has gone; False then."""
    target = stream or results()
    try:
        target.write(text)
        target.flush()
    except BrokenPipeError:
        silence(target)
        return False
    return True


def silence(stream: TextIO) -> None:
    """Let everything further that goes to this stream, also at the interpreter's end, vanish."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def tolerate_narrow_encodings() -> None:
    """A stream whose encoding lacks a character gets an escape instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
