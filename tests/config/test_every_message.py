"""No message without a case that raises it, and no two messages under one code."""

from __future__ import annotations

from itertools import combinations

from tests.support.cases import case_names, case_problems, problems_of
from tests.support.generated_cases import GENERATED

from deployer.config.messages import TEMPLATES, compiled, crossed, files, legacy, models, values


def test_every_message_is_raised_by_a_case() -> None:
    raised = {problem.code for name in case_names() for problem in case_problems(name)}
    raised |= {problem.code for tree, _ in GENERATED.values() for problem in problems_of(tree())}
    assert sorted(set(TEMPLATES) - raised) == []


def test_every_code_has_one_message() -> None:
    groups = (files, models, crossed, legacy, compiled, values)
    shared = {code for one, other in combinations(groups, 2) for code in set(one.TEMPLATES) & set(other.TEMPLATES)}
    assert shared == set()
