"""Reading rendered documents: texts by their titles, `Kind/name`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SECRET = "Secret/hub"  # noqa: S105 a title
_VALUES = "values.yaml"


def parsed(text: str) -> Any:
    """One document."""
    import yaml

    return yaml.load(text, yaml.CSafeLoader) or {}


def hub_values(documents: Mapping[str, str]) -> Mapping[str, Any]:
    """The values of zero-to-jupyterhub's chart, which the hub reads; empty where there is no such hub."""
    values: Mapping[str, Any] = parsed((parsed(documents.get(SECRET, "")).get("data") or {}).get(_VALUES, ""))
    return values
