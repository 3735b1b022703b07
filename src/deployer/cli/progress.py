"""Long work on a terminal, and as plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from deployer.cli import output
from deployer.model.protocols import Progress
from deployer.reporting.problems import visible

if TYPE_CHECKING:
    from rich.console import Console


def progress_for(stream: TextIO) -> Progress:
    """Lines with a spinner on a terminal, plain lines elsewhere. rich itself honours NO_COLOR and TERM=dumb."""
    if not stream.isatty():
        return PlainProgress(stream)
    from rich.console import Console

    return TerminalProgress(Console(file=stream, highlight=False))


class PlainProgress:
    """One line where a piece of work begins, one where it ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A line before and a line after, with the seconds it took."""
        began = time.monotonic()
        self.say(f"{title} ...")
        try:
            yield
        except BaseException:
            self.say(f"{title}: failed after {time.monotonic() - began:.1f} s")
            raise
        self.say(f"{title}: done in {time.monotonic() - began:.1f} s")

    def say(self, message: str) -> None:
        """A line."""
        output.write(f"{visible(message)}\n", self._stream)

    def warn(self, message: str) -> None:
        """A line that begins with `warning:`."""
        self.say(f"warning: {message}")


class TerminalProgress:
    """A spinner while a piece of work runs, and a tick with its time when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """A spinner with the title; nested steps are lines under it."""
        from rich.markup import escape

        began = time.monotonic()
        shown = escape(visible(title))
        try:
            with self._console.status(shown):
                yield
        except BaseException:
            self._console.print(f"[red]✗[/red] {shown}")
            raise
        self._console.print(f"[green]✓[/green] {shown} [dim]{time.monotonic() - began:.1f} s[/dim]")

    def say(self, message: str) -> None:
        """A line."""
        self._console.print(visible(message), markup=False, soft_wrap=True)

    def warn(self, message: str) -> None:
        """A line that a person should not miss."""
        self._console.print(f"warning: {visible(message)}", style="bold yellow", markup=False, soft_wrap=True)
