"""Asking the hub how it goes, over HTTP on 127.0.0.1, and telling it that its proxy has forgotten the routes."""

from __future__ import annotations

import asyncio
import urllib.error
import urllib.request

from hub_runtime.supervisor.ports import LOOPBACK

_TIMEOUT = 5.0
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


async def listens(port: int) -> bool:
    """Whether something listens there."""
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    return True


async def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    return await asyncio.to_thread(_request, url, "GET", "")


async def renew_routes(hub_port: int, base_url: str, token: str) -> bool:
    """POST /hub/api/proxy: the hub compares the proxy's routes with its own, and adds what is missing."""
    return await asyncio.to_thread(_request, f"http://{LOOPBACK}:{hub_port}{base_url}hub/api/proxy", "POST", token)


def _request(url: str, method: str, token: str) -> bool:
    headers = {"Authorization": f"token {token}"} if token else {}
    request = urllib.request.Request(url, method=method, headers=headers)  # noqa: S310 (http on loopback)
    try:
        with _OPENER.open(request, timeout=_TIMEOUT) as response:
            return bool(response.status < 400)
    except (OSError, urllib.error.URLError):
        return False
