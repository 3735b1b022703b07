"""The Kubernetes targets of one fleet, one a cluster, made when they are asked for."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

from deployer.errors import UsageError
from deployer.model.access import Cloud, ClusterAccess
from deployer.model.protocols import Clock, FleetFiles, Journal, Process, Progress, State
from deployer.targets.kubernetes.api.connection import Connection, load_client
from deployer.targets.kubernetes.api.lease import LEASE_SECONDS, Leases
from deployer.targets.kubernetes.api.namespaces import REMOVAL_SECONDS
from deployer.targets.kubernetes.pods.rollout import SCALE_UP_SECONDS, Rollout
from deployer.targets.kubernetes.release.installing import Installer
from deployer.targets.kubernetes.release.rendering import Charts, Renderer
from deployer.targets.kubernetes.release.repairing import STUCK_SECONDS
from deployer.targets.kubernetes.stack import KubernetesStack
from deployer.targets.kubernetes.target import KubernetesTarget
from deployer.tools.charts import ChartCache
from deployer.tools.helm import Helm
from deployer.tools.meanwhile import meanwhile
from deployer.tools.resources import resource


@dataclass(slots=True, kw_only=True)
class KubernetesClusters:
    """What the targets share. `clouds`: by the word that cluster.yaml has for its provider; `ends`: closes what gives access."""

    fleet: FleetFiles
    state: State
    process: Process
    clock: Clock
    progress: Progress
    journal: Journal
    user: str
    clouds: dict[str, Cloud]
    ends: ExitStack
    scale_up_seconds: float = SCALE_UP_SECONDS
    stuck_seconds: float = STUCK_SECONDS
    lease_seconds: float = LEASE_SECONDS
    removal_seconds: float = REMOVAL_SECONDS
    _making: dict[str, Lock] = field(default_factory=dict)
    _targets: dict[str, KubernetesTarget] = field(default_factory=dict)

    def target(self, access: ClusterAccess) -> KubernetesTarget:
        """The target of a cluster. Raises UsageError where no cloud of ours gives access to such a cluster."""
        with self._making.setdefault(access.cluster, Lock()):
            if access.cluster not in self._targets:
                self._targets[access.cluster] = self._made(access)
        return self._targets[access.cluster]

    def stack(self, access: ClusterAccess) -> KubernetesStack:
        """Where a cluster's support stack goes. Raises as `target` does."""
        target = self.target(access)
        return KubernetesStack(
            connection=target.connection,
            installer=target.installer,
            leases=target.leases,
            clock=self.clock,
            progress=self.progress,
            rollout=target.rollout,
            stuck_seconds=self.stuck_seconds,
        )

    def _made(self, access: ClusterAccess) -> KubernetesTarget:
        cloud = self.clouds.get(access.provider)
        if cloud is None:
            raise UsageError(f"cluster {access.cluster} is on {access.provider}, which this deployer does not reach yet")
        with meanwhile(load_client):
            kubeconfig = self.ends.enter_context(cloud.kubeconfig(access))
        connection = Connection(access.cluster, kubeconfig, self.clock, self.journal)
        self.ends.callback(connection.close)
        helm = Helm(self.process, self.state.root / "helm")
        renderer = Renderer(
            helm=helm,
            charts=Charts(self.fleet.root, resource("helm-charts")),
            cache=ChartCache(helm, self.state.root / "charts", access.chart_mirrors),
            state=self.state,
        )
        return KubernetesTarget(
            name="kubernetes",
            cluster=access.cluster,
            connection=connection,
            renderer=renderer,
            installer=Installer(connection, renderer, self.user),
            leases=Leases(connection, self.clock, self.progress, self.user, self.lease_seconds),
            clock=self.clock,
            progress=self.progress,
            user=self.user,
            stuck_seconds=self.stuck_seconds,
            removal_seconds=self.removal_seconds,
            rollout=partial(Rollout, clock=self.clock, progress=self.progress, scale_up_seconds=self.scale_up_seconds),
        )
