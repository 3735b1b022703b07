"""What the deployer knows of its last deploy of a hub, kept in the hub's namespace, so that every machine sees the same."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.namespaces import labels_of
from deployer.targets.kubernetes.api.objects import Namespace, Object
from deployer.targets.kubernetes.release.marks import marks

NAME = "deployer"
_KEY = "digest-key"
_RECORD = "record"
_PREVIOUS = "previous"
_LEFT = "left"


@dataclass(frozen=True, slots=True)
class Record:
    """One deploy. `revision` is helm's; `settled`: it was checked and stays; `database`: schema revision saved before it, and
    `becomes` that of its own hub;
    `returning`: helm's number of a rollback that has begun and not ended, 0 for none; `returning_to`: of what it brings back."""

    documents: Mapping[str, str]
    revision: int
    deployed_at: str
    deployed_by: str
    address: str = ""
    login: str = ""
    settled: bool = False
    database: str = ""
    becomes: str = ""
    returning: int = 0
    returning_to: int = 0
    chart: str = ""
    marks: Mapping[str, str] = field(default_factory=dict)
    """What was there when the deploy was settled, or until then the one before it, and what the cluster had counted up to: it
    goes on where somebody edits an object by hand."""

    def makes(self, number: int) -> bool:
        """Helm's revision of this number is of the deploy, or of the rollback, that has begun and not come to its end."""
        return number == self.returning or (number == self.revision and not self.settled)


@dataclass(frozen=True, slots=True)
class Records:
    """The record of a namespace, that of the deploy before, and the key of its digests: one Secret. `hub`: whose; the Secret is
    found by its labels. After a hub was taken away, it says where the homes are that are left."""

    namespace: Namespace
    hub: HubRef | None = None

    def read(self) -> Record | None:
        """The last deploy's; None where there was none, or what is there cannot be read."""
        return self._read(_RECORD)

    def previous(self) -> Record | None:
        """The last settled one before."""
        return self._read(_PREVIOUS)

    def begin(self, record: Record, key: bytes = b"") -> None:
        """Keep a new record with the key of its digests, if it has some; a settled one becomes the previous."""
        before = self.read()
        entries = {_RECORD: _packed(record)}
        if key:
            entries[_KEY] = base64.b64encode(key).decode()
        if before and before.settled:
            entries[_PREVIOUS] = _packed(before)
        self._write(entries)

    def number(self, revision: int) -> None:
        """Helm has made the last deploy as this revision, whichever was expected."""
        record = self.read()
        if record and record.revision != revision:
            self._write({_RECORD: _packed(replace(record, revision=revision))})

    def begin_return(self, revision: int, to: int, *, copied: bool) -> None:
        """A rollback to a revision begins, which helm will make as this one. Until the records are put, it has not ended.
        `copied`: the copy of the database is still beside it."""
        if record := self.read():
            database = record.database if copied else ""
            self._write({_RECORD: _packed(replace(record, returning=revision, returning_to=to, database=database))})

    def settle(self) -> None:
        """The last deploy stays."""
        if record := self.read():
            self._write({_RECORD: _packed(replace(record, settled=True, marks=self.marks(record))), _LEFT: None})

    def put(self, record: Record | None, previous: Record | None) -> None:
        """Both records at once; None takes one away."""
        self._write({_RECORD: _packed(record) if record else None, _PREVIOUS: _packed(previous) if previous else None})

    def left(self) -> Mapping[str, str] | None:
        """Documents that tell where the homes are which a hub has left that was taken away, empty where it left none; None where
        none was, or a deploy since came to a good end."""
        return self._content(_LEFT)

    def leave(self, homes: Mapping[str, str]) -> None:
        """The hub is being taken away: what `left` tells from now on."""
        self._write({_LEFT: _zipped(homes)})

    def retire(self, homes: Mapping[str, str]) -> None:
        """The hub was taken away: nothing but `left` stays, as the sign of it."""
        self._write({_RECORD: None, _PREVIOUS: None, _KEY: None, _LEFT: _zipped(homes)})

    def marks(self, record: Record) -> Mapping[str, str]:
        """Those of the record's objects that are there now."""
        return {title: mark for title, mark in marks(self.namespace, record.documents).items() if mark is not None}

    def edited(self, record: Record) -> list[str]:
        """Those of its objects whose mark is another than when a deploy was last settled."""
        told = [title for title, mark in record.marks.items() if mark]
        return _edited(record, marks(self.namespace, told))

    def by_hand(self, record: Record) -> tuple[list[str], list[str]]:
        """The objects that somebody removed since the record was settled, and those that somebody edited."""
        now = marks(self.namespace, record.marks)
        return sorted(title for title, mark in now.items() if mark is None), _edited(record, now)

    def digest_key(self) -> bytes | None:
        """The key of the digests in this namespace's records; None where there is none yet."""
        found = (self._secret() or {}).get("data") or {}
        return base64.b64decode(found[_KEY]) if _KEY in found else None

    def _secret(self) -> Object | None:
        return self.namespace.get("secrets", NAME)

    def _read(self, entry: str) -> Record | None:
        try:
            return Record(**(self._content(entry) or {}))
        except TypeError:
            return None

    def _content(self, entry: str) -> dict[str, Any] | None:
        data = (self._secret() or {}).get("data") or {}
        try:
            return dict(json.loads(gzip.decompress(base64.b64decode(data[entry]))))
        except (KeyError, ValueError, TypeError, OSError):
            return None

    def _write(self, entries: Mapping[str, str | None]) -> None:
        labels = labels_of(self.hub)
        if self._secret():
            self.namespace.patch("secrets", NAME, {"metadata": {"labels": labels}, "data": dict(entries)})
            return
        data = {entry: value for entry, value in entries.items() if value is not None}
        metadata = {"name": NAME, "labels": labels}
        self.namespace.create("secrets", {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})


def _edited(record: Record, now: Mapping[str, str | None]) -> list[str]:
    """A record has an empty mark where the deployer that wrote it would not have seen an edit."""
    return sorted(title for title, mark in now.items() if record.marks[title] and mark not in (None, record.marks[title]))


def _packed(record: Record) -> str:
    return _zipped(asdict(record))


def _zipped(content: Mapping[str, Any]) -> str:
    return base64.b64encode(gzip.compress(json.dumps(dict(content)).encode(), mtime=0)).decode()
