"""What a deploy can be undone to: helm's revision and the records as they were when its upgrade began."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deployer.targets.kubernetes.record import Record, Records
from deployer.targets.kubernetes.releases import Releases


@dataclass(frozen=True, slots=True)
class Before:
    """`revision` is helm's that was deployed, 0 for none; the records are the last deploy's and that of the one before it."""

    revision: int
    record: Record | None
    previous: Record | None


def before(releases: Releases, records: Records) -> Before:
    """As it is now."""
    deployed = [revision.number for revision in releases.revisions() if revision.status == "deployed"]
    return Before(max(deployed, default=0), records.read(), records.previous())


def take_back(found: Before, records: Records, revision: int) -> None:
    """The records are as they were; what they know of helm's revision is true of `revision`, which has the same content."""
    record = found.record
    if record and record.settled and record.revision == found.revision:
        record = returned(record, records, revision)
    records.put(record, found.previous)


def returned(record: Record, records: Records, revision: int) -> Record:
    """The record of a deploy that runs again, as helm's `revision`."""
    return replace(record, revision=revision, settled=True, returning=0, marks=records.marks())
