"""The one error boundary: a DeployerError gives its exit code, Ctrl-C 130, anything else a report file and 70."""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from deployer.errors import EXIT_INTERRUPTED, DeployerError

_OBJECTS_BETWEEN_COLLECTIONS = 500_000
"""Looking for cycles as often as Python does takes a sixth of a validation that makes none; 171 hubs stay below this."""


def main() -> None:
    """The console script."""
    code = run(sys.argv[1:])
    gc.freeze()  # A last look for cycles at the end takes a tenth of a validation.
    sys.exit(code)  # noqa: TID251  (this is the room that ends the process)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code."""
    try:
        gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        signal.signal(signal.SIGTERM, _interrupt)
        from deployer.cli import output

        output.tolerate_poor_streams()
        return _run(arguments)
    except KeyboardInterrupt:
        sys.stderr.write("error: interrupted\n")
        return EXIT_INTERRUPTED


def _interrupt(number: int, frame: FrameType | None) -> None:
    """SIGTERM, as CI sends it, ends a command as Ctrl-C does: what is under way is cleaned up."""
    raise KeyboardInterrupt


def _run(arguments: Sequence[str]) -> int:
    from typer import Abort, TyperException

    from deployer.cli import failures

    try:
        return _command(arguments)
    except (Abort, KeyboardInterrupt) as error:
        return failures.show(failures.StoppedError("interrupted"), arguments, error)
    except TyperException as error:
        return failures.show(failures.from_typer(error), arguments, error)
    except DeployerError as error:
        return failures.show(error, arguments, error)
    except Exception as error:
        return failures.show(failures.unexpected(error, arguments), arguments, error)


def _command(arguments: Sequence[str]) -> int:
    import typer.main

    from deployer.cli.app import app
    from deployer.cli.session import Session

    code = typer.main.get_command(app).main(list(arguments), prog_name="deployer", standalone_mode=False, obj=Session())
    if code == EXIT_INTERRUPTED:
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    main()
