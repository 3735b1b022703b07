"""From a hub folder's start files to every trait of the hub."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub_runtime import local
from hub_runtime.folder import HubFolder, write_private
from hub_runtime.generated import ensure_secrets
from hub_runtime.settings import read_settings
from hub_runtime.traits import apply_values
from hub_runtime.values import read_values, with_release


def enter_environment(values: Mapping[str, Any]) -> None:
    """What the chart's pod has in its environment: the release's names, and `hub.extraEnv`, which is a mapping of texts or of
    Kubernetes' entries, or a list of such entries."""
    os.environ["HELM_RELEASE_NAME"] = os.environ["POD_NAMESPACE"] = values["Release"]["Name"]
    extra = (values.get("hub") or {}).get("extraEnv") or {}
    entries = extra.items() if isinstance(extra, Mapping) else ((entry["name"], entry) for entry in extra)
    for name, entry in entries:
        value = entry.get("value") if isinstance(entry, Mapping) else entry
        if value is not None:
            os.environ[name] = str(value)


def configure(c: Any, folder: HubFolder) -> None:
    """Set every trait of this hub. Raises ConfigurationProblem, which says what to change."""
    settings = read_settings(folder.accepted / "settings.json")
    values = with_release(read_values(folder.accepted / "values.json"), settings.hub)
    enter_environment(values)
    left_out = apply_values(c, values, ensure_secrets(folder, values), forgiving=settings.forgiving)
    if settings.forgiving:
        left_out += local.without_programs(c)
    write_private(folder.run / "left-out.json", json.dumps(left_out))
    local.apply(c, folder, replace(settings, notices=(*settings.notices, *left_out)))
