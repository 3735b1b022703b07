"""Whether a change lets logins come back to another address than the login provider knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.model.place import value_at
from deployer.planning.documents import SECRET, hub_values

_CALLBACK = "oauth_callback_url"


def other_callbacks(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """What to do at the login provider before anybody can log in, in words: documents by their titles, before and after."""
    if SECRET not in before or SECRET not in after or before[SECRET] == after[SECRET]:
        return
    known = set(_callbacks(hub_values(before)))
    for url in _callbacks(hub_values(after)):
        if known and url not in known:
            yield f"logins come back to {url} now: name it at the login provider first, or nobody can log in"


def _callbacks(values: Mapping[str, Any]) -> Iterator[str]:
    config = value_at(values, ("hub", "config"))
    for section in config.values() if isinstance(config, Mapping) else ():
        if url := value_at(section, (_CALLBACK,)):
            yield str(url)
