"""How long work is shown, on a terminal and elsewhere."""

import re
from contextlib import ExitStack
from io import StringIO

import pytest
from rich.console import Console

from deployer.cli.progress import PlainProgress, TerminalProgress, progress_for

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def test_elsewhere_each_piece_of_work_has_a_line_before_and_after() -> None:
    stream = StringIO()
    progress = progress_for(stream)
    assert isinstance(progress, PlainProgress)
    with progress.step("Start the hub"):
        progress.say("it listens")
        progress.warn("it is slow")
    lines = stream.getvalue().splitlines()
    assert lines[:3] == ["Start the hub ...", "it listens", "warning: it is slow"]
    assert re.fullmatch(r"Start the hub: done in \d+\.\d s", lines[3])


def test_what_fails_is_not_called_done() -> None:
    stream = StringIO()
    with pytest.raises(KeyboardInterrupt), PlainProgress(stream).step("Start the hub"):
        raise KeyboardInterrupt
    assert re.search(r"^Start the hub: failed after \d+\.\d s$", stream.getvalue(), re.MULTILINE)
    assert "done" not in stream.getvalue()


def terminal() -> tuple[TerminalProgress, StringIO]:
    stream = StringIO()
    return TerminalProgress(Console(file=stream, force_terminal=True, highlight=False, width=80)), stream


def test_on_a_terminal_steps_may_be_nested_and_end_with_a_mark() -> None:
    progress, stream = terminal()
    with progress.step("Deploy [demo]"):
        with progress.step("Start the hub"):
            progress.warn("[bold] is text")
        with pytest.raises(ValueError, match="x"), progress.step("Check"):
            raise ValueError("x")
    shown = ESCAPES.sub("", stream.getvalue())
    for expected in ("✓ Start the hub", "✗ Check", "✓ Deploy [demo]", "warning: [bold] is text"):
        assert expected in shown


def test_what_runs_at_once_is_shown_at_once() -> None:
    progress, stream = terminal()
    with ExitStack() as server, ExitStack() as page:
        page.enter_context(progress.step("Login page"))
        server.enter_context(progress.step("Server starts"))
        page.close()
        progress.say("still there")
    shown = ESCAPES.sub("", stream.getvalue())
    assert "Login page, Server starts" in shown
    assert shown.index("✓ Login page") < shown.index("still there") < shown.index("✓ Server starts")


def test_a_title_cannot_steer_the_terminal() -> None:
    stream = StringIO()
    PlainProgress(stream).say("a\x1b[2Jb")
    progress, terminal_stream = terminal()
    progress.say("a\x1b[2Jb")
    assert "\x1b" not in stream.getvalue()
    assert "\x1b[2J" not in terminal_stream.getvalue()
