"""Values -> traits: what zero-to-jupyterhub's hub configuration makes of the chart's values, made here without Kubernetes.

Belongs here: one module a part of the values; `apply_values` puts them in order. Never: what only this machine needs; that is in
`hub_runtime.local`.
"""

from __future__ import annotations

import sys
from typing import Any

from hub_runtime import z2jh
from hub_runtime.traits import authorization, hub, servers, snippets, storage


def apply_values(c: Any, values: dict[str, Any], secrets: dict[str, str], *, forgiving: bool = False) -> tuple[str, ...]:
    """The chart's meaning of the values, in the chart's order, the person's own Python last. Returns what of that was left out.

    Raises ConfigurationProblem.
    """
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
