"""What the chart's objects are called, and labelled: they are found by it."""

from __future__ import annotations

from typing import Any

from deployer.compiling.checks.view import Values

_PLAIN: dict[str, tuple[Any, ...]] = {"fullnameOverride": ("",), "nameOverride": ("", None, "jupyterhub")}
"""What leaves the names (`hub`, `hub-db-dir`) and the label `app: jupyterhub` as they are. Without the chart's default of the
first, a null in its place, each name begins with the release's."""


def check_names(values: Values) -> None:
    """Deploy, check, backup and network rules name the objects that zero-to-jupyterhub makes."""
    for key, plain in _PLAIN.items():
        if (values.is_said(key) or key in values.data) and values.get(key) not in plain:
            values.tell("names-changed", (key,), key=True, name=key)
