"""Programs that run elsewhere: in the hub's own interpreter (`hub.extraConfig`) and in people's servers.

Belongs here: their sources, and nothing of the deployer in them; each file stands for itself. Never: imports between them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def source(name: str) -> str:
    """The text of a snippet."""
    return files(__name__).joinpath(name).read_text(encoding="utf-8")
