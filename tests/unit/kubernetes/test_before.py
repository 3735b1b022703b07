"""What the records say after a deploy was undone: exactly what they said before it, true of helm's new revision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

import pytest

from deployer.targets.kubernetes.release.before import Before, before, take_back
from deployer.targets.kubernetes.release.record import Record, Records
from deployer.targets.kubernetes.release.releases import Releases, Revision

LAST = Record({"Secret/hub": "last"}, revision=5, deployed_at="now", deployed_by="ada", settled=True, marks={"hub": "1"})
EARLIER = replace(LAST, documents={}, revision=4)


@dataclass
class Kept:
    """The records of a namespace."""

    record: Record | None
    earlier: Record | None
    done: list[tuple[Record | None, Record | None]] = field(default_factory=list)

    def read(self) -> Record | None:
        return self.record

    def previous(self) -> Record | None:
        return self.earlier

    def marks(self, record: Record) -> Mapping[str, str]:
        return {"hub": "2"}

    def put(self, record: Record | None, previous: Record | None) -> None:
        self.done.append((record, previous))


@dataclass
class Revisions:
    """Helm's, as number and status."""

    known: tuple[tuple[int, str], ...]

    def revisions(self) -> tuple[Revision, ...]:
        return tuple(Revision(number, status, datetime.now(UTC)) for number, status in self.known)


@pytest.mark.parametrize(
    ("known", "revision"),
    [
        ((), 0),
        (((4, "superseded"), (5, "deployed")), 5),
        (((5, "deployed"), (6, "failed")), 5),
        (((1, "pending-install"),), 0),
    ],
)
def test_what_ran_is_the_newest_that_helm_calls_deployed(known: tuple[tuple[int, str], ...], revision: int) -> None:
    found = before(cast(Releases, Revisions(known)), cast(Records, Kept(LAST, EARLIER)))
    assert found == Before(revision, LAST, EARLIER)


KILLED = replace(LAST, settled=False, revision=6)
BACK = replace(KILLED, returning=7, returning_to=5)
AS_7 = replace(LAST, revision=7)
FIRST = replace(LAST, settled=False, revision=1)


@pytest.mark.parametrize(
    ("record", "previous", "known", "expected"),
    [
        pytest.param(KILLED, LAST, ((5, "superseded"), (6, "deployed")), Before(5, LAST, None), id="after helm, unchecked"),
        pytest.param(KILLED, LAST, ((5, "deployed"), (6, "failed")), Before(5, LAST, None), id="in the middle of helm"),
        pytest.param(BACK, LAST, ((5, "superseded"), (7, "deployed")), Before(7, AS_7, None), id="on the way back"),
        pytest.param(KILLED, LAST, ((5, "superseded"), (7, "deployed")), Before(7, KILLED, LAST), id="somebody used helm since"),
        pytest.param(KILLED, LAST, ((6, "deployed"),), Before(6, KILLED, LAST), id="helm has forgotten it"),
        pytest.param(FIRST, None, ((1, "failed"),), Before(0, None, None), id="the first, in the middle of helm"),
        pytest.param(KILLED, None, ((5, "superseded"), (6, "deployed")), Before(6, KILLED, None), id="nothing was ever checked"),
    ],
)
def test_what_nobody_checked_is_nothing_to_come_back_to(
    record: Record, previous: Record | None, known: tuple[tuple[int, str], ...], expected: Before
) -> None:
    assert before(cast(Releases, Revisions(known)), cast(Records, Kept(record, previous))) == expected


@pytest.mark.parametrize(
    ("record", "revision", "after"),
    [
        (LAST, 5, replace(LAST, revision=8, marks={"hub": "2"})),
        (LAST, 6, LAST),  # somebody used helm since: that is what came back, and still not ours
        (replace(LAST, settled=False), 5, replace(LAST, settled=False)),
        (None, 5, None),
    ],
)
def test_the_records_are_as_they_were(record: Record | None, revision: int, after: Record | None) -> None:
    kept = Kept(record, EARLIER)
    take_back(Before(revision, record, EARLIER), cast(Records, kept), 8)
    assert kept.done == [(after, EARLIER)]
