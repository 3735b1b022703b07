"""Values -> traits: what zero-to-jupyterhub's hub configuration makes of the chart's values, made here without Kubernetes.

Belongs here: one module a part of the values; `configure` puts them in order. Never: this machine's own needs, but in `local`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

from hub_runtime import z2jh
from hub_runtime.folder import HubFolder, write_private
from hub_runtime.generated import ensure_secrets
from hub_runtime.settings import read_settings
from hub_runtime.traits import authorization, hub, servers, snippets, storage
from hub_runtime.values import read_values, with_release


def configure(c: Any, folder: HubFolder) -> None:
    """Set every trait of this hub. Raises ConfigurationProblem, which says what to change."""
    # Imported here, as it takes Kubernetes away from KubeSpawner, which needs it where `apply_values` alone is used.
    from hub_runtime.traits import local

    settings = read_settings(folder.accepted / "settings.json")
    values = with_release(read_values(folder.accepted / "values.json"), settings.hub)
    left_out = apply_values(c, values, ensure_secrets(folder, values), forgiving=settings.forgiving)
    if settings.forgiving:
        left_out += local.without_programs(c)
    write_private(folder.run / "left-out.json", json.dumps(left_out))
    local.apply(c, folder, replace(settings, notices=(*settings.notices, *left_out)), values)


def apply_values(c: Any, values: dict[str, Any], secrets: dict[str, str], *, forgiving: bool = False) -> tuple[str, ...]:
    """The chart's meaning of the values, in the chart's order, the person's own Python last. Returns what of that was left out."""
    z2jh.tell(values, secrets)
    sys.modules["z2jh"] = z2jh
    hub.apply(c, values)
    servers.apply(c, values)
    storage.apply(c, values)
    authorization.apply(c, values)
    servers.apply_command(c, values)
    servers.block_metadata(c, values)
    hub.apply_debug(c)
    hub.apply_secrets(c)
    hub.apply_sections(c, values)
    return snippets.run_all(c, values, forgiving=forgiving)
