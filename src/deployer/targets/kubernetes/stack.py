"""Releases that a cluster has once, under one lock of the cluster's."""

from __future__ import annotations

from dataclasses import dataclass

from deployer.errors import ExternalError
from deployer.model.protocols import Clock, Progress
from deployer.model.release import Release
from deployer.model.support import Installed
from deployer.targets.kubernetes import namespaces
from deployer.targets.kubernetes.connection import Connection
from deployer.targets.kubernetes.installing import Installer
from deployer.targets.kubernetes.lease import Leases
from deployer.targets.kubernetes.objects import Namespace, Object, conditions, documents_of
from deployer.targets.kubernetes.releases import Releases
from deployer.targets.kubernetes.rendering import values_files

LOCK = "support"
_READY_SECONDS = 600
_CERTIFICATES = "/apis/cert-manager.io/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class KubernetesStack:
    """The support stack of one cluster."""

    connection: Connection
    installer: Installer
    leases: Leases
    clock: Clock
    progress: Progress

    def install(self, release: Release, *, dry_run: bool, force: bool) -> Installed:
        namespace = Namespace(self.connection, release.ref.hub)
        last = Releases(namespace, release.ref.hub).last()
        deployed = last is not None and last.status == "deployed" and namespaces.stands(namespace.manifest())
        unchanged = not force and deployed and self._runs(release, namespace)
        found = Installed(
            name=release.ref.hub,
            objects=self._objects(release),
            before=last.number if last else 0,
            unchanged=unchanged,
            planned=dry_run,
        )
        if dry_run or unchanged:
            return found
        with self.leases.held(LOCK) as held, self.progress.step(f"Install {release.ref.hub} and wait until it runs"):
            labels = {"app.kubernetes.io/managed-by": "deployer"}
            namespaces.make(namespace, labels, self.clock, self.progress, namespaces.REMOVAL_SECONDS)
            held.require()
            self.installer.upgrade(release)
            self._wait(namespace)
        return found

    def _runs(self, release: Release, namespace: Namespace) -> bool:
        """What runs is what the release would install now, with what the chart looks up in the cluster."""
        wanted = self.installer.manifests(release)
        deployments = {entry["metadata"]["name"] for entry in wanted if entry["kind"] == "Deployment"}
        serving = {entry["metadata"]["name"] for entry in namespace.list("deployments") if _serves(entry)}
        return deployments <= serving and wanted == self.installer.installed(release.ref)

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
        return sum(1 for _ in documents_of(text))

    def _wait(self, namespace: Namespace) -> None:
        """Until every deployment of the namespace serves: what comes next may need its webhooks."""
        deadline = self.clock.monotonic() + _READY_SECONDS
        while waiting := [entry["metadata"]["name"] for entry in namespace.list("deployments") if not _serves(entry)]:
            if self.clock.monotonic() > deadline:
                raise ExternalError(
                    f"{', '.join(waiting)} of {namespace.name} did not come up within {_READY_SECONDS // 60} minutes",
                    hint=f"Look at its events: `kubectl get events -n {namespace.name}`; then run the same command again.",
                )
            self.clock.sleep(1)


def _serves(deployment: Object) -> bool:
    return conditions(deployment).get("Available", {}).get("status") == "True"
