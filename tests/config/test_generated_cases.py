"""Files that no repository should hold get a clear message as well."""

from __future__ import annotations

import pytest
from tests.support.cases import problems_of
from tests.support.generated_cases import GENERATED

from deployer.reporting.problems import to_text


@pytest.mark.parametrize("name", GENERATED)
def test_generated_case_tells_exactly_its_problems(name: str) -> None:
    tree, expected = GENERATED[name]
    assert to_text(problems_of(tree())) == expected
