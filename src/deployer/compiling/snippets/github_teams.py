"""GitHub tells a person's teams as objects; JupyterHub's groups are names, such as `organization:team`."""

from __future__ import annotations

from typing import Any


def deployer_team_groups(auth_state: dict[str, Any]) -> list[str]:
    """The names of the teams that GitHub told; none where it told none."""
    return [f"{team['organization']['login']}:{team['slug']}" for team in auth_state.get("teams") or []]
