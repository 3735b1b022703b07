"""What helm does not put right by itself: a release that was left pending, and what somebody added to its objects by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from deployer.errors import LockedError
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.objects import PLURALS, Namespace, Object
from deployer.targets.kubernetes.release.record import Records
from deployer.targets.kubernetes.release.releases import Releases

STUCK_SECONDS = 600
"""A helm of somebody else's that is pending for longer was interrupted: its own usual timeout is shorter."""


def repair(ref: HubRef, releases: Releases, records: Records, stuck_seconds: float) -> None:
    """Forget a revision that an interrupted helm left pending, so that helm goes on from the one before.

    For who holds the lock: what is pending of ours has nobody at work any more. Raises LockedError where somebody else's helm
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


def put_right(namespace: Namespace, manifests: Iterable[Object], titles: Collection[str]) -> None:
    """Those of the manifests with these titles (`Kind/name`) become what they say, and no more, such as a variable that somebody
    added."""
    for manifest in manifests:
        if f"{manifest['kind']}/{manifest['metadata']['name']}" in titles:
            namespace.rewrite(PLURALS[manifest["kind"]], manifest)
