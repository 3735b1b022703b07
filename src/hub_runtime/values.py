"""The hub's values as the chart's templates would see them: defaults, and what was asked for on top, merged as Helm does.

`chart_defaults.json` holds those of z2jh's default values (version 4.4.0) that its hub configuration reads; a contract test
compares them with a clone of the chart.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from hub_runtime.errors import ConfigurationProblem

CHART = "jupyterhub"
CHART_VERSION = "4.4.0"


@cache
def _defaults_text() -> str:
    return resources.files("hub_runtime").joinpath("chart_defaults.json").read_text(encoding="utf-8")


def chart_defaults() -> dict[str, Any]:
    """A fresh copy of the chart's defaults."""
    defaults: dict[str, Any] = json.loads(_defaults_text())
    return defaults


def coalesce(defaults: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as Helm does: mappings merge, everything else replaces, and null takes a default away."""
    merged = copy.deepcopy(dict(defaults))
    for key, value in asked.items():
        default = merged.get(key)
        if value is None and default is not None:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(default, Mapping):
            merged[key] = coalesce(default, value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def read_values(path: Path) -> dict[str, Any]:
    """The part below `jupyterhub` of a values file, with the chart's defaults. Raises ConfigurationProblem."""
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationProblem(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationProblem(f"{path} is no JSON: {error}") from error
    asked = content.get(CHART) if isinstance(content, dict) else None
    if not isinstance(asked, dict):
        raise ConfigurationProblem(f"{path} has no mapping below `{CHART}`")
    return coalesce(chart_defaults(), asked)


def with_release(values: dict[str, Any], hub: str) -> dict[str, Any]:
    """Add what the chart passes on besides the values: its own name and the release's."""
    return {
        **values,
        "Chart": {"Name": CHART, "Version": CHART_VERSION},
        "Release": {"Name": hub, "Namespace": hub, "Service": "Helm"},
    }
