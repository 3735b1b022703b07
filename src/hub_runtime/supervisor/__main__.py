"""The command line: one hub folder."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from pathlib import Path

from hub_runtime.folder import HubFolder
from hub_runtime.supervisor.supervisor import AlreadyRunning, Supervisor

_ALREADY = 6


def main(arguments: list[str]) -> int:
    """Supervise until told to stop. Exit codes: 0 stopped, 1 the hub could not be started, 6 it is supervised already."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    os.umask(0o077)
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m hub_runtime.supervisor HUB_FOLDER\n")
        return 2
    try:
        return asyncio.run(Supervisor(HubFolder(Path(arguments[0]).resolve())).run())
    except AlreadyRunning as error:
        sys.stderr.write(f"{error}\n")
        return _ALREADY
    except OSError as error:
        sys.stderr.write(f"{arguments[0]} cannot be used: {error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
