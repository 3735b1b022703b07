"""How a command line that failed ends: on stderr for people, on stdout for `--format json`, in a file for bugs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from typer import TyperException
from typer.core import TyperArgument, TyperGroup, TyperOption

from deployer import __version__
from deployer.cli import output
from deployer.errors import EXIT_INTERRUPTED, DeployerError, MachineError, UsageError
from deployer.reporting.errors import bug_report, to_json, to_text

_PACKAGES = ("pydantic", "typer", "pyyaml", "httpx")


class StoppedError(DeployerError):
    """Ctrl-C, or the SIGTERM that CI sends."""

    exit_code = EXIT_INTERRUPTED
    code = "interrupted"


def show(error: DeployerError, arguments: Sequence[str], cause: BaseException) -> int:
    """Tell the error as the command line asks for it; returns the exit code."""
    if "--debug" in arguments:
        import traceback

        output.write("".join(traceback.format_exception(cause)), output.errors())
    try:
        if _wants_json(arguments) and not isinstance(error, output.OutputLostError):
            output.write(json.dumps(to_json(error), indent=2, ensure_ascii=False) + "\n")
            return error.exit_code
    except output.OutputLostError as lost:
        error = lost
    _write_for_people(to_text(error))
    return error.exit_code


def from_typer(error: TyperException) -> DeployerError:
    """What Typer found wrong with the command line, in our words."""
    context = getattr(error, "ctx", None)
    close = getattr(error, "possibilities", None)
    if close:
        return UsageError(_sentence(error.message), hint=f"perhaps you meant `{close[0]}`")
    hint = f"`{context.command_path} --help` lists what there is" if context else ""
    group = context.command if context else None
    if isinstance(group, TyperGroup) and not isinstance(getattr(error, "param", None), TyperArgument | TyperOption):
        hint += f": {', '.join(group.commands)}"
    return UsageError(_sentence(error.format_message()), hint=hint)


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:].rstrip(".")


def unexpected(error: Exception, arguments: Sequence[str]) -> DeployerError:
    """A bug of ours: write the report file and say where it is. A full disk is none, whoever met it."""
    import errno
    import os
    import platform
    import tempfile
    from importlib import metadata

    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return MachineError(f"this machine refused: {error.strerror}", hint="Make room, and run the same command again.")
    versions = {"deployer": __version__, "python": platform.python_version(), "system": platform.platform()}
    versions |= {name: metadata.version(name) for name in _PACKAGES}
    try:
        descriptor, path = tempfile.mkstemp(prefix="deployer-report-", suffix=".txt")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(bug_report(error, command=["deployer", *arguments], versions=versions))
    except OSError as refused:
        path = f"nowhere, as this machine refused to write it: {refused.strerror}"
    return DeployerError(
        f"a bug of the deployer: {type(error).__name__}; a report without secrets is in {path}",
        hint="send it to the developers; `--debug` shows the whole traceback here",
    )


def _wants_json(arguments: Sequence[str]) -> bool:
    """As the parser itself may be what failed, the words are looked at as they are."""
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _write_for_people(text: str) -> None:
    """With colours where a terminal shows it and nobody forbids it (rich honours NO_COLOR)."""
    stream = output.errors()
    if not stream.isatty():
        output.write(text, stream)
        return
    from rich.console import Console
    from rich.text import Text

    console, styled = Console(file=stream, highlight=False), Text(text, end="")
    styled.highlight_regex(r"(?m)^error:|: error: ", "bold red")
    styled.highlight_regex(r": warning: ", "bold yellow")
    styled.highlight_regex(r"(?m)^ *hint:|^ +\| [ \t]*\^+", "cyan")
    console.print(styled, soft_wrap=True, end="")
