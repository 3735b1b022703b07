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
    """Merge as Helm 4 does: mappings merge, all else replaces; null takes a default away, and a default that is null is none."""
    merged = _without_nulls(defaults)
    for key, value in asked.items():
        default = merged.get(key)
        if value is None and key in defaults:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(default, Mapping):
            merged[key] = coalesce(default, value)
        else:
            merged[key] = copy.deepcopy(value)
    return merged


def _without_nulls(defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_nulls(value) if isinstance(value, Mapping) else copy.deepcopy(value)
        for key, value in defaults.items()
        if value is not None
    }


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
    values: dict[str, Any] = _sorted(coalesce(chart_defaults(), asked))
    return values


def _sorted(value: Any) -> Any:
    """Mappings in the order of their keys, as the chart's Secret has them: it decides which snippet or choice comes first."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def with_release(values: dict[str, Any], hub: str) -> dict[str, Any]:
    """Add what the chart passes on besides the values: its own name and the release's."""
    return {
        **values,
        "Chart": {"Name": CHART, "Version": CHART_VERSION},
        "Release": {"Name": hub, "Namespace": hub, "Service": "Helm"},
    }
