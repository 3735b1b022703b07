"""Nobody can log in under the health check's name, whatever the values say: its user passes the profile filter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployer.compiling.inputs import CHECK_NAME
from deployer.compiling.layers import below
from deployer.model.place import KeyPath
from deployer.model.release import merged

_BLOCKED = "blocked_users"


def with_check_blocked(
    values: dict[str, Any], upstream: KeyPath, defaults: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[KeyPath]]:
    """The values with the check's name in every `blocked_users`, and the leaves that this added.

    `upstream` is where zero-to-jupyterhub's values are. Helm replaces lists, so a list that only the chart's own `defaults` have
    is taken over whole.
    """
    at = (*upstream, "hub", "config")
    if _taken_away(values, at):
        return values, frozenset()
    config = _at(values, at)
    sections = {"Authenticator"} | {name for name, section in config.items() if _BLOCKED in _mapping(section)}
    lists: dict[str, Any] = {}
    added: set[KeyPath] = set()
    for section in sections:
        own = _mapping(config.get(section)).get(_BLOCKED)
        names = own if isinstance(own, list) else _at(defaults, (*upstream, "hub", "config", section)).get(_BLOCKED) or []
        if CHECK_NAME in names:
            continue
        lists[section] = {_BLOCKED: [*names, CHECK_NAME]}
        first = len(own) if isinstance(own, list) else 0
        added |= {(*at, section, _BLOCKED, index) for index in range(first, len(names) + 1)}
    return (merged(values, below(at, lists)), frozenset(added)) if lists else (values, frozenset())


def _taken_away(values: Mapping[str, Any], path: KeyPath) -> bool:
    """Somebody wrote null, or anything but a mapping, where the path leads through."""
    return any(
        step in _at(values, path[:depth]) and not _is_mapping(values, path[: depth + 1]) for depth, step in enumerate(path)
    )


def _is_mapping(node: Any, path: KeyPath) -> bool:
    for step in path:
        node = _mapping(node).get(str(step))
    return isinstance(node, Mapping)


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _at(node: Any, path: KeyPath) -> Mapping[str, Any]:
    for step in path:
        node = _mapping(node).get(str(step))
    return _mapping(node)
