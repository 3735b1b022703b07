"""What the Secret of a hub that runs tells: the values that zero-to-jupyterhub's chart was given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from deployer.targets.kubernetes.objects import Namespace

_VALUES = "values.yaml"
_NAMES = ("slug_scheme", "pvc_name_template")
"""KubeSpawner's settings of which the name of a person's home comes."""


def hub_of(secret: Mapping[str, str]) -> Mapping[str, Any]:
    """The values of the hub's own process, from the entries of its Secret."""
    return _values(secret).get("hub") or {}


def base_path(hub: Mapping[str, Any]) -> str:
    """Where the hub stands below its address: `/`, or `/jupyter/`."""
    said = str(hub.get("baseUrl") or "").strip("/")
    return f"/{said}/" if said else "/"


def before_us(namespace: Namespace) -> Mapping[str, str]:
    """What tells where people's homes are, of a hub that somebody else deployed. Nothing secret is in it."""
    values = _values(namespace.secret("hub"))
    spawner = ((values.get("hub") or {}).get("config") or {}).get("KubeSpawner") or {}
    told = {
        "singleuser": {"storage": (values.get("singleuser") or {}).get("storage")},
        "hub": {"config": {"KubeSpawner": {name: spawner[name] for name in _NAMES if name in spawner}}},
    }
    return {"Secret/hub": yaml.safe_dump({"data": {_VALUES: yaml.safe_dump(told)}})} if values else {}


def _values(secret: Mapping[str, str]) -> Mapping[str, Any]:
    """Empty where there are none, or somebody's that cannot be read."""
    try:
        found = yaml.load(secret.get(_VALUES, ""), yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
