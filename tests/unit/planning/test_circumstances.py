"""Whether a change asks what is outside of the hub for something else than before."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployer.planning.circumstances import pods_ask_otherwise, use_asks_otherwise


def deployment(memory: str = "100M", **pod: Any) -> dict[str, str]:
    container = {"name": "hub", "resources": {"requests": {"memory": memory}}}
    spec = {"template": {"spec": {"containers": [container], **pod}}}
    return {"Deployment/hub": yaml.safe_dump({"kind": "Deployment", "spec": spec})}


@pytest.mark.parametrize(
    ("after", "more"),
    [
        (deployment(), False),
        (deployment() | {"Secret/hub": "another"}, False),
        (deployment("2G"), True),
        (deployment(nodeSelector={"kind": "big"}), True),
        (deployment(volumes=[{"name": "courses", "persistentVolumeClaim": {"claimName": "course"}}]), True),
        (deployment(volumes=[{"name": "files", "secret": {"secretName": "hub"}}]), False),
        (deployment() | {"Deployment/other": deployment()["Deployment/hub"]}, True),
    ],
)
def test_a_release_that_asks_nodes_for_something_else(after: dict[str, str], *, more: bool) -> None:
    assert pods_ask_otherwise(deployment(), after) is more


def secret(**values: Any) -> dict[str, str]:
    return {"Secret/hub": yaml.safe_dump({"data": {"values.yaml": yaml.safe_dump(values)}})}


SMALL = {"memory": {"guarantee": "1G"}}
GITHUB = {"GitHubOAuthenticator": {"client_id": "a"}, "KubeSpawner": {"start_timeout": 60}}
SNIPPET = {"extraConfig": {"mine": "c.KubeSpawner.cpu_limit = 99"}}
BEFORE = secret(singleuser=SMALL, hub={"config": GITHUB})


@pytest.mark.parametrize(
    ("after", "otherwise"),
    [
        (BEFORE, set()),
        (secret(singleuser=SMALL, hub={"config": GITHUB}, proxy={"service": {}}), set()),
        (secret(singleuser={"memory": {"guarantee": "64G"}}, hub={"config": GITHUB}), {"room", "image"}),
        (secret(singleuser=SMALL | {"storage": {"type": "none"}}, hub={"config": GITHUB}), {"room", "image", "volume"}),
        (secret(singleuser=SMALL, hub={"config": GITHUB, "activeServerLimit": 9}), {"full"}),
        (secret(singleuser=SMALL, hub={"config": GITHUB} | SNIPPET), {"room", "image", "volume", "provider", "full"}),
        (
            secret(singleuser=SMALL, hub={"config": GITHUB | {"GitHubOAuthenticator": {"client_id": "b"}}}),
            {"room", "image", "provider", "full"},
        ),
        (secret(singleuser=SMALL, hub={"config": GITHUB | {"KubeSpawner": {"start_timeout": 90}}}), {"room", "image", "full"}),
    ],
    ids=["nothing", "the proxy", "memory", "storage", "servers at once", "a snippet", "the login", "the spawner"],
)
def test_what_a_change_may_ask_for_otherwise(after: dict[str, str], otherwise: set[str]) -> None:
    causes = ("room", "image", "volume", "provider", "full")
    assert {cause for cause in causes if use_asks_otherwise(cause, BEFORE, after)} == otherwise
