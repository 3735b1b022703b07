"""Hubs in 2i2c's format: their values are their own; only the health check is added, where their chart has a place for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployer.compiling.hub_process import check_tree
from deployer.compiling.said import Tree
from deployer.config.loaded import ChartKeys
from deployer.model.place import KeyPath

_WRAPPINGS: tuple[tuple[str, ...], ...] = (("jupyterhub",), ("basehub", "jupyterhub"))
"""Where a chart that we do not know may have its values."""


def upstream_path(values: Mapping[str, Any], chart: ChartKeys | None) -> KeyPath | None:
    """Where zero-to-jupyterhub's values are; None where nothing tells."""
    if chart is not None:
        return chart.hub_at if chart.hub_at and chart.hub_at[0] in chart.top_level else None
    return next((path for path in _WRAPPINGS if path[0] in values), None)


def legacy_tree(upstream: KeyPath | None) -> dict[str, Tree]:
    """The check's service and role below the wrapped chart's key; nothing where it is not known."""
    if upstream is None:
        return {}
    tree: dict[str, Tree] = {"hub": check_tree()}
    for step in reversed(upstream):
        tree = {str(step): tree}
    return tree
