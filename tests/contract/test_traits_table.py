"""The generated tables are what their scripts write from the pinned packages, and from the chart where a clone is at hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources

import pytest
from tests.support.cache import PROJECT
from tests.support.hub_environment import hub_python
from tests.support.real_chart import CLONE

DATA = resources.files("deployer.compiling.data")


def written_by(*command: str) -> dict:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_classes_and_traits_are_those_of_the_pinned_hub() -> None:
    table = written_by(str(hub_python()), "scripts/generate_traits.py")
    assert table == json.loads(DATA.joinpath("traits.json").read_bytes()), "run `make traits`"


@pytest.mark.extra
def test_keys_are_those_of_the_chart() -> None:
    clone = os.environ.get(CLONE)
    if not clone:
        pytest.skip(f"{CLONE} names no clone of zero-to-jupyterhub-k8s")
    kept = json.loads(DATA.joinpath("z2jh_keys.json").read_bytes())
    table = written_by(sys.executable, "scripts/generate_z2jh_keys.py", clone, kept["version"])
    assert table == kept
