"""The deployer's own Kubernetes target and support stack, on a small API server and with a scripted helm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from tests.support.clock import Clock
from tests.support.scripted_helm import ScriptedHelm
from tests.support.small_api import MADE, SmallApi, small_api

from deployer.model.access import ClusterAccess, Kubeconfig
from deployer.model.release import HubRef, Release
from deployer.targets.kubernetes.clusters import KubernetesClusters
from deployer.targets.kubernetes.stack import KubernetesStack
from deployer.targets.kubernetes.target import KubernetesTarget
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.journal import SILENT
from deployer.tools.state import StateFolder

BY_HELM = {"app.kubernetes.io/managed-by": "Helm"}


@dataclass
class Heard:
    """Progress that is written down."""

    lines: list[str] = field(default_factory=list)

    def step(self, title: str) -> Any:
        return nullcontext()

    about = step

    def say(self, message: str) -> None:
        self.lines.append(message)

    warn = say


@dataclass(frozen=True)
class Given:
    """A cloud that gives one kubeconfig to everybody."""

    file: Path

    def kubeconfig(self, access: ClusterAccess) -> Any:
        return nullcontext(Kubeconfig(self.file))


@dataclass
class SmallCluster:
    """A cluster, and a deployer that was just started."""

    root: Path
    api: SmallApi
    helm: ScriptedHelm
    ends: ExitStack
    clock: Clock = field(default_factory=Clock)
    heard: Heard = field(default_factory=Heard)

    def release(self, name: str) -> Release:
        """Of a chart of the fleet that has its name."""
        folder = self.root / "helm-charts" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": name, "version": "0.1.0"}))
        (folder / "values.yaml").write_text("{}\n")
        return Release(ref=HubRef("aurora", name), chart=name, values={})

    def target(self) -> KubernetesTarget:
        """Of a deployer that was started anew."""
        return self._clusters().target(self._access())

    def stack(self) -> KubernetesStack:
        """Of a deployer that was started anew."""
        return self._clusters().stack(self._access())

    def deployment(
        self, namespace: str, name: str, *, ready: bool = True, metadata: dict[str, Any] | None = None, **status: Any
    ) -> dict[str, Any]:
        """One of a single pod."""
        count = int(ready)
        counts = {"updatedReplicas": count, "availableReplicas": count, "replicas": 1}
        available = {"conditions": [{"type": "Available", "status": str(ready)}]}
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}"
        template = {"spec": {"containers": [{"image": "hub:1"}]}}
        content = {"metadata": {"labels": BY_HELM} | (metadata or {}), "spec": {"replicas": 1, "template": template}}
        return self.api.put(path, content | {"status": {"observedGeneration": 1, **counts, **available, **status}})

    def _access(self) -> ClusterAccess:
        return ClusterAccess(cluster="aurora", provider="kubeconfig")

    def _clusters(self) -> KubernetesClusters:
        return KubernetesClusters(
            fleet=FolderFiles(self.root),
            state=StateFolder(self.root / ".deployer"),
            process=self.helm,
            clock=self.clock,
            progress=self.heard,
            journal=SILENT,
            user="ada",
            clouds={"kubeconfig": Given(self.api.kubeconfig(self.root))},
            ends=self.ends,
        )


@contextmanager
def small_cluster(root: Path, *namespaces: str) -> Iterator[SmallCluster]:
    """One with these namespaces, for the length of a block."""
    with small_api() as api, ExitStack() as ends:
        api.put("/version", {"metadata": {"creationTimestamp": MADE}, "gitVersion": "v1.34.0"})
        for name in namespaces:
            api.put(f"/api/v1/namespaces/{name}", {"metadata": {}})
        yield SmallCluster(root, api, ScriptedHelm(api), ends)
