"""Names of people that the hub makes users of when it starts, and groups that it puts them into."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from deployer.compiling.checks.classes import CONFIG, chosen_class, setting, settings
from deployer.compiling.checks.view import Values, each
from deployer.model.place import KeyPath

_GROUPS = (*CONFIG, "JupyterHub", "load_groups")


def check_people(values: Values) -> None:
    """JupyterHub 5.5: `init_users`, `init_groups` and `init_role_assignment` refuse what `validate_username` does."""
    for path, name in _named(values):
        if isinstance(name, str) and not _possible(name):
            values.tell("user-name-impossible", path, name=name)
    cls = chosen_class(values)
    if cls is not None and values.mapping(*_GROUPS) and setting(values, cls, "manage_groups"):
        values.tell("groups-made-twice", _GROUPS, key=True)


def _named(values: Values) -> Iterator[tuple[KeyPath, Any]]:
    cls = chosen_class(values)
    for trait in ("admin_users", "allowed_users") if cls else ():
        path, names = next(settings(values, cls, trait), ((), None)) if cls else ((), None)
        yield from (((*path, index), name) for index, name in each(names))
    for section in (_GROUPS, ("hub", "loadRoles")):
        for key, entry in values.mapping(*section).items():
            users = entry.get("users") if isinstance(entry, dict) else entry
            inside = ("users",) if isinstance(entry, dict) else ()
            yield from (((*section, key, *inside, index), name) for index, name in each(users))


def _possible(name: str) -> bool:
    """By `Authenticator.validate_username`."""
    return "/" not in name and name == name.strip() and bool(name.strip(".")) and bool(unquote(name).strip("."))
