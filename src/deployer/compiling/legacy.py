"""Hubs in 2i2c's format: their values are their own; only the health check and the mark of the database's claim, by which it
survives an uninstall, are added, where their chart has a place for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployer.compiling.hub_process import KEPT_CLAIM, check_tree
from deployer.compiling.layers import below
from deployer.compiling.said import Tree
from deployer.config.loaded import ChartKeys
from deployer.model.place import KeyPath

UPSTREAM: KeyPath = ("jupyterhub",)
"""Where a chart that wraps zero-to-jupyterhub usually has its values."""
_WRAPPINGS: tuple[KeyPath, ...] = (UPSTREAM, ("basehub", "jupyterhub"))
"""Where a chart that we do not know may have them."""


def upstream_path(values: Mapping[str, Any], chart: ChartKeys | None) -> KeyPath | None:
    """Where zero-to-jupyterhub's values are; None where nothing tells."""
    if chart is not None:
        return chart.hub_at if not chart.hub_at or chart.hub_at[0] in chart.top_level else None
    return next((path for path in _WRAPPINGS if path[0] in values), None)


def legacy_tree(upstream: KeyPath | None) -> dict[str, Tree]:
    """Below the wrapped chart's key; nothing where it is not known."""
    return {} if upstream is None else below(upstream, {"hub": {**check_tree(), "db": {"pvc": KEPT_CLAIM}}})
