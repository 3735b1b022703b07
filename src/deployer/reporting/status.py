"""What runs, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deployer.model.outcomes import HubState, HubStatus
from deployer.reporting.problems import columns, visible

_TO_MEND = (HubState.UNHEALTHY, HubState.STOPPED)
_TITLES = ("HUB", "STATE", "USERS", "ADDRESS", "JUPYTERHUB", "LAST DEPLOY", "BY")


def to_text(hubs: Sequence[HubStatus]) -> str:
    """A table with a line a hub, and a line for what a person should know about it; ends with a newline."""
    if not hubs:
        return "There are no hubs. `deployer new hub CLUSTER HUB` writes one.\n"
    rows = [_TITLES, *(_row(hub) for hub in hubs)]
    widths = [max(columns(row[place]) for row in rows) for place in range(len(_TITLES))]
    lines = [_line(rows[0], widths)]
    for hub, row in zip(hubs, rows[1:], strict=True):
        lines += [_line(row, widths), *(f"  {visible(note)}" for note in _notes(hub))]
    return "".join(f"{line}\n" for line in lines)


def _row(hub: HubStatus) -> tuple[str, ...]:
    users = str(hub.users) if hub.address else ""
    when = hub.deployed_at.replace("T", " ").removesuffix("+00:00") + (" UTC" if hub.deployed_at else "")
    cells = (str(hub.ref), str(hub.state), users, hub.address, hub.version, when, hub.deployed_by)
    return tuple(visible(cell) for cell in cells)


def _notes(hub: HubStatus) -> Iterator[str]:
    if hub.detail:
        yield hub.detail
    if hub.detail and hub.declared and hub.state in _TO_MEND:
        yield f"`deployer deploy {hub.ref.cluster} {hub.ref.hub}` puts it right, or says why not"
    if hub.pending:
        yield f"pending: {hub.pending}"
    if hub.target == "try":
        yield "it is only tried; `deployer try --stop` ends it"
    elif not hub.declared and hub.address:
        yield "no file names it any more; `deployer destroy` takes it away"
    if hub.kept and not hub.address:
        yield f"left of it: {', '.join(hub.kept)}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def to_json(hubs: Sequence[HubStatus]) -> dict[str, Any]:
    """`{"hubs": [{"cluster", "hub", "target", "state", "declared", "users", "address", "version", "deployed_at", "deployed_by",
    "detail", "pending", "kept"}]}`."""
    return {
        "hubs": [
            {
                "cluster": hub.ref.cluster,
                "hub": hub.ref.hub,
                "target": hub.target,
                "state": str(hub.state),
                "declared": hub.declared,
                "users": hub.users,
                "address": hub.address,
                "version": hub.version,
                "deployed_at": hub.deployed_at,
                "deployed_by": hub.deployed_by,
                "detail": hub.detail,
                "pending": hub.pending,
                "kept": list(hub.kept),
            }
            for hub in hubs
        ]
    }
