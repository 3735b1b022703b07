"""Prints the table of benchmarks: `python -m bench [--times N] [--only commands|hubs|clusters]`."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import tempfile
from pathlib import Path

from bench import commands
from bench.measure import Line, table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument(
        "--times", type=int, default=0, help="measurements of each line; 7 of commands and 3 of the others when left out"
    )
    parser.add_argument("--only", choices=("commands", "hubs", "clusters"), help="a part")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="deployer-bench-"))
    folder.chmod(0o755)
    lines: list[Line] = []
    try:
        if given.only in (None, "commands"):
            lines += commands.lines(_made(folder / "commands"), given.times or 7)
        # Imported only now: a child's peak counts what its parent held when it was born.
        if given.only in (None, "hubs"):
            from bench import hubs

            lines += hubs.lines(_made(folder / "hubs"), given.times or 3)
        if given.only in (None, "clusters"):
            from bench import clusters

            lines += clusters.lines(_made(folder / "clusters"), given.times or 3)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} CPUs, load {load:.1f}, Python {platform.python_version()}, {platform.system()} {platform.release()}")
    print(table(lines))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    main()
