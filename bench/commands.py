"""`--help` and `validate`, beside the least that a program of this kind can take."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench import fleet
from bench.measure import MEBIBYTE, Line, Run, repeat, run

PYTHON = sys.executable
DEPLOYER = Path(PYTHON).parent / "deployer"
HELLO = "import typer\napp = typer.Typer(rich_markup_mode=None)\n@app.command()\ndef hello(): ...\napp(['--help'])"
PARSE = "import pathlib, yaml\nfor f in pathlib.Path('config').rglob('*.yaml'): yaml.load(f.read_bytes(), yaml.CSafeLoader)"


def lines(folder: Path, times: int) -> list[Line]:
    """Everything that needs no hub."""
    return [*_help(folder, times), *_validate(folder, times)]


def _help(folder: Path, times: int) -> list[Line]:
    seconds = Line("deployer --help", "s", 0.2, peer="Typer, one command, --help")
    memory = Line("deployer --help, memory", "MB", 40, peer="Typer, one command, --help")
    bare = Line("deployer --help", "s", None, peer="python -c pass")

    def measure() -> None:
        ours, hello, nothing = (
            run([DEPLOYER, "--help"], folder),
            run([PYTHON, "-c", HELLO], folder),
            run([PYTHON, "-c", "pass"], folder),
        )
        _add(seconds, ours, hello)
        _add(memory, ours, hello)
        _add(bare, ours, nothing)

    run([DEPLOYER, "--help"], folder)
    repeat(times, measure)
    return [seconds, memory, bare]


def _validate(folder: Path, times: int) -> list[Line]:
    root = fleet.write(folder / "fleet")
    what = f"{fleet.CLUSTERS} clusters, {fleet.HUBS} hubs"
    cold = Line(f"validate --no-render, cold ({what})", "s", 1.0, peer="libyaml reads the same files")
    memory = Line("validate --no-render, cold, memory", "MB", None, peer="libyaml reads the same files")
    unchanged = Line("validate --no-render, unchanged", "s", 0.3, peer="python -c pass")
    command = [DEPLOYER, "validate", "--no-render"]

    def measure() -> None:
        shutil.rmtree(root / ".deployer", ignore_errors=True)
        first, parsed = run(command, root), run([PYTHON, "-c", PARSE], root)
        _add(cold, first, parsed)
        _add(memory, first, parsed)
        _add(unchanged, run(command, root), run([PYTHON, "-c", "pass"], root))

    run(command, root)
    repeat(times, measure)
    return [cold, memory, unchanged]


def _add(line: Line, ours: Run, peer: Run) -> None:
    if line.unit == "s":
        line.cpu.append(ours.cpu)
    for values, measured in ((line.values, ours), (line.peer_values, peer)):
        values.append(measured.memory / MEBIBYTE if line.unit == "MB" else measured.seconds)
