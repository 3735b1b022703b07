"""What a comparison pins: secrets that the chart makes anew each time, and none that people set."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.model.place import value_at
from deployer.model.release import HubRef, Release
from deployer.targets.kubernetes.release.rendering import hub_values, pins
from deployer.targets.kubernetes.trial.schema import lies_elsewhere

KEYS = {
    "keys": ("hub", "config", "CryptKeeper", "keys"),
    "cookie": ("hub", "config", "JupyterHub", "cookie_secret"),
    "token": ("hub", "config", "ConfigurableHTTPProxy", "auth_token"),
    "service": ("hub", "services", "report", "apiToken"),
}


@pytest.mark.parametrize(
    ("values", "pinned"),
    [
        ({"hub": {"services": {"report": {}}}}, {"keys", "cookie", "token", "service"}),
        ({"hub": {"config": {"CryptKeeper": {"keys": ["digest"]}}}}, {"cookie", "token"}),
        ({"hub": {"config": {"JupyterHub": {"cookie_secret": "digest"}}}}, {"keys", "token"}),
        ({"hub": {"cookieSecret": "digest"}, "proxy": {"secretToken": "digest"}}, {"keys"}),
        ({"hub": {"config": {"ConfigurableHTTPProxy": {"auth_token": "digest"}}}}, {"keys", "cookie"}),
        ({"hub": {"services": {"report": {"apiToken": "digest"}}}}, {"keys", "cookie", "token"}),
    ],
)
def test_what_people_set_is_compared(values: dict[str, Any], pinned: set[str]) -> None:
    for said in ({"values": {"jupyterhub": values}}, {"values": {}, "defaults": {"jupyterhub": values}}):
        found = pins(Release(ref=HubRef("a", "prod"), chart="basehub", **said))
        assert {name for name, path in KEYS.items() if value_at(found, ("jupyterhub", *path))} == pinned


@pytest.mark.parametrize(
    ("values", "defaults", "elsewhere"),
    [
        ({}, {"type": "postgres", "upgrade": True}, True),
        ({"upgrade": False}, {"type": "postgres", "upgrade": True}, True),
        ({"type": "sqlite-pvc"}, {"type": "postgres", "upgrade": True}, False),
        ({"type": "postgres"}, {"type": "sqlite-pvc"}, True),
    ],
)
def test_a_chart_of_the_fleet_may_say_where_the_database_is(
    values: dict[str, Any], defaults: dict[str, Any], *, elsewhere: bool
) -> None:
    said = ({"jupyterhub": {"hub": {"db": database}}} for database in (values, defaults))
    database = hub_values(Release(ref=HubRef("a", "prod"), chart="own", values=next(said), defaults=next(said)))["db"]
    assert lies_elsewhere(database) is elsewhere
    assert database.get("upgrade") is ({**defaults, **values}).get("upgrade")
