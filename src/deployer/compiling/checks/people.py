"""Names of people that the hub makes users of when it starts, and groups that it puts them into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import unquote

from deployer.compiling.checks.classes import CONFIG, NAMING, chosen_class, setting, settings
from deployer.compiling.checks.view import Values
from deployer.model.place import KeyPath

_GROUPS = (*CONFIG, "JupyterHub", "load_groups")

_USUAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]*")


def check_people(values: Values) -> None:
    """JupyterHub 5.5: `init_users`, `init_groups` and `init_role_assignment` refuse what `validate_username` does."""
    for path, names in _named(values):
        for index, name in enumerate(names if isinstance(names, list) else ()):
            if isinstance(name, str) and not _possible(name):
                values.tell("user-name-impossible", (*path, index), name=name)
    cls = chosen_class(values)
    if cls is not None and values.mapping(*_GROUPS) and setting(values, cls, "manage_groups"):
        values.tell("groups-made-twice", _GROUPS, key=True)


def _named(values: Values) -> Iterator[tuple[KeyPath, Any]]:
    """Each list of people, as far as it is one."""
    cls = chosen_class(values)
    if cls is not None:
        for trait in NAMING:
            yield from islice(settings(values, cls, trait), 1)
    for section in (_GROUPS, ("hub", "loadRoles")):
        for key, entry in values.mapping(*section).items():
            yield ((*section, key, "users"), entry.get("users")) if isinstance(entry, dict) else ((*section, key), entry)


def _possible(name: str) -> bool:
    """By `Authenticator.validate_username`; most names are seen at once to be."""
    return bool(_USUAL.fullmatch(name)) or _valid(name)


def _valid(name: str) -> bool:
    return "/" not in name and name == name.strip() and bool(name.strip(".")) and bool(unquote(name).strip("."))
