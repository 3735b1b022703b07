"""Our chart takes what `validate` lets through, and refuses the rest as well."""

from __future__ import annotations

import json
import re

import pytest
from tests.support.rendered_charts import CHARTS

from deployer.config.path_scalars import shared_folder

SCHEMA = json.loads((CHARTS / "basehub" / "values.schema.json").read_text())
PATTERN = SCHEMA["properties"]["homes"]["properties"]["sharedFolders"]["items"]["pattern"]


@pytest.mark.parametrize(
    "name",
    [
        *("data", "data.v2", "a/b.c/d", ".hidden", "...", "..a", "with space", "a..b"),
        *("", "/etc", "..", "../etc", "a/../..", "a\\b", "{username}", "a:b", "/", "."),
    ],
)
def test_a_shared_folder_is_refused_by_both_or_none(name: str) -> None:
    try:
        told = shared_folder(name)
    except ValueError:
        told = ""
    assert bool(re.search(PATTERN, told or name)) is bool(told)
