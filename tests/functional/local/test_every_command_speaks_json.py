"""Every registered command with `--format json`, going well and not: stdout is JSON by the schema in the docs."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import typer.main
from tests.support.cache import PROJECT
from tests.support.program import Ended
from tests.support.small_fleets import SmallFleet
from typer.core import TyperGroup

from deployer.cli.app import app

pytestmark = pytest.mark.functional

SCHEMAS = PROJECT / "docs" / "reference" / "schemas"
AGE_KEY = "AGE-SECRET-KEY-1ASXGVQ3CQFR4HYUE0GET3YEJWHZ5A6M80R2WJGWRLA90RRZ4FW3QCMQ8W2"
AGE_RECIPIENT = "age1zfjgdyd0hgquh5vjhur5pj2esntu3ld4gdn0796jhnu2gjp983rsr2hdjq"
"""Made for these tests; opens nothing else."""

GOES_WELL: dict[str, list[str]] = {
    "validate": ["validate"],
    "explain": ["explain", "CLUSTER", "garden", "machines"],
    "schema": ["schema"],
    "deploy": ["deploy", "CLUSTER", "garden", "--force"],
    "status": ["status", "CLUSTER"],
    "check": ["check", "CLUSTER", "garden"],
    "rollback": ["rollback", "CLUSTER", "garden"],
    "diagnose": ["diagnose", "CLUSTER", "garden", "deployer-check"],
    "doctor": ["doctor", "CLUSTER"],
    "logs": ["logs", "CLUSTER", "garden", "--lines", "3"],
    "destroy": ["destroy", "CLUSTER", "garden", "--dry-run"],
    "try": ["try", "CLUSTER", "garden", "--dry-run"],
    "new-fleet": ["new", "fleet", "another"],
    "new-cluster": ["new", "cluster", "far", "--provider", "aws"],
    "new-hub": ["new", "hub", "CLUSTER", "second"],
    "secrets-set": ["secrets", "set", "CLUSTER", "second", "login.client_secret"],
    "secrets-view": ["secrets", "view", "CLUSTER", "second"],
    "secrets-rotate": ["secrets", "rotate", "CLUSTER", "second"],
    "secrets-edit": ["secrets", "edit", "CLUSTER", "second"],
    "support-deploy": ["support", "deploy", "CLUSTER", "--dry-run"],
}
"""In the order in which they run: what one writes, the next reads."""

FAILS: dict[str, tuple[int, list[str]]] = {
    "validate": (2, ["validate", "nowhere"]),
    "explain": (2, ["explain", "CLUSTER", "gaden"]),
    "schema": (2, ["schema", "hubb"]),
    "deploy": (2, ["deploy"]),
    "status": (2, ["status", "nowhere"]),
    "check": (2, ["check", "CLUSTER", "nobody"]),
    "rollback": (2, ["rollback", "CLUSTER", "nobody"]),
    "diagnose": (2, ["diagnose", "CLUSTER", "garden", "nobody"]),
    "doctor": (2, ["doctor", "nowhere"]),
    "logs": (2, ["logs", "CLUSTER", "garden", "--user", "nobody"]),
    "destroy": (2, ["destroy", "CLUSTER", "nobody"]),
    "try": (2, ["try", "CLUSTER", "nobody"]),
    "new-fleet": (2, ["new", "fleet", "."]),
    "new-cluster": (2, ["new", "cluster", "CLUSTER", "--provider", "local"]),
    "new-hub": (2, ["new", "hub", "CLUSTER", "garden"]),
    "secrets-set": (2, ["secrets", "set", "CLUSTER", "nobody", "login.client_secret"]),
    "secrets-view": (2, ["secrets", "view", "CLUSTER", "nobody"]),
    "secrets-rotate": (2, ["secrets", "rotate", "CLUSTER", "nobody"]),
    "secrets-edit": (2, ["secrets", "edit", "CLUSTER", "garden"]),
    "support-deploy": (2, ["support", "deploy", "nowhere"]),
}
"""Exit code and arguments."""


def registered() -> set[str]:
    """Every command, the names of its groups before it."""

    def below(group: TyperGroup, prefix: str) -> Iterator[str]:
        for name, command in group.commands.items():
            if isinstance(command, TyperGroup):
                yield from below(command, f"{prefix}{name}-")
            else:
                yield f"{prefix}{name}"

    root = typer.main.get_command(app)
    assert isinstance(root, TyperGroup)
    return set(below(root, ""))


def checked(name: str, text: str) -> Any:
    """The JSON, which the schema of that name accepts."""
    data = json.loads(text)
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.json").read_text())).validate(data)
    return data


def run(fleet: SmallFleet, arguments: list[str], *, stdin: str = "", terminal: bool = False) -> Ended:
    """Run the program; `terminal`: its stdin is one, else it has `stdin`."""
    words = [fleet.cluster if word == "CLUSTER" else word for word in arguments]
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "deployer", *words, "--format", "json", "--fleet", fleet.root, "--state", fleet.state],
        cwd=fleet.root,
        env={**os.environ, "SOPS_AGE_KEY": AGE_KEY, "EDITOR": "true"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        **({"stdin": theirs} if terminal else {"input": stdin}),
    )
    os.close(ours)
    os.close(theirs)
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def _with_secrets(_running: SmallFleet) -> Iterator[None]:
    (_running.root / ".sops.yaml").write_text(f"creation_rules:\n  - age: {AGE_RECIPIENT}\n")
    yield
    _running.forget()


@pytest.fixture
def garden(running: SmallFleet, _with_secrets: None) -> SmallFleet:
    """A running hub whose fleet may keep secrets; what these tests write is gone when they are done."""
    return running


def test_every_command_has_a_schema_and_both_rows() -> None:
    commands = registered()
    assert set(GOES_WELL) == commands
    assert set(FAILS) == commands
    assert {path.stem for path in SCHEMAS.glob("*.json")} == commands | {"error"}


@pytest.mark.parametrize("name", GOES_WELL)
def test_a_success_is_json_by_its_schema(garden: SmallFleet, name: str) -> None:
    ended = run(garden, GOES_WELL[name], stdin="s3cret", terminal=name == "secrets-edit")
    assert ended.code == 0, ended.err + ended.out
    assert checked(name, ended.out)


@pytest.mark.parametrize("name", FAILS)
def test_a_failure_is_json_by_the_schema_of_errors(garden: SmallFleet, name: str) -> None:
    code, arguments = FAILS[name]
    ended = run(garden, arguments)
    assert ended.code == code, ended.err + ended.out
    assert checked("error", ended.out)["error"]["exit_code"] == code


def test_wrong_files_are_an_error_with_its_problems(garden: SmallFleet) -> None:
    garden.write_hub("weeds", "login: {provider: dummy, alow: everyone}\n")
    try:
        ended = run(garden, ["deploy", "CLUSTER", "weeds"])
        assert ended.code == 1
        error = checked("error", ended.out)["error"]
        assert (error["code"], error["problems"][0]["code"]) == ("configuration", "unknown-key")
        assert checked("validate", run(garden, ["validate"]).out)["errors"]
    finally:
        (garden.folder / "hubs" / "weeds.yaml").unlink()


def test_what_was_removed_is_json_too(garden: SmallFleet) -> None:
    ended = run(garden, ["destroy", "CLUSTER", "garden", "--yes"])
    assert ended.code == 0, ended.err
    removed = checked("destroy", ended.out)["hubs"]
    assert [(hub["hub"], hub["existed"]) for hub in removed] == [("garden", True)]
    assert checked("status", run(garden, ["status", "CLUSTER"]).out)
