"""What a comparison pins: secrets that the chart makes anew each time, and none that people set."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.model.place import value_at
from deployer.model.release import HubRef, Release
from deployer.targets.kubernetes.rendering import pins

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
    found = pins(Release(ref=HubRef("a", "prod"), chart="basehub", values={"jupyterhub": values}, hub_at=("jupyterhub",)))
    assert {name for name, path in KEYS.items() if value_at(found, ("jupyterhub", *path))} == pinned
