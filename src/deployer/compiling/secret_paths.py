"""Which leaves are secrets, by their names and by what they look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from functools import cached_property
from typing import Any

from deployer.config.secret_signs import is_secret_name
from deployer.model.place import KeyPath

_TITLED = frozenset({"extraConfig", "extraFiles", "loadRoles", "services"})
"""Below these a name is a person's title for the entry."""
_URL_WITH_PASSWORD = re.compile(r"[A-Za-z][\w+.-]*://[^/\s:@]*:[^/\s@]+@")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


class SecretPaths(Container[KeyPath]):
    """Paths of the leaves that must never be shown: by their names and contents, and those of `more`. Worked out when first
    asked for, as a fleet that is only checked is never shown."""

    def __init__(self, values: Mapping[str, Any], more: Callable[[], frozenset[KeyPath]] = frozenset) -> None:
        self._values = values
        self._more = more

    def __contains__(self, path: object) -> bool:
        return path in self._found

    @cached_property
    def _found(self) -> frozenset[KeyPath]:
        return secret_paths(self._values) | self._more()


def secret_paths(values: Mapping[str, Any]) -> frozenset[KeyPath]:
    """Paths of leaves that are secrets by their names or by what they look like."""
    found: list[KeyPath] = []
    _collect(values, (), False, found)
    return frozenset(found)


def _collect(node: Any, path: KeyPath, named: bool, found: list[KeyPath]) -> None:
    if isinstance(node, dict):
        titled = bool(path) and path[-1] in _TITLED
        variable = _is_secret_variable(node)
        for name, entry in node.items():
            secret = name == "value" if variable else not titled and is_secret_name(str(name), of_text=isinstance(entry, str))
            if named or secret or isinstance(entry, dict | list) or (isinstance(entry, str) and looks_secret(entry)):
                _collect(entry, (*path, name), named or secret, found)
    elif isinstance(node, list):
        for index, entry in enumerate(node):
            _collect(entry, (*path, index), named, found)
    elif (named and _is_something(node)) or (isinstance(node, str) and looks_secret(node)):
        found.append(path)


def _is_secret_variable(entry: Mapping[str, Any]) -> bool:
    """An environment variable as Kubernetes writes them: `{name: GITHUB_TOKEN, value: ...}`."""
    return entry.keys() == {"name", "value"} and is_secret_name(str(entry["name"]))


def _is_something(node: Any) -> bool:
    """A text or a number: `password: null` and `token: true` hide nothing."""
    return node not in (None, "") and not isinstance(node, bool)


def looks_secret(text: str) -> bool:
    """A private key, or an address with a password in it."""
    if "://" in text and "@" in text and _URL_WITH_PASSWORD.search(text):
        return True
    return "PRIVATE KEY" in text and bool(_PRIVATE_KEY.search(text))
