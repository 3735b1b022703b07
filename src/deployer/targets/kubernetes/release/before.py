"""What a deploy can be undone to: helm's revision and the records as they were when its upgrade began."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deployer.targets.kubernetes.release.record import Record, Records
from deployer.targets.kubernetes.release.releases import Releases, Revision


@dataclass(frozen=True, slots=True)
class Before:
    """`revision` is helm's that was deployed, 0 for none; the records are the last deploy's and that of the one before it."""

    revision: int
    record: Record | None
    previous: Record | None


def before(releases: Releases, records: Records) -> Before:
    """As it is now. What an interrupted deploy made and nobody checked is nothing to come back to: the settled one before is."""
    revisions, record = releases.revisions(), records.read()
    if is_unfinished(revisions, record, records):
        return Before(0, None, None)
    deployed = max((revision.number for revision in revisions if revision.status == "deployed"), default=0)
    checked, previous = last_checked(revisions, record, records), records.previous()
    if checked and record and record.revision == deployed:
        return Before(checked.revision, checked, None)
    if previous and _has_content_of(previous, record, deployed):
        return Before(deployed, replace(previous, revision=deployed), None)
    return Before(deployed, record, previous)


def _has_content_of(previous: Record, record: Record | None, deployed: int) -> bool:
    """Whether helm's revision is that of the deploy before the last: the last did not get further, or was on its way back."""
    back = record is not None and (record.returning, record.returning_to) == (deployed, previous.revision)
    return back or previous.revision == deployed


def is_unfinished(revisions: Sequence[Revision], record: Record | None, records: Records) -> bool:
    """Whether all there is of the hub is what a first deploy of ours began, and did not bring to an end."""
    if record is None or record.settled or records.previous():
        return False
    return not any(revision.status in ("deployed", "superseded") for revision in revisions)


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
    return replace(record, revision=revision, settled=True, returning=0, returning_to=0, marks=records.marks(record))
