"""Questions, which are asked on a terminal only."""

from __future__ import annotations

import sys

import typer


def confirmed(question: str, *, yes: bool) -> bool:
    """Whether to go on: asked of a person at a terminal, who may also say no; without a terminal, or with `--yes`, yes."""
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    return typer.confirm(question, err=True)
