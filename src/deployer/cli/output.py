"""The two streams of this process."""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

from deployer.errors import MachineError


def results() -> TextIO:
    """Where results go."""
    return sys.stdout


def errors() -> TextIO:
    """Where progress and errors go."""
    return sys.stderr


class OutputLostError(MachineError):
    """Results could not be written to stdout."""


def write(text: str, stream: TextIO | None = None) -> bool:
    """Write to stdout, or to another of the two, and flush. Quiet where the reader has gone; False then.

    Raises OutputLostError where results cannot be written. What cannot be written to stderr is lost, as nobody could be told.
    """
    target = stream or results()
    if target is None:  # as Python has it where the stream was closed before it began
        raise lost(OSError(errno.EBADF, os.strerror(errno.EBADF)))
    try:
        target.write(text)
        target.flush()
    except OSError as error:
        silence(target)
        if target is results() and not isinstance(error, BrokenPipeError):
            raise lost(error) from None
        return False
    return True


def lost(error: OSError) -> OutputLostError:
    """What to tell where stdout fails."""
    hint = "Make room, or let stdout lead elsewhere, and run the same command again."
    return OutputLostError(f"the output cannot be written: {error.strerror}", hint=hint)


def silence(stream: TextIO) -> None:
    """Let everything further that goes to this stream, also at the interpreter's end, vanish."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def tolerate_poor_streams() -> None:
    """A stream whose encoding lacks a character gets an escape instead of failing; a stderr that is closed leads nowhere."""
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
