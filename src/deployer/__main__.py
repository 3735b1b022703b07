"""The one error boundary: a DeployerError gives its exit code, Ctrl-C 130, anything else a report file and 70."""

from __future__ import annotations


def main() -> None:
    """The console script."""
    raise NotImplementedError
