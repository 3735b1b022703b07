"""diagnose and doctor: why does one person's server not start; can this cluster be deployed to."""

from __future__ import annotations

from deployer.compiling.pools import node_pools
from deployer.config.loaded import LoadedCluster, LoadedFleet
from deployer.model.findings import Expected, Findings
from deployer.model.problem import Severity
from deployer.model.protocols import Effects
from deployer.planning.redaction import redacted
from deployer.workflows.choosing import cluster_names, cluster_target, one
from deployer.workflows.preparation import prepared
from deployer.workflows.reading import read_fleet
from deployer.workflows.selection import known


def diagnose(effects: Effects, cluster: str, hub: str, user: str) -> Findings:
    """Look at a person's server, or at why there is none. Raises UnknownNameError, UsageError."""
    target, ref = one(effects, read_fleet(effects), cluster, hub)
    return target.diagnose(ref, user)


def examine(effects: Effects, cluster: str) -> Findings:
    """Look at a cluster: access, rights, versions, room. Raises UnknownNameError, and UsageError where it is out of reach."""
    fleet = read_fleet(effects)
    target = cluster_target(effects, fleet, known("cluster", cluster, cluster_names(fleet)))
    return target.examine(cluster, _expected(effects, fleet.clusters.get(cluster), fleet))


def _expected(effects: Effects, cluster: LoadedCluster | None, fleet: LoadedFleet) -> Expected:
    """A hub whose file has problems is left out: `validate` tells them."""
    if cluster is None:
        return Expected()
    made = [prepared(fleet, cluster, hub) for hub in cluster.hubs.values()]
    fine = [release for release, problems in made if not any(problem.severity is Severity.ERROR for problem in problems)]
    key = effects.state.digest_key(keep=False)
    return Expected(pools=tuple(node_pools(cluster.spec)), releases=tuple(redacted(release, key) for release in fine))
