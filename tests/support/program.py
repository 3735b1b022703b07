"""The real program, as a person or CI starts it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """Stdout as JSON."""
        return json.loads(self.out)


def deployer(*arguments: str | Path, cwd: Path, through: Sequence[str] = (), **env: str) -> Ended:
    """Run `deployer ARGUMENTS` in `cwd`, without a terminal, and wait. `env` is added to this environment; `through`: the command
    that runs it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DEPLOYER_")}
    done = subprocess.run(
        [*through, sys.executable, "-m", "deployer", *map(str, arguments)],
        cwd=cwd,
        env=kept | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=900,  # of a machine that does other things, too
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def told(text: str) -> str:
    """What the person is told in the end, without what went on before."""
    return text[text.index("error: ") :]
