"""What a hub that runs tells of itself: the values that zero-to-jupyterhub's chart was given, and where its proxy serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from deployer.model.naming import naming
from deployer.targets.kubernetes.api.objects import Namespace, Object

_VALUES = "values.yaml"
_HTTP = 8000


def hub_of(secret: Mapping[str, str]) -> Mapping[str, Any]:
    """The values of the hub's own process, from the entries of its Secret."""
    return _values(secret).get("hub") or {}


def base_path(hub: Mapping[str, Any]) -> str:
    """Where the hub stands below its address: `/`, or `/jupyter/`."""
    said = str(hub.get("baseUrl") or "").strip("/")
    return f"/{said}/" if said else "/"


def served(proxy: Object) -> tuple[str, int]:
    """Scheme and port at which a proxy's pod serves people: one that has an `https` only sends them there from its `http`."""
    ports = {port.get("name"): port["containerPort"] for each in proxy["spec"]["containers"] for port in each.get("ports") or []}
    return ("https", ports["https"]) if "https" in ports else ("http", ports.get("http", _HTTP))


def before_us(namespace: Namespace) -> Mapping[str, str]:
    """What tells where people's homes are, of a hub that somebody else deployed. Nothing secret is in it."""
    values = _values(namespace.secret("hub"))
    told = {
        "singleuser": {"storage": (values.get("singleuser") or {}).get("storage")},
        "hub": {"config": naming((values.get("hub") or {}).get("config"))},
    }
    return {"Secret/hub": yaml.safe_dump({"data": {_VALUES: yaml.safe_dump(told)}})} if values else {}


def _values(secret: Mapping[str, str]) -> Mapping[str, Any]:
    """Empty where there are none, or somebody's that cannot be read."""
    try:
        found = yaml.load(secret.get(_VALUES, ""), yaml.CSafeLoader)
    except yaml.YAMLError:
        return {}
    return found if isinstance(found, dict) else {}
