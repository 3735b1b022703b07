"""Every case tells exactly its problems: place, message, source line, caret and hint.

After a deliberate change of messages: `UPDATE_CASES=1 pytest tests/config/test_cases.py`, then read the diff.
"""

from __future__ import annotations

import os
import pickle

import pytest
from tests.support.cases import CASES, base_files, case_names, case_problems, case_tree, problems_of

from deployer.config.documents import read_documents
from deployer.model.tree import FleetTree
from deployer.reporting.problems import to_text

READING = ("yaml", "key", "file", "extends", "recipients", "secret", "values-not")
"""Cases about what is found out while files are read."""


@pytest.mark.parametrize("name", case_names())
def test_case_tells_exactly_its_problems(name: str) -> None:
    told = to_text(case_problems(name))
    expected = CASES / name / "expected.txt"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(told)
    assert told == expected.read_text()


@pytest.mark.parametrize("name", [name for name in case_names() if name.startswith(READING)])
def test_it_is_the_same_where_another_process_read_the_files(name: str) -> None:
    tree = case_tree(name)
    read = pickle.loads(pickle.dumps(read_documents(tree.files.items())))
    assert problems_of(tree, read) == problems_of(tree)


def test_the_base_fleet_of_the_cases_has_no_problem() -> None:
    assert to_text(problems_of(FleetTree(base_files()))) == ""


def test_there_are_as_many_cases_as_promised() -> None:
    assert len(case_names()) >= 120
