"""Where a person lands in their server."""

from __future__ import annotations

_NAMED = {"lab": "/lab", "notebook": "/tree"}


def default_url(interface: str) -> str:
    """`lab` -> /lab, `notebook` -> /tree; a path stays as it is."""
    return _NAMED.get(interface, interface)
