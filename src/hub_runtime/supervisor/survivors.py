"""Ending processes that outlive what started them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from signal import SIGKILL, SIGTERM

from hub_runtime.folder import HubFolder, read_json
from hub_runtime.processes import alive, family, send
from hub_runtime.status import ProcessIdentity

GRACE = 10.0
_TICK = 0.1
_LAST = 5.0


def running_servers(folder: HubFolder) -> dict[str, ProcessIdentity]:
    """People's servers that run, by the name of their record."""
    found = {}
    for path in folder.servers.glob("*.json"):
        record = read_json(path) or {}
        process = ProcessIdentity(int(record.get("pid", 0)), int(record.get("ticks", 0)))
        if alive(process):
            found[path.stem] = process
    return found


async def _until(done: Callable[[], bool], seconds: float) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while not done() and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(_TICK)


async def end_marked(mark: str, leaders: set[ProcessIdentity] | None = None, grace: float = GRACE) -> None:
    """SIGTERM to the leaders, or to all that carry the mark; SIGKILL after the grace, until none is left."""
    everyone = family(mark, [leader.pid for leader in leaders or ()])
    asked = leaders if leaders is not None else everyone
    send(asked, SIGTERM)
    await _until(lambda: not any(alive(process) for process in asked), grace)

    def none_left() -> bool:
        left = {process for process in everyone if alive(process)} | family(mark)
        send(left, SIGKILL)
        return not left

    await _until(none_left, _LAST)


async def end_servers(folder: HubFolder) -> None:
    """End every person's server with all that it started."""
    await end_marked(f"{folder.identity}:", set(running_servers(folder).values()))
    for path in folder.servers.glob("*.json"):
        path.unlink(missing_ok=True)


async def end_parts(folder: HubFolder) -> None:
    """End the proxy, the hub and its services that an earlier supervisor left; people's servers stay."""
    await end_marked(f"{folder.identity}/")


def forget_ended(folder: HubFolder) -> None:
    """Remove the records of servers that no longer run."""
    running = running_servers(folder)
    for path in folder.servers.glob("*.json"):
        if path.stem not in running:
            path.unlink(missing_ok=True)
