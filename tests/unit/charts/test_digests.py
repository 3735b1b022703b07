"""The charts that ours wrap are held to what their authors published."""

from __future__ import annotations

import re

import pytest
import yaml
from tests.support.rendered_charts import CHARTS, dependencies


@pytest.mark.parametrize("chart", sorted(path.name for path in CHARTS.iterdir()))
def test_digests_are_of_charts_that_are_wrapped(chart: str) -> None:
    wrapped = {f"{one['name']}-{one['version']}" for one in dependencies(chart)}
    pinned: dict[str, str] = yaml.safe_load((CHARTS / chart / "digests.yaml").read_text())
    assert pinned.keys() <= wrapped
    assert [digest for digest in pinned.values() if not re.fullmatch("[0-9a-f]{64}", digest)] == []


def test_a_hubs_charts_have_one_where_their_repository_has_an_index() -> None:
    pinned = yaml.safe_load((CHARTS / "basehub" / "digests.yaml").read_text())
    indexed = [one for one in dependencies("basehub") if not one["repository"].startswith("oci://")]
    assert [one["name"] for one in indexed if f"{one['name']}-{one['version']}" not in pinned] == []
