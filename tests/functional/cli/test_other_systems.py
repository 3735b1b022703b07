"""On a system other than Linux a hub of this machine is refused in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HUB = "login: {provider: dummy, allow: everyone}\n"
# What it imports is for the system that it runs on, so that it is told of another one afterwards.
PROGRAM = """
import sys
from deployer.__main__ import run

assert run(["deploy", "demo", "welcome", "--dry-run"]) == 0
sys.platform = "darwin"
sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["deploy demo welcome", "try demo welcome", "doctor demo"])
def test_it_is_told_what_a_hub_on_this_machine_needs(command: str, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "clusters" / "demo"
    (folder / "hubs").mkdir(parents=True)
    (folder / "cluster.yaml").write_text("name: demo\nprovider: local\n")
    (folder / "hubs" / "welcome.yaml").write_text(HUB)
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *command.split()], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 4, ended.stderr
    assert "error: a hub on this machine needs Linux, and this is " in ended.stderr
    assert "hint: Run it in a Linux machine or container; everything that does not run a hub works here.\n" in ended.stderr
