"""Where a person lands in their server."""

from __future__ import annotations

import re

_NAMED = {"lab": "/lab", "notebook": "/tree"}
_PATH = re.compile(r"/[^\s{}\\]*")


def default_url(interface: str) -> str:
    """`lab` -> /lab, `notebook` -> /tree; a path stays as it is."""
    return _NAMED.get(interface, interface)


def is_interface(interface: str) -> bool:
    """One of the names, or a path below the server: no spaces, no braces (JupyterHub would fill them in), no way out."""
    return interface in _NAMED or bool(
        _PATH.fullmatch(interface) and not interface.startswith("//") and "/../" not in f"{interface}/"
    )
