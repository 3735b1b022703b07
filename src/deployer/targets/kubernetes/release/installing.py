"""What helm writes to a cluster: asked again after an outage, and told in words where it fails."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeVar

from deployer.errors import DeployerError, ExternalError, LockedError, ToolFailedError
from deployer.model.release import HubRef, Release
from deployer.targets.kubernetes.api.connection import WEBHOOK, Connection
from deployer.targets.kubernetes.api.kinds import Kind, unknown_kind
from deployer.targets.kubernetes.api.objects import Namespace, Object, documents_of
from deployer.targets.kubernetes.release.neighbours import taken
from deployer.targets.kubernetes.release.releases import Releases
from deployer.targets.kubernetes.release.rendering import Renderer, refused_values, values_files

Result = TypeVar("Result")
_OUTAGE = re.compile(
    "connection refused|connection reset|cluster unreachable|unexpected EOF|: EOF|i/o timeout|TLS handshake timeout"
    "|connection lost|server is currently unable|etcdserver: (?:leader|request timed out)|http2: "
)
"""The API server went away. Its webhooks are refused connections too, of which it tells itself."""
_UNKNOWN_KIND = re.compile(r'no matches for kind "(?P<kind>[^"]+)" in version "(?P<version>[^"]+)"')
_REFUSED_VALUES = re.compile("meet the specifications of the schema|execution error at|template: |YAML parse error")
_BUSY = "another operation (install/upgrade/rollback) is in progress"


@dataclass(frozen=True, slots=True)
class Applied:
    """What helm has made: the number of its revision, and the objects as one text."""

    number: int
    manifest: str


@dataclass(frozen=True, slots=True)
class Installer:
    """Installs, upgrades, rolls back and removes the releases of one cluster. Nothing here waits for pods."""

    connection: Connection
    renderer: Renderer
    user: str

    def manifests(self, release: Release, *, hooks: bool = False) -> list[Object]:
        """The objects as the API server would get them, with what helm looks up in the cluster, held against the API's schema;
        on request also those that it would get as `hooks`. Writes nothing."""
        rehearsed = json.loads(self._upgrade(release, dry_run=True))
        texts = [rehearsed["manifest"], *(hook["manifest"] for hook in (rehearsed.get("hooks") or []) if hooks)]
        return [entry for text in texts for entry in documents_of(text)]

    def installed(self, ref: HubRef) -> list[Object]:
        """The objects of the newest revision, as they were given to the API server."""
        return list(documents_of(self.renderer.helm.manifests(self.connection.helm, ref.hub, namespace=ref.hub)))

    def upgrade(self, release: Release, *, rehearsed: bool = False) -> Applied:
        """Install or upgrade. `rehearsed`: `manifests` has taken the same release just now."""
        made = json.loads(self._upgrade(release, rehearsed=rehearsed))
        return Applied(made["version"], made["manifest"])

    def rollback(self, ref: HubRef, revision: int) -> None:
        """Back to a revision of helm's."""
        helm = self.renderer.helm
        self._through(ref, lambda: helm.rollback(self.connection.helm, ref.hub, revision, namespace=ref.hub))

    def uninstall(self, ref: HubRef) -> None:
        """Remove the release; none is fine."""
        self._through(ref, lambda: self.renderer.helm.uninstall(self.connection.helm, ref.hub, namespace=ref.hub))

    def _upgrade(self, release: Release, *, dry_run: bool = False, rehearsed: bool = False) -> str:
        chart = self.renderer.chart(release)
        with values_files([release.values]) as files:
            return self._through(
                release.ref,
                lambda: self.renderer.helm.upgrade(
                    self.connection.helm,
                    release.ref.hub,
                    chart,
                    namespace=release.ref.hub,
                    values=files,
                    description=f"deployed by {self.user}",
                    dry_run=dry_run,
                    validate=not rehearsed,
                ),
                release,
            )

    def _through(self, ref: HubRef, work: Callable[[], Result], release: Release | None = None) -> Result:
        """Carry it out; once more where the API server went away in the middle."""
        releases = Releases(Namespace(self.connection, ref.hub), ref.hub)
        before = releases.last()
        try:
            return work()
        except ToolFailedError as error:
            if not _is_outage(error.message):
                raise self._told(ref, error, release) from None
        now = releases.last()
        begun = now if now and now.vain and (before is None or now.number > before.number) else None
        with releases.without(begun) if begun else nullcontext():
            try:
                return work()
            except ToolFailedError as error:
                raise self._told(ref, error, release) from None

    def _told(self, ref: HubRef, error: ToolFailedError, release: Release | None) -> DeployerError:
        said = error.message
        if _is_outage(said):
            return self.connection.silence(error)
        if known := self.connection.known_refusal(said) or taken(ref, said):
            return known
        if match := _UNKNOWN_KIND.search(said):
            return unknown_kind(ref, Kind(match["version"], match["kind"]))
        if _BUSY in said:
            return LockedError(f"somebody else runs helm on {ref}", hint="Wait for them, then deploy again.")
        if release and _REFUSED_VALUES.search(said):
            return refused_values(release, error)
        reason = said.splitlines()[-1].strip().removeprefix("Error: ")
        hint = error.hint or f"Look with `deployer doctor {ref.cluster}`."
        return ExternalError(f"helm could not change {ref}: {reason}", hint=hint)


def _is_outage(said: str) -> bool:
    return _OUTAGE.search(said) is not None and WEBHOOK.search(said) is None
