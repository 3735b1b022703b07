"""What hubs' own Python imports as `z2jh`: the hub runtime's module, told the values and secrets that this pod mounts."""

from pathlib import Path

import yaml

from hub_runtime.values import coalesce
from hub_runtime.z2jh import get_config, get_name, get_name_env, get_secret_value, set_config_if_not_none, tell

__all__ = ["get_config", "get_name", "get_name_env", "get_secret_value", "set_config_if_not_none"]

MOUNTS = [Path("/usr/local/etc/jupyterhub") / name for name in ("secret", "existing-secret")]


def read_values() -> dict:
    """The chart's values, and those of the Secret that `hub.existingSecret` names on top."""
    values: dict = {}
    for mount in MOUNTS:
        file = mount / "values.yaml"
        if file.exists():
            values = coalesce(values, yaml.safe_load(file.read_text()))
    return values


def read_secrets() -> dict[str, str]:
    """Every other entry of these Secrets; the existing one wins."""
    files = [file for mount in MOUNTS if mount.is_dir() for file in mount.iterdir()]
    return {file.name: file.read_text(errors="replace") for file in files if file.is_file() and file.name != "values.yaml"}


VALUES, SECRETS = read_values(), read_secrets()
tell(VALUES, SECRETS)
