"""Long work on a terminal, and as plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from deployer.cli import output
from deployer.model.protocols import Progress
from deployer.reporting.problems import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


def progress_for(stream: TextIO) -> Progress:
    """Lines with a spinner on a terminal, plain lines elsewhere. rich itself honours NO_COLOR and TERM=dumb."""
    if not stream.isatty():
        return PlainProgress(stream)
    from rich.console import Console

    return TerminalProgress(Console(file=stream, highlight=False))


_subject: ContextVar[str] = ContextVar("subject", default="")


@contextmanager
def about(subject: str) -> Iterator[None]:
    """Within, this thread's lines begin with the subject."""
    token = _subject.set(f"{subject}: ")
    try:
        yield
    finally:
        _subject.reset(token)


def _named(message: str) -> str:
    """The text with what it is about before each line."""
    subject = _subject.get()
    return "\n".join(f"{subject}{visible(line)}" for line in message.splitlines() or [""]) if subject else visible(message)


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

    def about(self, subject: str) -> AbstractContextManager[None]:
        """As the protocol says."""
        return about(subject)

    def say(self, message: str) -> None:
        """A line."""
        output.write(f"{_named(message)}\n", self._stream)

    def warn(self, message: str) -> None:
        """A line that begins with `warning:`."""
        self.say(f"warning: {message}")


class TerminalProgress:
    """A spinner while a piece of work runs, and a tick with its time when it is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: list[str] = []
        self._spinner: Status | None = None
        self._alone = Lock()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """The title beside the spinner, with those of all else that runs. Of several hubs at once, each gets lines."""
        from rich.markup import escape

        began = time.monotonic()
        shown = escape(_named(title))
        spinner = nullcontext() if _subject.get() else self._spinning(shown)
        try:
            with spinner:
                yield
        except BaseException:
            self._console.print(f"[red]✗[/red] {shown}")
            raise
        self._console.print(f"[green]✓[/green] {shown} [dim]{time.monotonic() - began:.1f} s[/dim]")

    @contextmanager
    def _spinning(self, shown: str) -> Iterator[None]:
        with self._alone:
            self._show([*self._shown, shown])
        try:
            yield
        finally:
            with self._alone:
                left = self._shown.copy()
                left.remove(shown)
                self._show(left)

    def _show(self, titles: list[str]) -> None:
        self._shown = titles
        if self._spinner:
            self._spinner.stop()
        self._spinner = self._console.status(", ".join(titles)) if titles else None
        if self._spinner:
            self._spinner.start()

    def about(self, subject: str) -> AbstractContextManager[None]:
        """As the protocol says."""
        return about(subject)

    def say(self, message: str) -> None:
        """A line."""
        self._console.print(_named(message), markup=False, soft_wrap=True)

    def warn(self, message: str) -> None:
        """A line that a person should not miss."""
        self._console.print(_named(f"warning: {message}"), style="bold yellow", markup=False, soft_wrap=True)
