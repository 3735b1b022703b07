"""Values of the hub itself: limits, pages, and `hub.config`, which is traitlets' own format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_runtime.errors import ConfigurationProblem
from hub_runtime.z2jh import get_config, get_secret_value, set_config_if_not_none

_HUB_TRAITS = {
    "concurrent_spawn_limit": "hub.concurrentSpawnLimit",
    "active_server_limit": "hub.activeServerLimit",
    "base_url": "hub.baseUrl",
    "allow_named_servers": "hub.allowNamedServers",
    "named_server_limit_per_user": "hub.namedServerLimitPerUser",
    "authenticate_prometheus": "hub.authenticatePrometheus",
    "redirect_to_server": "hub.redirectToServer",
    "shutdown_on_logout": "hub.shutdownOnLogout",
    "template_paths": "hub.templatePaths",
    "template_vars": "hub.templateVars",
}
_GENERATED = {
    "JupyterHub": ("proxy_auth_token", "cookie_secret", "services"),
    "ConfigurableHTTPProxy": ("auth_token",),
    "CryptKeeper": ("keys",),
}


def apply(c: Any, values: Mapping[str, Any]) -> None:
    """Traits that come before the servers'."""
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.last_activity_interval = 60
    c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
    c.ConfigurableHTTPProxy.should_start = False
    for trait, key in _HUB_TRAITS.items():
        set_config_if_not_none(c.JupyterHub, trait, key)
    set_config_if_not_none(c.Spawner, "consecutive_failure_limit", "hub.consecutiveFailureLimit")


def apply_debug(c: Any) -> None:
    """`debug.enabled`."""
    if get_config("debug.enabled", False):
        c.JupyterHub.log_level = "DEBUG"
        c.Spawner.debug = True


def apply_secrets(c: Any) -> None:
    """What the chart generates."""
    c.JupyterHub.cookie_secret = get_secret_value("hub.config.JupyterHub.cookie_secret")
    c.CryptKeeper.keys = get_secret_value("hub.config.CryptKeeper.keys").split(";")


def apply_sections(c: Any, values: Mapping[str, Any]) -> None:
    """`hub.config`: sections named after classes. Raises ConfigurationProblem for a name that can be none."""
    for section, traits in (get_config("hub.config") or {}).items():
        if not section[:1].isupper():
            raise ConfigurationProblem(
                f"hub.config.{section} is no class: sections of hub.config start with a capital letter, such as JupyterHub"
            )
        for name in _GENERATED.get(section, ()):
            traits.pop(name, None)
        c[section].update(traits)
