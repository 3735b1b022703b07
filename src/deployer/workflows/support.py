"""support deploy: what a cluster needs once, cert-manager first, as the issuers need its kinds of objects."""

from __future__ import annotations

from deployer.compiling.support import CERTIFICATES, cert_manager, compile_support
from deployer.errors import ConfigurationError, UsageError
from deployer.model.problem import Severity
from deployer.model.protocols import Effects
from deployer.model.support import SupportReport
from deployer.workflows.choosing import CLUSTERS, cluster_access, cluster_names
from deployer.workflows.reading import read_fleet
from deployer.workflows.selection import known


def deploy_support(effects: Effects, name: str, *, dry_run: bool, force: bool = False) -> SupportReport:
    """Install or upgrade what has changed of the support stack of a cluster, with `force` all of it. Raises UnknownNameError,
    ConfigurationError, UsageError where the cluster is out of reach."""
    fleet = read_fleet(effects)
    known("cluster", name, cluster_names(fleet))
    errors = [
        problem
        for problem in fleet.problems
        if problem.severity is Severity.ERROR and problem.place.file in ("config/fleet.yaml", f"{CLUSTERS}/{name}/cluster.yaml")
    ]
    if errors or name not in fleet.clusters:
        raise ConfigurationError(errors, hint=f"Nothing was changed. `deployer validate {name}` tells all problems.")
    release = compile_support(fleet, fleet.clusters[name])
    if release is None:
        return SupportReport(cluster=name, releases=())
    access = cluster_access(fleet, name)
    if access is None:
        provider = fleet.clusters[name].spec.provider
        raise UsageError(f"cluster {name} is on {provider}, which this deployer does not reach yet")
    stack = effects.support(access)
    wanted = release.values.get(CERTIFICATES, {}).get("enabled", True)
    stages = (cert_manager(name), release) if wanted else (release,)
    installed = tuple(stack.install(stage, dry_run=dry_run, force=force) for stage in stages)
    return SupportReport(cluster=name, releases=installed)
