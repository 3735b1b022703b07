"""JSON Schemas (draft 2020-12) of the files that people write, made from their models; editors complete and check by them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel

from deployer.config.models.cluster import ClusterFile
from deployer.config.models.fleet import FleetFile, PolicyFile
from deployer.config.models.hub import HubFile
from deployer.config.models.secrets import SecretFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"

FILES: Mapping[str, tuple[type[BaseModel], str]] = MappingProxyType(
    {
        "fleet": (FleetFile, "config/fleet.yaml"),
        "policy": (PolicyFile, "config/policy.yaml"),
        "cluster": (ClusterFile, "config/clusters/CLUSTER/cluster.yaml"),
        "hub": (HubFile, "config/clusters/CLUSTER/hubs/HUB.yaml"),
        "secret": (SecretFile, "config/clusters/CLUSTER/secrets/HUB.secret.yaml, before it is encrypted"),
    }
)
"""Name of a schema -> the model, and which file it is for."""


def json_schema(name: str) -> dict[str, Any]:
    """The schema `name`, one of FILES. A key may also be null: that takes away what another file says."""
    model, file = FILES[name]
    schema = model.model_json_schema(by_alias=True)
    for definition in (schema, *schema.get("$defs", {}).values()):
        _allow_null(definition)
    head = {"$schema": DIALECT, "$id": f"urn:deployer:{name}", "title": file}
    return head | {key: value for key, value in schema.items() if key != "title"}


def _allow_null(definition: dict[str, Any]) -> None:
    needed = definition.get("required", ())
    for name, field in definition.get("properties", {}).items():
        field.pop("title", None)
        if name not in needed and not _has_null(field):
            about = {key: field.pop(key) for key in ("description", "default") if key in field}
            definition["properties"][name] = {"anyOf": [field, {"type": "null"}], **about}


def _has_null(field: Mapping[str, Any]) -> bool:
    return any(choice.get("type") == "null" for choice in field.get("anyOf", ()))
