"""Whether a change asks nodes for something else than before."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployer.planning.room import pods_ask_otherwise, servers_ask_otherwise


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
        (deployment() | {"Deployment/other": deployment()["Deployment/hub"]}, True),
    ],
)
def test_a_release_that_asks_nodes_for_something_else(after: dict[str, str], *, more: bool) -> None:
    assert pods_ask_otherwise(deployment(), after) is more


def secret(**values: Any) -> dict[str, str]:
    return {"Secret/hub": yaml.safe_dump({"data": {"values.yaml": yaml.safe_dump(values)}})}


@pytest.mark.parametrize(
    ("after", "more"),
    [
        (secret(singleuser={"memory": {"guarantee": "1G"}}), False),
        (secret(singleuser={"memory": {"guarantee": "1G"}}, proxy={"service": {}}), False),
        (secret(singleuser={"memory": {"guarantee": "64G"}}), True),
        (secret(singleuser={"memory": {"guarantee": "1G"}}, hub={"extraConfig": {"mine": "c.KubeSpawner.cpu_limit = 99"}}), True),
    ],
)
def test_servers_that_may_ask_for_something_else(after: dict[str, str], *, more: bool) -> None:
    assert servers_ask_otherwise(secret(singleuser={"memory": {"guarantee": "1G"}}), after) is more
