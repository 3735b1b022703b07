"""From a hub folder's start files to every trait of the hub."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hub_runtime import local
from hub_runtime.folder import HubFolder, write_private
from hub_runtime.generated import ensure_secrets
from hub_runtime.settings import read_settings
from hub_runtime.traits import apply_values
from hub_runtime.values import read_values, with_release


def configure(c: Any, folder: HubFolder) -> None:
    """Set every trait of this hub. Raises ConfigurationProblem, which says what to change."""
    settings = read_settings(folder.accepted / "settings.json")
    values = with_release(read_values(folder.accepted / "values.json"), settings.hub)
    left_out = apply_values(c, values, ensure_secrets(folder, values), forgiving=settings.forgiving)
    if settings.forgiving:
        left_out += local.without_programs(c)
    write_private(folder.run / "left-out.json", json.dumps(left_out))
    local.apply(c, folder, replace(settings, notices=(*settings.notices, *left_out)), values)
