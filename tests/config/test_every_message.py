"""No message without a case that raises it, and no two messages under one code."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

from tests.support.cases import case_names, case_problems, problems_of
from tests.support.generated_cases import GENERATED
from tests.support.refused_by_charts import REFUSED, problems_with

import deployer
from deployer.config.messages import TEMPLATES, compiled, crossed, files, legacy, models, values
from deployer.config.ownership import unexplained
from deployer.model.release import HubRef

SOURCES = Path(deployer.__file__).parent


def test_every_message_is_raised_by_a_case() -> None:
    raised = {problem.code for name in case_names() for problem in case_problems(name)}
    raised |= {problem.code for tree, _ in GENERATED.values() for problem in problems_of(tree())}
    raised |= {problem.code for answer, _ in REFUSED.values() for problem in problems_with(answer)}
    # Only a mistake of ours can leave a hub out without a word.
    raised |= {problem.code for problem in unexplained([HubRef("aurora", "prod")], ())}
    assert sorted(set(TEMPLATES) - raised) == []


def test_nothing_else_makes_a_problem() -> None:
    """Not counting one that was made before and is read again."""
    makers = {
        path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*.py") if re.search(r"\bProblem\(", path.read_text())
    }
    assert makers - {"model/problem.py", "workflows/verdicts.py"} == {"config/messages/__init__.py"}


def test_every_code_has_one_message() -> None:
    groups = (files, models, crossed, legacy, compiled, values)
    shared = {code for one, other in combinations(groups, 2) for code in set(one.TEMPLATES) & set(other.TEMPLATES)}
    assert shared == set()
