"""The stand-in's values.schema.json: the keys that the real chart knows, with the types that the defaults have.

A key that zero-to-jupyterhub refuses is refused here too, as its names come from the same table that `deployer validate` uses.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.support.cache import PROJECT

_KEYS = PROJECT / "src/deployer/compiling/data/z2jh_keys.json"
_NODE_PURPOSE = ["ignore", "prefer", "require"]
_CHOICES = {
    "hub.db.type": ["sqlite-pvc", "sqlite-memory", "mysql", "postgres", "other"],
    "proxy.https.type": ["letsencrypt", "manual", "secret", "offload", "", None],
    "singleuser.storage.type": ["dynamic", "static", "none"],
    "scheduling.corePods.nodeAffinity.matchNodePurpose": _NODE_PURPOSE,
    "scheduling.userPods.nodeAffinity.matchNodePurpose": _NODE_PURPOSE,
}
_TEXTS = (".annotations", ".labels", ".nodeSelector", ".extraLabels", ".extraAnnotations")
_SCALAR = ["string", "number", "boolean", "null"]
_COLLECTION = ["array", "object", "null"]


def schema(defaults: Mapping[str, Any]) -> str:
    """The schema as JSON. `defaults`: the chart's default values."""
    known = json.loads(_KEYS.read_text())["keys"]
    return json.dumps({"$schema": "http://json-schema.org/draft-07/schema#", **_node(known, defaults, "")}, indent=1)


def _node(known: Mapping[str, Any], default: Any, path: str) -> dict[str, Any]:
    if path in _CHOICES:
        return {"enum": _CHOICES[path]}
    if path.endswith(_TEXTS):
        return {"type": ["object", "null"], "additionalProperties": {"type": ["string", "null"]}}
    if not known.get("keys"):
        return _leaf(default)
    below = default if isinstance(default, Mapping) else {}
    properties = {name: _node(child, below.get(name), f"{path}.{name}".lstrip(".")) for name, child in known["keys"].items()}
    closed = {"additionalProperties": False} if known.get("closed") else {}
    return {"type": ["object", "null"], "properties": properties, **closed}


def _leaf(default: Any) -> dict[str, Any]:
    """What stands where the default stands. The real chart is as wide: many texts may be numbers, many lists mappings."""
    match default:
        case bool():
            return {"type": ["boolean", "null"]}
        case int():
            return {"type": ["integer", "null"]}
        case str():
            return {"type": [*_SCALAR, "array"]}
        case list() | dict():
            return {"type": _COLLECTION}
        case _:
            return {}
