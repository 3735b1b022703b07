"""Releases that a cluster has once, under one lock of the cluster's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from deployer.model.protocols import Clock, Progress
from deployer.model.release import Release
from deployer.model.support import Installed
from deployer.targets.kubernetes.api import namespaces
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.lease import Leases
from deployer.targets.kubernetes.api.objects import Namespace, Object, documents_of
from deployer.targets.kubernetes.pods.rollout import Rollout, is_ready
from deployer.targets.kubernetes.release.installing import Installer
from deployer.targets.kubernetes.release.record import Record, Records
from deployer.targets.kubernetes.release.releases import Releases
from deployer.targets.kubernetes.release.rendering import values_files
from deployer.targets.kubernetes.release.repairing import repair

LOCK = "support"
_READY_SECONDS = 600
_RESTARTS = 2
"""How often a container may end before it stays: some look for what another of the same release makes."""
_CERTIFICATES = "/apis/cert-manager.io/v1"
_HOOK = "helm.sh/hook"


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesStack:
    """The support stack of one cluster."""

    connection: Connection
    installer: Installer
    leases: Leases
    clock: Clock
    progress: Progress
    rollout: Callable[[Namespace], Rollout]
    stuck_seconds: float

    def install(self, release: Release, *, dry_run: bool, force: bool) -> Installed:
        namespace = Namespace(self.connection, release.ref.hub)
        revisions = Releases(namespace, release.ref.hub).revisions()
        deployed = any(last.status == "deployed" for last in revisions[-1:]) and namespaces.stands(namespace.manifest())
        wanted = self.installer.manifests(release) if deployed and not force else None
        unchanged = wanted is not None and self._runs(release, namespace, wanted)
        if dry_run or unchanged:
            objects = self._objects(release) if wanted is None else len(wanted)
        else:
            objects = self._install(release, namespace, rehearsed=wanted is not None)
        return Installed(
            name=release.ref.hub,
            objects=objects,
            before=max((revision.number for revision in revisions if not revision.pending), default=0),
            unchanged=unchanged,
            planned=dry_run,
        )

    def _runs(self, release: Release, namespace: Namespace, wanted: list[Object]) -> bool:
        """What runs is what the release would install now, with what the chart looks up in the cluster."""
        deployments = {entry["metadata"]["name"] for entry in wanted if entry["kind"] == "Deployment"}
        ready = {entry["metadata"]["name"] for entry in namespace.list("deployments") if is_ready(entry)}
        return deployments <= ready and wanted == self.installer.installed(release.ref)

    def _install(self, release: Release, namespace: Namespace, *, rehearsed: bool) -> int:
        """Returns how many objects it comes to. Every deployment of the namespace is waited for, as what comes next may need its
        webhooks."""
        ref, releases, records = release.ref, Releases(namespace, release.ref.hub), Records(namespace)
        with self.leases.held(LOCK) as held, self.progress.step(f"Install {ref.hub} and wait until it runs"):
            labels = {"app.kubernetes.io/managed-by": "deployer"}
            namespaces.make(namespace, labels, self.clock, self.progress, namespaces.REMOVAL_SECONDS)
            held.require()
            repair(ref, releases, records, self.stuck_seconds)
            last = releases.last()
            records.begin(
                Record(
                    documents={},
                    revision=last.number + 1 if last else 1,
                    deployed_at=self.clock.now().isoformat(timespec="seconds"),
                    deployed_by=self.installer.user,
                )
            )
            rollout = self._patient(namespace)
            with rollout.told_meanwhile():
                applied = self.installer.upgrade(release, rehearsed=rehearsed)
            records.number(applied.number)
            rollout.wait()
            records.settle()
        return sum(1 for _ in documents_of(applied.manifest))

    def _patient(self, namespace: Namespace) -> Rollout:
        more = f"Look at its events: `kubectl get events -n {namespace.name}`; then run the same command again."
        return replace(self.rollout(namespace), start_seconds=_READY_SECONDS, restarts=_RESTARTS, more=more)

    def _objects(self, release: Release) -> int:
        """Rendered without the API server: on a first install it does not know the kinds that come along."""
        renderer = self.installer.renderer
        known = ("cert-manager.io/v1",) if self.connection.request("GET", _CERTIFICATES) else ()
        with values_files([release.values]) as files:
            text = renderer.helm.template(
                release.ref.hub,
                renderer.chart(release),
                namespace=release.ref.hub,
                values=files,
                kube_version=self.connection.version.split("+", maxsplit=1)[0],
                api_versions=known,
            )
        return sum(_HOOK not in (entry["metadata"].get("annotations") or {}) for entry in documents_of(text))
