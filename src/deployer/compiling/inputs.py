"""What every section of a hub is compiled from."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.compiling.said import Said
from deployer.compiling.support import ingress_class
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.models.cluster import ClusterFile
from deployer.config.models.fleet import FleetFile
from deployer.config.models.hub import HubFile
from deployer.config.models.secrets import SecretFile
from deployer.model.place import KeyPath

CHECK_NAME = "deployer-check"
"""The reserved user of the health check, its service and its role."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """One hub with the files around it. Each is equal to itself alone, so that what is made of it can be kept for a moment."""

    fleet: Said[FleetFile]
    cluster: Said[ClusterFile]
    hub: Said[HubFile]
    secrets: Said[SecretFile]
    loaded: LoadedHub
    hub_at: KeyPath
    """Where the values of its chart have those of zero-to-jupyterhub."""
    ingress_class: str = ""
    """Of the cluster's support stack; empty where the deployer runs none, or one without Traefik."""

    @property
    def local(self) -> bool:
        """The hub runs as processes on this machine."""
        return self.cluster.value.provider == "local"


def inputs(fleet: LoadedFleet, cluster: LoadedCluster, hub: LoadedHub) -> Inputs:
    """The files of one hub, ready to be said. What nobody decrypted says nothing."""
    opened, chart = hub.secrets, fleet.chart_of(hub)
    return Inputs(
        fleet=Said(fleet.fleet, fleet.fleet_source),
        cluster=Said(cluster.spec, cluster.source),
        hub=Said(hub.spec, hub.source),
        secrets=Said(opened.spec, opened.source) if opened else Said(SecretFile(), hub.source, ("secrets",)),
        loaded=hub,
        hub_at=chart.hub_at if chart else ("jupyterhub",),
        ingress_class=ingress_class(fleet, cluster),
    )
