"""Files that no repository should hold get a clear message as well."""

from __future__ import annotations

import pytest
from tests.support.cases import problems_of
from tests.support.generated_cases import GENERATED
from tests.support.refused_by_charts import REFUSED, problems_with

from deployer.reporting.problems import to_text


@pytest.mark.parametrize("name", GENERATED)
def test_generated_case_tells_exactly_its_problems(name: str) -> None:
    tree, expected = GENERATED[name]
    assert to_text(problems_of(tree())) == expected


@pytest.mark.parametrize("name", REFUSED)
def test_what_charts_say_is_told_exactly(name: str) -> None:
    answer, expected = REFUSED[name]
    assert to_text(problems_with(answer)) == expected
