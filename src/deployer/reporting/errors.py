"""A failure as a person reads it, as JSON, and as a report of a bug of ours."""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deployer.errors import ConfigurationError, DeployerError
from deployer.reporting.problems import to_json as problems_to_json
from deployer.reporting.problems import to_text as problems_to_text
from deployer.reporting.problems import visible


def to_text(error: DeployerError) -> str:
    """The problems, where it has any, then `error: ...` and `hint: ...`."""
    problems = problems_to_text(error.problems) if isinstance(error, ConfigurationError) else ""
    hint = "".join(f"hint: {visible(line)}\n" for line in error.hint.splitlines())
    message = "\n".join(visible(line) for line in error.message.splitlines())
    return f"{problems}error: {message}\n{hint}"


def to_json(error: DeployerError) -> dict[str, Any]:
    """`{"error": {"code", "message", "hint", "exit_code"}}`, with `problems` where it has any; schema `error.json`."""
    content: dict[str, Any] = {
        "code": error.code,
        "message": error.message,
        "hint": error.hint,
        "exit_code": error.exit_code,
    }
    if isinstance(error, ConfigurationError):
        content |= problems_to_json(error.problems)
    return {"error": content}


def bug_report(error: BaseException, *, command: Sequence[str], versions: Mapping[str, str]) -> str:
    """Everything that helps to mend a bug, and nothing that may be secret.

    Messages of exceptions and values of variables may hold secrets, so only the kinds of the exceptions and the lines
    of code are in it.
    """
    lines = ["deployer: report of an unexpected error", ""]
    lines += [f"{name}: {version}" for name, version in versions.items()]
    lines += [f"command: {' '.join(command)}", ""]
    for link in _chain(error):
        lines += [f"{type(link).__module__}.{type(link).__qualname__}"]
        lines += [line.rstrip("\n") for line in traceback.format_tb(link.__traceback__)]
    return "\n".join(lines) + "\n"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it came from, newest first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
