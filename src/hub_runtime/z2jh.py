"""The module `z2jh` that hubs' own Python imports, with the meaning it has in zero-to-jupyterhub's hub image.

`hub_runtime.traits` registers it under that name before any snippet runs, and tells it the values once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_ABSENT = object()
_CLUSTER_WIDE = {
    "priority": "default-priority",
    "user-placeholder-priority": "user-placeholder-priority",
    "image-puller-priority": "image-puller-priority",
    "user-scheduler": "user-scheduler",
}
_OTHER_NAMES = {
    "hub-pvc": "hub-db-dir",
    "hub-serviceaccount": "hub",
    "hub-existing-secret-or-default": "hub",
    "image-puller-priority": "image-puller",
    "user-placeholder-priority": "user-placeholder",
}


@dataclass(slots=True)
class _Known:
    """What this process was told; set once by `tell`."""

    values: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


_known = _Known()


def tell(values: dict[str, Any], secrets: Mapping[str, str]) -> None:
    """Set the values and secrets that the functions below answer from."""
    _known.values = values
    _known.secrets = dict(secrets)


def get_config(key: str, default: Any = None) -> Any:
    """The value at a dotted path; `default` where a key of the path is not there. The value itself, not a copy."""
    value: Any = _known.values
    for level in key.split("."):
        if not isinstance(value, dict) or level not in value:
            return default
        value = value[level]
    return value


def set_config_if_not_none(cparent: Any, name: str, key: str) -> None:
    """Set a trait to the value at a path, unless that is null or not there."""
    value = get_config(key)
    if value is not None:
        setattr(cparent, name, value)


def get_secret_value(key: str, default: Any = _ABSENT) -> Any:
    """A secret by its key in the chart's Secret. Raises KeyError where there is none and no default."""
    if key in _known.secrets:
        return _known.secrets[key]
    if default is _ABSENT:
        raise KeyError(f"{key} is no secret of this hub")
    return default


def get_name(name: str) -> str:
    """The full name of a resource of the chart, by its short name; those that all namespaces share carry the release's name."""
    full_name = _full_name()
    if name in _CLUSTER_WIDE and not full_name:
        return f"{get_config('Release.Name', 'hub')}-{_CLUSTER_WIDE[name]}"
    short = "" if name == "priority" else _OTHER_NAMES.get(name, name)
    return "-".join(filter(None, (full_name, short)))


def _full_name() -> str:
    """What all names begin with: `fullnameOverride` where it is a text, be it empty, else the release's and the chart's name."""
    override = get_config("fullnameOverride")
    if isinstance(override, str):
        return override
    release, chart = get_config("Release.Name", "hub"), get_config("nameOverride") or get_config("Chart.Name", "jupyterhub")
    return release if chart in release else f"{release}-{chart}"


def get_name_env(name: str, suffix: str = "") -> str:
    """An environment variable named after a resource, such as PROXY_API_SERVICE_PORT for `proxy-api` and `_SERVICE_PORT`."""
    return os.environ[(get_name(name) + suffix).upper().replace("-", "_")]
