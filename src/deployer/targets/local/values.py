"""The values as the chart's templates would see them, which is what the hub's own process reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployer.model.release import Release

HUB_KEY = "jupyterhub"


def complete_values(release: Release) -> Mapping[str, Any]:
    """The chart's own values under the hub's, with zero-to-jupyterhub's below `jupyterhub`, wherever the chart has them."""
    values = release.effective()
    outer = values
    for step in release.hub_at[:-1]:
        outer = _mapping(outer.get(str(step)))
    if not release.hub_at:
        return {HUB_KEY: values}
    return {**values, **outer, HUB_KEY: _mapping(outer.get(str(release.hub_at[-1])))}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
