"""Which hubs a change reaches together, and what must hold before it goes on to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from deployer.config.models.fleet import Ring
from deployer.config.scalars import duration_seconds, share
from deployer.model.release import Release

STAGES = ("staging", "canary", "production")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """Hubs of one stage in one ring.

    `soak`: how many seconds what was deployed is left to run before anything comes after it. `failures`: nothing more is begun
    once more hubs have failed; None: a wave comes to its end whoever fails in it, and is the last then.
    """

    releases: tuple[Release, ...]
    ring: str = ""
    soak: int = 0
    failures: int | None = None


def waves(releases: Sequence[Release], rings: Mapping[str, Ring]) -> tuple[Wave, ...]:
    """Ring by ring in the order of the fleet's file, then what is in none; within a ring stage by stage."""
    return tuple(
        Wave(
            releases=batch,
            ring=name,
            soak=duration_seconds(ring.soak) if ring.soak and number == last else 0,
            failures=ring.failures,
        )
        for name, ring, members in _by_rings(releases, rings)
        for number, batch, last in _by_stages(members)
    )


def _by_rings(releases: Sequence[Release], rings: Mapping[str, Ring]) -> Iterator[tuple[str, Ring, list[Release]]]:
    ring_of = {release.ref: _named(release, rings) for release in releases}
    unnamed = [release for release in releases if ring_of[release.ref] is None]
    for name, ring in rings.items():
        count = ceil(len(releases) * share(ring.share)) if ring.share is not None else 0
        yield name, ring, [*(release for release in releases if ring_of[release.ref] == name), *unnamed[:count]]
        unnamed = unnamed[count:]
    yield "", Ring(), unnamed


def _named(release: Release, rings: Mapping[str, Ring]) -> str | None:
    """The ring that names the hub, else the one that names its cluster."""
    by_hub = (name for name, ring in rings.items() if str(release.ref) in ring.hubs)
    by_cluster = (name for name, ring in rings.items() if release.ref.cluster in ring.clusters)
    return next(by_hub, None) or next(by_cluster, None)


def _by_stages(members: Sequence[Release]) -> Iterator[tuple[int, tuple[Release, ...], int]]:
    """(number, its hubs, number of the last) of each stage that has any."""
    batches = [tuple(release for release in members if release.stage == stage) for stage in STAGES]
    batches = [batch for batch in batches if batch]
    yield from ((number, batch, len(batches) - 1) for number, batch in enumerate(batches))
