"""What runs, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from deployer.model.outcomes import HubState, HubStatus
from deployer.reporting.problems import columns, visible

_TO_MEND = (HubState.UNHEALTHY, HubState.STOPPED)
_NOT_THERE = (HubState.NOT_DEPLOYED, HubState.UNREACHABLE)
_TO_THE_MINUTE = len("2001-01-01T00:00")
_CELLS: Mapping[str, Callable[[HubStatus], str]] = {
    "HUB": lambda hub: str(hub.ref),
    "STATE": lambda hub: str(hub.state),
    "USERS": lambda hub: "" if hub.state in _NOT_THERE else str(hub.users),
    "VERSION": lambda hub: hub.version,
    "IMAGE": lambda hub: hub.image.rpartition("/")[2].partition("@")[0],
    "LAST DEPLOY (UTC)": lambda hub: hub.deployed_at[:_TO_THE_MINUTE].replace("T", " "),
    "BY": lambda hub: hub.deployed_by,
    "ADDRESS": lambda hub: hub.address,
}
_TO_CUT = ("VERSION", "IMAGE", "BY")
"""As long as people like, and nothing that commands are given."""
_READABLE = 12
"""Nothing is cut further than that."""
_GAP = "  "
_COLUMNS = 120


def to_text(hubs: Sequence[HubStatus]) -> str:
    """A table with a line a hub, and lines for what a person should know about it; ends with a newline. Where the table would be
    too wide for a terminal, addresses have lines of their own."""
    if not hubs:
        return "There are no hubs. `deployer new hub CLUSTER HUB` writes one.\n"
    widths = {title: max(columns(title), *(columns(_cell(title, hub)) for hub in hubs)) for title in _CELLS}
    beside = _width(widths) <= _COLUMNS
    if not beside:
        del widths["ADDRESS"]
        _narrow(widths)
    lines = [_line({title: title for title in widths}, widths)]
    for hub in hubs:
        notes = [*([hub.address] if hub.address and not beside else []), *_notes(hub)]
        lines += [_line({title: _cell(title, hub) for title in widths}, widths), *(f"  {visible(note)}" for note in notes)]
    return "".join(f"{line}\n" for line in lines)


def _cell(title: str, hub: HubStatus) -> str:
    return visible(_CELLS[title](hub))


def _width(widths: Mapping[str, int]) -> int:
    return sum(widths.values()) + len(_GAP) * (len(widths) - 1)


def _narrow(widths: dict[str, int]) -> None:
    """The widest first, until all fits."""
    while _width(widths) > _COLUMNS and max(widths[title] for title in _TO_CUT) > _READABLE:
        widths[max(_TO_CUT, key=lambda title: widths[title])] -= 1


def _line(cells: Mapping[str, str], widths: Mapping[str, int]) -> str:
    fitting = {title: _cut(cell, widths[title]) for title, cell in cells.items()}
    return _GAP.join(cell + " " * (widths[title] - columns(cell)) for title, cell in fitting.items()).rstrip()


def _cut(cell: str, width: int) -> str:
    """Without its middle, where it is too long: a tag is at the end."""
    if columns(cell) <= width:
        return cell
    head, tail = cell[: len(cell) // 2], cell[len(cell) // 2 :]
    while columns(head + tail) >= width:
        head, tail = (head[:-1], tail) if columns(head) > columns(tail) else (head, tail[1:])
    return f"{head}…{tail}"


def _notes(hub: HubStatus) -> Iterator[str]:
    if hub.detail:
        yield hub.detail
    if hub.detail and hub.declared and hub.state in _TO_MEND:
        yield f"`deployer deploy {hub.ref.cluster} {hub.ref.hub}` puts it right, or says why not"
    if hub.pending:
        yield f"pending: {hub.pending}"
    if hub.target == "try":
        yield "it is only tried; `deployer try --stop` ends it"
    elif not hub.declared and hub.state not in _NOT_THERE:
        yield "no file names it any more; `deployer destroy` takes it away"
    if hub.kept and hub.state in _NOT_THERE:
        yield f"left of it: {', '.join(hub.kept)}"


def to_json(hubs: Sequence[HubStatus]) -> dict[str, Any]:
    """`{"hubs": [{"cluster", "hub", "target", "state", "declared", "users", "address", "version", "image", "deployed_at",
    "deployed_by", "detail", "pending", "kept"}]}`."""
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
                "image": hub.image,
                "deployed_at": hub.deployed_at,
                "deployed_by": hub.deployed_by,
                "detail": hub.detail,
                "pending": hub.pending,
                "kept": list(hub.kept),
            }
            for hub in hubs
        ]
    }
