"""Whether a new hub may have the database that there is."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.errors import DeployerError, GuardError, RolledBackError
from deployer.model.release import HubRef
from deployer.targets.kubernetes.trial.job import Tried
from deployer.targets.kubernetes.trial.schema import lies_elsewhere, migrates, require_usable, stays

REF = HubRef("aurora", "prod")
NEWER = Tried("b", ("b", "a"))
POSTGRES = {"type": "postgres"}


@pytest.mark.parametrize(
    ("schema", "tried", "database"),
    [
        ("a", NEWER, {}),
        ("b", NEWER, POSTGRES),
        ("a", NEWER, {**POSTGRES, "upgrade": True}),
        ("", NEWER, POSTGRES),
        ("a", Tried(), POSTGRES),
    ],
)
def test_a_database_that_the_new_hub_may_have(schema: str, tried: Tried, database: dict[str, Any]) -> None:
    require_usable(REF, schema, tried, database)


@pytest.mark.parametrize(
    ("schema", "database", "error"), [("c", {}, RolledBackError), ("c", POSTGRES, RolledBackError), ("a", POSTGRES, GuardError)]
)
def test_a_database_that_it_must_not_have(schema: str, database: dict[str, Any], error: type[DeployerError]) -> None:
    with pytest.raises(error):
        require_usable(REF, schema, NEWER, database)


@pytest.mark.parametrize(("kind", "elsewhere"), [("postgres", True), ("other", True), ("sqlite-memory", False), (None, False)])
def test_where_a_database_lies(kind: str | None, *, elsewhere: bool) -> None:
    assert lies_elsewhere({"type": kind}) is elsewhere


@pytest.mark.parametrize(
    ("copied", "now", "expected"),
    [
        pytest.param("a", "b", True, id="migrated and interrupted: no other copy is of any use to the hub from before"),
        pytest.param("a", "a", False, id="interrupted before it migrated"),
        pytest.param("a", "", True, id="interrupted, and no hub runs that could make another"),
        pytest.param("", "b", False, id="not interrupted, or before it had saved"),
    ],
)
def test_the_copy_from_before_a_migration_stays(copied: str, now: str, *, expected: bool) -> None:
    assert stays(copied, now) is expected


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [("a", "b", True), ("a", "a", False), ("", "b", False), ("a", "", False), ("", "", False)],
)
def test_a_schema_that_nobody_could_tell_is_no_migration(was: str, becomes: str, *, expected: bool) -> None:
    assert migrates(was, becomes) is expected
