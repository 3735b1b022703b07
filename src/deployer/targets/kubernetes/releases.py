"""Helm's releases of a namespace, read from the Secrets in which helm keeps them, without starting helm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from deployer.errors import GuardError
from deployer.targets.kubernetes.objects import Namespace

MARK = "owner=helm"


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: its number, helm's word for its state, and when it was made, by the API server's clock."""

    number: int
    status: str
    made: datetime

    @property
    def pending(self) -> bool:
        """Somebody is at it, or was interrupted."""
        return self.status.startswith("pending")

    @property
    def vain(self) -> bool:
        """It did not come to its end, or to a bad one."""
        return self.pending or self.status == "failed"


@dataclass(frozen=True, slots=True)
class Releases:
    """The revisions of one release."""

    namespace: Namespace
    name: str

    def revisions(self) -> tuple[Revision, ...]:
        """Oldest first; none where there is no release."""
        found = self.namespace.list("secrets", labels=MARK, metadata_only=True)
        labelled = [(entry["metadata"].get("labels") or {}, entry["metadata"]["creationTimestamp"]) for entry in found]
        revisions = [
            Revision(int(label["version"]), label.get("status", ""), datetime.fromisoformat(made))
            for label, made in labelled
            if label.get("name") == self.name and label.get("version", "").isdigit()
        ]
        return tuple(sorted(revisions, key=lambda revision: revision.number))

    def last(self) -> Revision | None:
        """The newest."""
        return next(reversed(self.revisions()), None)

    def forget(self, revision: Revision) -> None:
        """Take away a revision that was interrupted, so that helm goes on from the one before."""
        self.namespace.delete("secrets", self._secret(revision))

    @contextmanager
    def without(self, revision: Revision) -> Iterator[None]:
        """What did not come to a good end is begun anew, under the same number. Where that fails too, the revision is there again
        unless helm has made another: what it had changed would look like nothing, and not be undone."""
        found = self.namespace.get("secrets", self._secret(revision))
        self.forget(revision)
        try:
            yield
        except BaseException:
            if found:
                metadata = {key: found["metadata"][key] for key in ("name", "labels")}
                with suppress(GuardError):
                    self.namespace.create("secrets", {**found, "metadata": metadata})
            raise

    def _secret(self, revision: Revision) -> str:
        return f"sh.helm.release.v1.{self.name}.v{revision.number}"
