"""What a deploy can be undone to: helm's revision and the records as they were when its upgrade began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deployer.targets.kubernetes.record import Record, Records
from deployer.targets.kubernetes.releases import Releases, Revision


@dataclass(frozen=True, slots=True)
class Before:
    """`revision` is helm's that was deployed, 0 for none; the records are the last deploy's and that of the one before it."""

    revision: int
    record: Record | None
    previous: Record | None


def before(releases: Releases, records: Records) -> Before:
    """As it is now. What an interrupted deploy made and nobody checked is nothing to come back to: the settled one before is."""
    revisions, record = releases.revisions(), records.read()
    deployed = max((revision.number for revision in revisions if revision.status == "deployed"), default=0)
    checked = last_checked(revisions, record, records)
    if checked and record and record.revision == deployed:
        return Before(checked.revision, checked, None)
    return Before(deployed, record, records.previous())


def last_checked(revisions: Sequence[Revision], record: Record | None, records: Records) -> Record | None:
    """The settled deploy before one that was interrupted; None where the last was not, or where helm has forgotten it."""
    if record is None or record.settled:
        return None
    previous = records.previous()
    return previous if previous and previous.revision in {entry.number for entry in revisions if not entry.vain} else None


def take_back(found: Before, records: Records, revision: int) -> None:
    """The records are as they were; what they know of helm's revision is true of `revision`, which has the same content."""
    record = found.record
    if record and record.settled and record.revision == found.revision:
        record = returned(record, records, revision)
    records.put(record, found.previous)


def returned(record: Record, records: Records, revision: int) -> Record:
    """The record of a deploy that runs again, as helm's `revision`."""
    return replace(record, revision=revision, settled=True, returning=0, marks=records.marks(record))
