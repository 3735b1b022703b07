"""A deploy that migrates the hub's database, and is undone: the database is as it was, and so is what people had in it."""

from __future__ import annotations

import httpx
import pytest
from tests.support.cluster_fleet import ClusterFleet, hub_file
from tests.support.hub_driver import Kernel
from tests.support.migration import another_schema, schema_of
from tests.support.program import told
from tests.support.unharmed import unharmed

pytestmark = pytest.mark.cluster

SICK = "c.JupyterHub.load_roles.append({'name': 'broken', 'scopes': ['no-such-scope']})\n"
"""Found when the hub reads its roles, which is after it migrated its database."""


def owner_of(kernel: Kernel, token: str) -> str:
    headers = {"Authorization": f"token {token}"}
    return str(httpx.get(f"{kernel.person.url}hub/api/user", headers=headers, trust_env=False).json().get("name"))


def test_a_migration_is_undone_with_the_change_that_made_it(restored: ClusterFleet, kernel: Kernel) -> None:
    schema, token = schema_of(restored), kernel.person.token()
    restored.write(hub_file(extraFiles=another_schema(restored), extraConfig={"roles": SICK}))
    with unharmed(restored, kernel, seconds=180):
        ended = restored.deploy()
    assert ended.code == 5, ended.err
    assert "no-such-scope" in told(ended.err)
    assert "What ran before runs again." in told(ended.err)
    assert schema_of(restored) == schema
    assert owner_of(kernel, token) == "ada"
    restored.write()
    assert "unchanged" in restored.deploy().out
