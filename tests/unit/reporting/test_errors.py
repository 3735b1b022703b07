"""How failures are told."""

import json
from pathlib import Path

import jsonschema
import pytest
from tests.support.cache import PROJECT
from tests.support.raised_errors import RAISED

from deployer import errors
from deployer.errors import ConfigurationError, DeployerError, MachineError, worst_exit_code
from deployer.model.place import Place
from deployer.model.problem import Problem
from deployer.reporting.errors import bug_report, to_json, to_text

PROBLEM = Problem(code="unknown-key", message="`quotta` is not a setting", place=Place("f.yaml", 1, 1, 6, ((1, "quotta: 1"),)))
CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DeployerError)]


def test_a_failure_has_a_message_and_a_hint() -> None:
    error = MachineError("port 8000 is in use\nby nginx", hint="stop it\nor take another")
    assert to_text(error) == "error: port 8000 is in use\nby nginx\nhint: stop it\nhint: or take another\n"
    assert to_text(MachineError("the disk is full")) == "error: the disk is full\n"


def test_wrong_files_are_told_with_their_problems() -> None:
    error = ConfigurationError([PROBLEM], hint="mend it")
    assert to_text(error).startswith("f.yaml:1:1: error: `quotta` is not a setting\n")
    assert to_text(error).endswith("error: 1 problem in the configuration\nhint: mend it\n")
    assert to_json(error)["error"]["problems"][0]["code"] == "unknown-key"


def test_every_class_is_brought_about() -> None:
    assert set(RAISED) == set(CLASSES)


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_every_class_is_raised_and_is_json_by_the_schema(kind: type[DeployerError], tmp_path: Path) -> None:
    with pytest.raises(kind) as caught:
        RAISED[kind](tmp_path)
    error = caught.value
    assert type(error) is kind
    assert to_text(error).startswith(("error: ", "config/"))
    schema = json.loads((PROJECT / "docs" / "reference" / "schemas" / "error.json").read_text())
    jsonschema.validate(to_json(error), schema)
    assert to_json(error)["error"]["exit_code"] == kind.exit_code


def test_the_worst_of_several_exit_codes_speaks() -> None:
    order = [70, 130, 7, 5, 4, 6, 2, 1, 3, 0]
    for position, code in enumerate(order):
        assert worst_exit_code(order[position:]) == code
    assert worst_exit_code([]) == 0
    assert worst_exit_code([99]) == 70


def test_a_message_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in to_text(MachineError("a\x1b[2J", hint="b\x1b[2J"))


def fail(secret: str) -> None:
    """A failure whose messages and variables hold a secret, from another such failure."""
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"wrong: {secret}") from error


def test_a_report_of_a_bug_has_the_way_there_and_no_values() -> None:
    with pytest.raises(ValueError, match="hunter2") as caught:
        fail("hunter" + str(2))
    report = bug_report(caught.value, command=["deployer", "deploy"], versions={"deployer": "1.2"})
    assert "hunter2" not in report
    for expected in ("deployer: 1.2", "command: deployer deploy", "builtins.ValueError", "builtins.KeyError", "in fail"):
        assert expected in report
