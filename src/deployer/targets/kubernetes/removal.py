"""A hub's release goes, and what people made stays until somebody names it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from deployer.errors import ExternalError
from deployer.model.protocols import Clock
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.objects import Namespace, Object
from deployer.targets.kubernetes.database import CLAIM
from deployer.targets.kubernetes.pods.diagnosis import SERVERS, owner
from deployer.targets.kubernetes.release.installing import Installer
from deployer.targets.kubernetes.release.keys import Keys
from deployer.targets.kubernetes.release.neighbours import release_of, require_alone
from deployer.targets.kubernetes.release.record import NAME as RECORD
from deployer.targets.kubernetes.release.releases import Releases

LABEL_CLUSTER, LABEL_HUB = "deployer/cluster", "deployer/hub"
_HOMES, _DATABASE, _KEYS = "homes", "database", "keys"
_CLAIMS = "persistentvolumeclaims"
_STORAGE = ("PersistentVolumeClaim", "PersistentVolume")
_SECONDS, _POLL = 120, 0.5


@dataclass(frozen=True, slots=True)
class Removal:
    """Of one hub."""

    ref: HubRef
    namespace: Namespace
    installer: Installer
    clock: Clock

    def volumes(self) -> tuple[str, ...]:
        """Addresses of what can stay."""
        return tuple(self._address(word) for word in (_HOMES, _DATABASE, _KEYS))

    def remaining(self) -> tuple[str, ...]:
        """Addresses of what there is of it."""
        return tuple(self._address(word) for word, found in self._kept().items() if found)

    def remove(self, also: Collection[str]) -> tuple[str, ...]:
        """The release, people's servers, and what `also` names. Returns the addresses of what stays. Raises ExternalError where
        something does not go, GuardError where the hub is somebody else's."""
        if Releases(self.namespace, self.ref.hub).last() is None:
            require_alone(self.ref, self.namespace.list("deployments"))
        volume = self._volume_of_homes() if self._address(_HOMES) in also else ""
        claims = {name for plural, name in self._named(also) if plural == _CLAIMS}
        self._uninstall(also)
        for pod in self.namespace.list("pods", labels=SERVERS, metadata_only=True):
            self.namespace.delete("pods", pod["metadata"]["name"])
        for plural, name in self._named(also):
            self.namespace.delete(plural, name)
        if volume:
            self.namespace.connection.request("DELETE", f"/api/v1/persistentvolumes/{volume}")
        remaining = self.remaining()
        if not self._takes_namespace(remaining):
            self._await_end(claims)
        return remaining

    def take_back(self, *, installed: bool, check_user: str) -> bool:
        """What a first deploy began. `installed`: helm was asked to. Servers of people are none of its doing. False where there
        was no release yet."""
        begun = installed and Releases(self.namespace, self.ref.hub).last() is not None
        if installed:
            self._uninstall(also=())
            for pod in self.namespace.list("pods", labels=SERVERS, metadata_only=True):
                if owner(pod) == check_user:
                    self.namespace.delete("pods", pod["metadata"]["name"])
        self._takes_namespace(self.remaining())
        return begun

    def _takes_namespace(self, remaining: Sequence[str]) -> bool:
        """Take the namespace away, if nothing of the hub is to stay in it and the deployer has made it; says whether it was."""
        labels = (self.namespace.manifest() or {}).get("metadata", {}).get("labels") or {}
        if remaining or LABEL_HUB not in labels:
            return False
        self.namespace.remove()
        return True

    def _uninstall(self, also: Collection[str]) -> None:
        """Without the claims and volumes that nobody named, whatever the chart says of them; with what its hooks have left."""
        releases, keys = Releases(self.namespace, self.ref.hub), Keys(self.namespace)
        releases.keep(lambda entry: entry["kind"] in _STORAGE and self._address(_word(entry["metadata"]["name"])) not in also)
        left = [entry for entry in releases.hooks() if entry["kind"] not in _STORAGE]
        keys.put_aside()
        self.installer.uninstall(self.ref)
        for entry in left:
            self.namespace.discard(entry)
        keys.take_up()
        self.namespace.delete("secrets", RECORD)

    def _await_end(self, claims: set[str]) -> None:
        """A claim goes with the last pod that has it: a deploy that came before would take it up."""
        deadline = self.clock.monotonic() + _SECONDS
        while here := {entry["metadata"]["name"] for entry in self._claims()} & claims:
            if self.clock.monotonic() > deadline:
                raise ExternalError(
                    f"the claim {min(here)} of {self.ref} does not go: a pod still has it, or a finalizer",
                    hint=f"Look with `kubectl describe persistentvolumeclaim {min(here)} -n {self.namespace.name}`.",
                )
            self.clock.sleep(_POLL)

    def _volume_of_homes(self) -> str:
        """The volume that the chart made with its claim on homes, which would take no other claim; empty where there is none."""
        claim = self.namespace.get(_CLAIMS, _HOMES) or {}
        volume = str((claim.get("spec") or {}).get("volumeName", ""))
        return volume if volume == f"{self.namespace.name}-{_HOMES}" else ""

    def _named(self, also: Collection[str]) -> list[tuple[str, str]]:
        """Kind and name of each object that may go."""
        return [entry for word, found in self._kept().items() if self._address(word) in also for entry in found]

    def _kept(self) -> Mapping[str, list[tuple[str, str]]]:
        """What outlives a release: kind and name of each object, by the word that `--allow-destroy` takes."""
        claims = [entry["metadata"] for entry in self._claims()]
        names = [entry["name"] for entry in claims if not entry.get("deletionTimestamp") and not self._is_anothers(entry)]
        return {
            **{word: [(_CLAIMS, name) for name in names if _word(name) == word] for word in (_HOMES, _DATABASE)},
            _KEYS: Keys(self.namespace).objects(),
        }

    def _claims(self) -> list[Object]:
        return self.namespace.list(_CLAIMS, metadata_only=True)

    def _is_anothers(self, metadata: Object) -> bool:
        return release_of(metadata) not in ("", self.ref.hub)

    def _address(self, word: str) -> str:
        return f"hub:{self.ref}/{word}"


def _word(name: str) -> str:
    """What `--allow-destroy` calls a claim, or a volume, of this name."""
    return _DATABASE if name == CLAIM else _HOMES
