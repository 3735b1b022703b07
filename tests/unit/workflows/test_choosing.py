"""Looking at a whole fleet, some of whose clusters cannot be reached."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.config.loading import load_fleet
from deployer.errors import DeployerError, ExternalError, UsageError
from deployer.model.access import ClusterAccess
from deployer.model.protocols import Effects
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree
from deployer.workflows.choosing import Choice, found

HUB = b"login: {provider: shared-password, allow: everyone}\n"


def fleet_of(*clusters: str) -> FleetTree:
    files: dict[str, bytes] = {}
    for name in clusters:
        folder = f"config/clusters/{name}"
        files[f"{folder}/cluster.yaml"] = f"name: {name}\nprovider: kubeconfig\nkubeconfig: {{file: k.yaml}}\n".encode()
        files[f"{folder}/hubs/prod.yaml"] = HUB
    return FleetTree(files)


class Reached:
    def hubs(self, cluster: str) -> tuple[HubRef, ...]:
        return (HubRef(cluster, "older"),)


def effects(fault: DeployerError) -> Effects:
    """Only the cluster `good` can be reached."""

    def kubernetes(access: ClusterAccess) -> Any:
        if access.cluster != "good":
            raise fault
        return Reached()

    bundle: dict[str, Any] = dict.fromkeys(Effects.__dataclass_fields__, None)
    return Effects(**bundle | {"targets": {}, "kubernetes": kubernetes})


@pytest.mark.parametrize("fault", [ExternalError("no key opens it"), UsageError("there is no k.yaml")], ids=["key", "file"])
def test_one_cluster_that_cannot_be_reached_hides_no_other(fault: DeployerError) -> None:
    hubs = found(effects(fault), load_fleet(fleet_of("bad", "good")), Choice(None))
    assert [(str(hub.ref), hub.target is not None, hub.fault) for hub in hubs] == [
        ("bad/prod", False, fault.message),
        ("good/older", True, ""),
        ("good/prod", True, ""),
    ]


def test_a_single_cluster_that_cannot_be_reached_is_told() -> None:
    with pytest.raises(ExternalError, match="no key opens it"):
        found(effects(ExternalError("no key opens it")), load_fleet(fleet_of("bad", "good")), Choice("bad"))
