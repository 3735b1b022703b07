"""Every case tells exactly its problems: place, message, source line, caret and hint.

After a deliberate change of messages: `UPDATE_CASES=1 pytest tests/config/test_cases.py`, then read the diff.
"""

from __future__ import annotations

import os

import pytest
from tests.support.cases import CASES, base_files, case_names, case_problems, problems_of

from deployer.model.tree import FleetTree
from deployer.reporting.problems import to_text


@pytest.mark.parametrize("name", case_names())
def test_case_tells_exactly_its_problems(name: str) -> None:
    told = to_text(case_problems(name))
    expected = CASES / name / "expected.txt"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(told)
    assert told == expected.read_text()


def test_the_base_fleet_of_the_cases_has_no_problem() -> None:
    assert to_text(problems_of(FleetTree(base_files()))) == ""


def test_there_are_as_many_cases_as_promised() -> None:
    assert len(case_names()) >= 120
