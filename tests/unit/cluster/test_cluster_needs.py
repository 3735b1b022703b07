"""Where no cluster can be started, the reason says what is missing and what to do about it."""

import os
from pathlib import Path

import pytest
from tests.support.cluster import missing
from tests.support.cluster.needs import PROGRAMS


def test_missing_programs_are_named_with_the_command_that_installs_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    reason = missing()
    assert reason is not None
    if os.geteuid() != 0:
        assert "needs root" in reason
    else:
        assert all(program in reason for program in PROGRAMS)
        assert "make cluster-deps" in reason
