"""A hub's release goes, and what people made stays until somebody names it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from deployer.errors import ExternalError, NotAllowedError
from deployer.model.protocols import Clock, Progress
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.namespaces import LABEL_HUB
from deployer.targets.kubernetes.api.objects import Namespace, Object
from deployer.targets.kubernetes.database import CLAIM
from deployer.targets.kubernetes.pods.diagnosis import SERVERS, owner
from deployer.targets.kubernetes.release.installing import Installer
from deployer.targets.kubernetes.release.keys import Keys
from deployer.targets.kubernetes.release.live import before_us
from deployer.targets.kubernetes.release.neighbours import ALL, WORK, others, release_of, require_alone
from deployer.targets.kubernetes.release.record import NAME as RECORD
from deployer.targets.kubernetes.release.record import Records
from deployer.targets.kubernetes.release.releases import Releases

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
    progress: Progress

    def volumes(self) -> tuple[str, ...]:
        """Addresses of what can stay."""
        return tuple(self._address(word) for word in (_HOMES, _DATABASE, _KEYS))

    def remaining(self) -> tuple[str, ...]:
        """Addresses of what there is of it."""
        return tuple(self._address(word) for word, found in self._kept().items() if found)

    def homes(self) -> Mapping[str, str]:
        """Documents that tell where the homes are that the hub has left, if it was taken away and they still are there."""
        left = self._records().left()
        return left if left and self._kept()[_HOMES] else {}

    def remove(self, also: Collection[str]) -> tuple[str, ...]:
        """The release, people's servers, and what `also` names. Returns the addresses of what stays. Raises ExternalError where
        something does not go, GuardError where the hub is somebody else's."""
        if Releases(self.namespace, self.ref.hub).last() is None:
            require_alone(self.ref, self.namespace.list("deployments"))
        volume = self._volume_of_homes() if self._address(_HOMES) in also else ""
        claims = {name for plural, name in self._named(also) if plural == _CLAIMS}
        left = self._tells_of_homes()
        # Who is killed in the middle leaves nobody else who could tell.
        self._records().leave(left)
        self._uninstall(also)
        for pod in self.namespace.list("pods", labels=SERVERS, metadata_only=True):
            self.namespace.delete("pods", pod["metadata"]["name"])
        for plural, name in self._named(also):
            self.namespace.delete(plural, name)
        if volume:
            self.namespace.connection.request("DELETE", f"/api/v1/persistentvolumes/{volume}")
        remaining = self._close(left)
        if not self._takes_namespace(remaining, WORK):
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
        remaining = self._close(self._records().left()) if installed else self.remaining()
        self._takes_namespace(remaining, ALL)
        return begun

    def _tells_of_homes(self) -> Mapping[str, str]:
        """As an earlier removal knew it, after which no deploy came to a good end; else as the hub says that is there."""
        records = self._records()
        record = records.read()
        return records.left() or (record.documents if record else before_us(self.namespace))

    def _close(self, left: Mapping[str, str] | None) -> tuple[str, ...]:
        """The record goes. As long as something of the hub stays, it can be found by what is left of the record, which tells of
        homes as long as these do; `left` is None where it never was one to be left. Returns the addresses of what stays."""
        remaining = self.remaining()
        if left is None or not remaining:
            self.namespace.delete("secrets", RECORD)
        else:
            self._records().retire(left if self._address(_HOMES) in remaining else {})
        return remaining

    def _takes_namespace(self, remaining: Sequence[str], kinds: Mapping[str, str]) -> bool:
        """Take the namespace away, if the deployer has made it and nothing of the hub is to stay in it. What others have there of
        these kinds keeps it, and is told. Says whether it was taken."""
        labels = (self.namespace.manifest() or {}).get("metadata", {}).get("labels") or {}
        if remaining or LABEL_HUB not in labels:
            return False
        if why := self._why_it_stays(kinds):
            name = self.namespace.name
            self.progress.warn(f"namespace {name} stays: {why}. Once nobody needs it: `kubectl delete namespace {name}`")
            return False
        self.namespace.remove()
        return True

    def _why_it_stays(self, kinds: Mapping[str, str]) -> str:
        """Empty where it need not."""
        try:
            found = ", ".join(others(self.namespace, self.ref.hub, kinds))
        except NotAllowedError as error:
            return f"whether others have something in it cannot be told, as {error.message}"
        return f"others have something in it: {found}" if found else ""

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

    def _records(self) -> Records:
        return Records(self.namespace, self.ref)

    def _address(self, word: str) -> str:
        return f"hub:{self.ref}/{word}"


def _word(name: str) -> str:
    """What `--allow-destroy` calls a claim, or a volume, of this name."""
    return _DATABASE if name == CLAIM else _HOMES
