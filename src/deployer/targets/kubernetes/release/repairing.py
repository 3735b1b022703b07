"""A release that an interrupted helm left pending: what it began is forgotten, so that helm goes on from the revision before."""

from __future__ import annotations

from deployer.errors import LockedError
from deployer.model.release import HubRef
from deployer.targets.kubernetes.release.record import Records
from deployer.targets.kubernetes.release.releases import Releases

STUCK_SECONDS = 600
"""A helm of somebody else's that is pending for longer was interrupted: its own usual timeout is shorter."""


def repair(ref: HubRef, releases: Releases, records: Records, stuck_seconds: float) -> None:
    """For who holds the lock: what is pending of ours has nobody at work any more. Raises LockedError where somebody else's helm
    may be."""
    last, record = releases.last(), records.read()
    if last is None or not last.pending:
        return
    age = (releases.namespace.connection.now() - last.made).total_seconds()
    ours = record is not None and record.makes(last.number)
    if not ours and age < stuck_seconds:
        raise LockedError(
            f"somebody runs helm on {ref} since {max(0, int(age))} seconds",
            hint=f"Wait for them; what is still {last.status} after {stuck_seconds / 60:.0f} minutes is repaired.",
        )
    releases.forget(last)
