"""What people notice of a deploy, as its steps say it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.small_cluster import small_cluster

from deployer.model.plan import Manifests, Running

HUB, PROXY, HTTPS = "Deployment/hub", "Deployment/proxy", "Deployment/autohttps"
LOGINS = "logins pause for less than a minute; running servers go on"
BEFORE = {HUB: "apiVersion: v1\nkind: Deployment", PROXY: "apiVersion: v1\nkind: Deployment"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, BEFORE, ""),
        (BEFORE, BEFORE | {HUB: "apiVersion: v1\nkind: Deployment\nspec: {}"}, LOGINS),
        (
            BEFORE,
            BEFORE | {PROXY: "apiVersion: v1\nkind: Deployment\nspec: {}"},
            f"{LOGINS}; open notebooks reconnect, as the proxy restarts",
        ),
        (
            BEFORE,
            BEFORE | {HTTPS: "apiVersion: v1\nkind: Deployment"},
            f"{LOGINS}; open notebooks reconnect, as the proxy restarts",
        ),
    ],
    ids=["a first deploy", "another hub", "another proxy", "another proxy of its own for https"],
)
def test_what_pauses(tmp_path: Path, before: dict[str, str] | None, after: dict[str, str], told: str) -> None:
    with small_cluster(tmp_path, "prod") as cluster:
        running = Running(before, healthy=True) if before else None
        *others, upgrade = cluster.target().steps(cluster.release("prod"), Manifests(after), running)
    assert (upgrade.name, upgrade.pauses) == ("upgrade", told)
    assert not any(step.pauses for step in others)
