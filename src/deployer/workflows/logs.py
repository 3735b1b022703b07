"""logs: the last lines of a hub, or of one person's server."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.model.protocols import Effects
from deployer.workflows.choosing import one
from deployer.workflows.reading import read_fleet


def logs(effects: Effects, cluster: str, hub: str, *, user: str | None, lines: int, follow: bool = False) -> Iterator[str]:
    """The last lines, oldest first; with `follow`, then each further one. Raises UnknownNameError for a hub or a person without a
    log."""
    target, ref = one(effects, read_fleet(effects), cluster, hub)
    return target.logs(ref, user=user, lines=lines, follow=follow)
