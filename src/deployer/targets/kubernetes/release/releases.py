"""Helm's releases of a namespace, read from the Secrets in which helm keeps them, without starting helm."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import yaml

from deployer.errors import ExternalError, GuardError
from deployer.targets.kubernetes.api.objects import Namespace, Object, documents_of

MARK = "owner=helm"
_POLICY, _KEEP = "helm.sh/resource-policy", "keep"
_CONTENT = "release"


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

    def hooks(self) -> tuple[Object, ...]:
        """The objects that hooks of the newest revision make, which helm leaves when the release goes."""
        content = self._content(self._newest())
        made = (entry for hook in content.get("hooks") or () for entry in documents_of(hook.get("manifest") or ""))
        return tuple(entry for entry in made if not _is_kept(entry))

    def keep(self, stays: Callable[[Object], bool]) -> None:
        """When the release goes, these objects stay. Helm asks its newest revision for the mark, and not the objects that there
        are: a chart that gives them none cannot be told otherwise once it is installed."""
        secret = self._newest()
        content = self._content(secret)
        objects = list(documents_of(content.get("manifest") or ""))
        unmarked = [entry["metadata"] for entry in objects if stays(entry) and not _is_kept(entry)]
        if secret and unmarked:
            for metadata in unmarked:
                metadata["annotations"] = {**(metadata.get("annotations") or {}), _POLICY: _KEEP}
            content["manifest"] = yaml.dump_all(objects, Dumper=yaml.CSafeDumper)
            packed = base64.b64encode(base64.b64encode(gzip.compress(json.dumps(content).encode(), mtime=0))).decode()
            self.namespace.patch("secrets", secret["metadata"]["name"], {"data": {_CONTENT: packed}})

    def _newest(self) -> Object | None:
        last = self.last()
        return self.namespace.get("secrets", self._secret(last)) if last else None

    def _content(self, secret: Object | None) -> dict[str, Any]:
        """What helm keeps of a revision: JSON, packed once by helm and once by Kubernetes. Raises ExternalError."""
        packed = ((secret or {}).get("data") or {}).get(_CONTENT)
        try:
            return dict(json.loads(gzip.decompress(base64.b64decode(base64.b64decode(packed))))) if packed else {}
        except (ValueError, OSError, EOFError, zlib.error):
            raise ExternalError(
                f"what helm keeps of the release {self.name} in namespace {self.namespace.name} cannot be read",
                hint=f"Look with `helm get manifest {self.name} -n {self.namespace.name}`. Nothing was changed.",
            ) from None

    def _secret(self, revision: Revision) -> str:
        return f"sh.helm.release.v1.{self.name}.v{revision.number}"


def _is_kept(found: Object) -> bool:
    return (found["metadata"].get("annotations") or {}).get(_POLICY) == _KEEP
