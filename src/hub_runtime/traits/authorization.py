"""Services, roles, and the idle culler, which is both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyterhub.utils import url_path_join

from hub_runtime.generated import service_token
from hub_runtime.z2jh import get_config, get_secret_value

CULLER = "jupyterhub-idle-culler"
HUB_API = "http://localhost:8081"
_CULLER_SCOPES = ("list:users", "read:users:activity", "read:servers", "delete:servers")
_CULLER_OPTIONS = {"cull.timeout": "--timeout", "cull.every": "--cull-every", "cull.concurrency": "--concurrency"}


def apply(c: Any, values: Mapping[str, Any]) -> None:
    """`cull`, `hub.services`, `hub.loadRoles`: mappings in the values, so that they merge; lists in JupyterHub."""
    c.JupyterHub.services = []
    c.JupyterHub.load_roles = []
    if get_config("cull.enabled", False):
        c.JupyterHub.services.append({"name": CULLER, "command": _culler_command(c.JupyterHub.get("base_url", "/"))})
        c.JupyterHub.load_roles.append(_culler_role())
    for name, service in (get_config("hub.services") or {}).items():
        service.setdefault("name", name)
        service.pop("apiToken", None)
        service["api_token"] = get_secret_value(service_token(name))
        c.JupyterHub.services.append(service)
    for name, role in (get_config("hub.loadRoles") or {}).items():
        role.setdefault("name", name)
        c.JupyterHub.load_roles.append(role)


def _culler_role() -> dict[str, Any]:
    also = ["admin:users"] if get_config("cull.users") else []
    return {"name": CULLER, "scopes": [*_CULLER_SCOPES, *also], "services": [CULLER]}


def _culler_command(base_url: str) -> list[str]:
    command = ["python3", "-m", "jupyterhub_idle_culler", f"--url={HUB_API}{url_path_join(base_url, 'hub/api')}"]
    command += [f"{option}={value}" for key, option in _CULLER_OPTIONS.items() if (value := get_config(key))]
    if get_config("cull.users"):
        command.append("--cull-users")
    if not get_config("cull.adminUsers"):
        command.append("--cull-admin-users=false")
    if get_config("cull.removeNamedServers"):
        command.append("--remove-named-servers")
    if max_age := get_config("cull.maxAge"):
        command.append(f"--max-age={max_age}")
    return command
