"""diagnose and doctor: why does one person's server not start; can this cluster be deployed to."""

from __future__ import annotations

from deployer.model.findings import Findings
from deployer.model.protocols import Effects
from deployer.workflows.choosing import cluster_names, cluster_target, one
from deployer.workflows.preparation import read_fleet
from deployer.workflows.selection import known


def diagnose(effects: Effects, cluster: str, hub: str, user: str) -> Findings:
    """Look at a person's server, or at why there is none. Raises UnknownNameError, UsageError."""
    target, ref = one(effects, read_fleet(effects), cluster, hub)
    return target.diagnose(ref, user)


def examine(effects: Effects, cluster: str) -> Findings:
    """Look at a cluster: access, rights, versions, room. Raises UnknownNameError, and UsageError where it is out of reach."""
    fleet = read_fleet(effects)
    return cluster_target(effects, fleet, known("cluster", cluster, cluster_names(fleet))).examine(cluster)
