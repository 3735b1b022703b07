"""A hub's release goes, and what people made stays until somebody names it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from deployer.model.release import HubRef
from deployer.targets.kubernetes.database import CLAIM
from deployer.targets.kubernetes.diagnosis import owner
from deployer.targets.kubernetes.installing import Installer
from deployer.targets.kubernetes.keys import Keys
from deployer.targets.kubernetes.objects import Namespace
from deployer.targets.kubernetes.record import NAME as RECORD
from deployer.targets.kubernetes.releases import Releases

LABEL_CLUSTER, LABEL_HUB = "deployer/cluster", "deployer/hub"
SERVERS = "component=singleuser-server"
_HOMES, _DATABASE, _KEYS = "homes", "database", "keys"
_CLAIMS = "persistentvolumeclaims"


@dataclass(frozen=True, slots=True)
class Removal:
    """Of one hub."""

    ref: HubRef
    namespace: Namespace
    installer: Installer

    def volumes(self) -> tuple[str, ...]:
        """Addresses of what can stay."""
        return tuple(self._address(word) for word in (_HOMES, _DATABASE, _KEYS))

    def remaining(self) -> tuple[str, ...]:
        """Addresses of what there is of it."""
        return tuple(self._address(word) for word, found in self._kept().items() if found)

    def remove(self, also: Collection[str]) -> tuple[str, ...]:
        """The release, people's servers, and what `also` names. Returns the addresses of what stays."""
        volume = self._volume_of_homes() if self._address(_HOMES) in also else ""
        self._uninstall()
        for pod in self.namespace.list("pods", labels=SERVERS, metadata_only=True):
            self.namespace.delete("pods", pod["metadata"]["name"])
        for word, found in self._kept().items():
            for plural, name in found if self._address(word) in also else ():
                self.namespace.delete(plural, name)
        if volume:
            self.namespace.connection.request("DELETE", f"/api/v1/persistentvolumes/{volume}")
        remaining = self.remaining()
        if not remaining and LABEL_HUB in ((self.namespace.manifest() or {}).get("metadata", {}).get("labels") or {}):
            self.namespace.remove()
        return remaining

    def take_back(self, *, installed: bool, made: bool, check_user: str) -> bool:
        """What a first deploy began. `installed`: helm was asked to; `made`: the namespace is its own. Servers of people are
        none of its doing. False where there was no release yet."""
        begun = installed and Releases(self.namespace, self.ref.hub).last() is not None
        if installed:
            self._uninstall()
            for pod in self.namespace.list("pods", labels=SERVERS, metadata_only=True):
                if owner(pod) == check_user:
                    self.namespace.delete("pods", pod["metadata"]["name"])
        if made and not self.remaining():
            self.namespace.remove()
        return begun

    def _uninstall(self) -> None:
        keys = Keys(self.namespace)
        keys.put_aside()
        self.installer.uninstall(self.ref)
        keys.take_up()
        self.namespace.delete("secrets", RECORD)

    def _volume_of_homes(self) -> str:
        """The volume that the chart made with its claim on homes, which would take no other claim; empty where there is none."""
        claim = self.namespace.get(_CLAIMS, _HOMES) or {}
        volume = str((claim.get("spec") or {}).get("volumeName", ""))
        return volume if volume == f"{self.namespace.name}-{_HOMES}" else ""

    def _kept(self) -> Mapping[str, list[tuple[str, str]]]:
        """What outlives a release: kind and name of each object, by the word that `--allow-destroy` takes."""
        claims = [entry["metadata"]["name"] for entry in self.namespace.list(_CLAIMS, metadata_only=True)]
        return {
            _HOMES: [(_CLAIMS, name) for name in claims if name != CLAIM],
            _DATABASE: [(_CLAIMS, name) for name in claims if name == CLAIM],
            _KEYS: Keys(self.namespace).objects(),
        }

    def _address(self, word: str) -> str:
        return f"hub:{self.ref}/{word}"
