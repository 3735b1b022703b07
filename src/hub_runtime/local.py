"""What this machine changes in a hub's traits, after everything else: addresses, the database, the spawner, the login, the pages.

Whoever compares with zero-to-jupyterhub finds every intended difference here.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from jupyterhub.auth import Authenticator, DummyAuthenticator
from traitlets.config.loader import LazyConfigValue

from hub_runtime import login
from hub_runtime.errors import ConfigurationProblem
from hub_runtime.folder import HubFolder, read_json
from hub_runtime.generated import SUPERVISOR_SERVICE, service_token
from hub_runtime.settings import Settings
from hub_runtime.spawner.adopt import adopted_class
from hub_runtime.traits.authorization import CULLER, HUB_API
from hub_runtime.z2jh import get_secret_value

LOOPBACK = "127.0.0.1"
_LOOPBACK_HOSTS = ("", LOOPBACK, "localhost", "::1")
_ADDRESSES = ("bind_url", "hub_bind_url", "hub_connect_url", "ip", "hub_ip", "port", "hub_port", "hub_connect_ip")


def apply(c: Any, folder: HubFolder, settings: Settings) -> None:
    """Raises ConfigurationProblem where the values ask for what must not run on this machine."""
    ports = read_json(folder.ports)
    hub_url = f"http://{LOOPBACK}:{ports['hub']}"
    if settings.login_override:
        login.override(c, settings.login_override)
    _refuse_dummy_elsewhere(c)
    _bind(c, settings.port, hub_url)
    c.JupyterHub.pop("extra_log_file", None)  # of a disk that is not here; hub.log has it all
    c.ConfigurableHTTPProxy.api_url = f"http://{LOOPBACK}:{ports['proxy_api']}"
    c.JupyterHub.spawner_class = adopted_class(c.JupyterHub.get("spawner_class"))
    _keep_own_database(c)
    _serve_supervisor(c)
    _point_culler(c, hub_url)
    _show_pages(c, settings)


def _keep_own_database(c: Any) -> None:
    """Whatever the values or the hub's own Python name: a hub that is tried must never act on the people of the one that runs."""
    c.JupyterHub.db_url = "sqlite:///jupyterhub.sqlite"
    c.JupyterHub.pop("db_kwargs", None)
    c.JupyterHub.upgrade_db = True


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "") if "//" in address else address


def _refuse_dummy_elsewhere(c: Any) -> None:
    """Anybody can be anybody behind a dummy login, so it never listens where others are."""
    asked = {name: _host(str(c.JupyterHub.get(name) or "")) for name in ("bind_url", "ip", "hub_bind_url", "hub_ip")}
    elsewhere = {name: host for name, host in asked.items() if host not in _LOOPBACK_HOSTS}
    chosen = authenticator_class(c)
    if elsewhere and chosen is not None and issubclass(chosen, DummyAuthenticator):
        name, host = next(iter(elsewhere.items()))
        raise ConfigurationProblem(f"hub.config.JupyterHub.{name} is {host}: a dummy login listens on {LOOPBACK} only")


def authenticator_class(c: Any) -> type[Authenticator] | None:
    """The class behind `JupyterHub.authenticator_class`; None where it cannot be imported, which JupyterHub itself tells."""
    chosen = c.JupyterHub.get("authenticator_class", "pam")
    return login.resolve(chosen) if isinstance(chosen, str) else chosen


def _bind(c: Any, port: int, hub_url: str) -> None:
    base_url = "/" + str(c.JupyterHub.get("base_url") or "/").strip("/")
    for name in _ADDRESSES:
        c.JupyterHub.pop(name, None)
    c.JupyterHub.bind_url = f"http://{LOOPBACK}:{port}{base_url}"
    c.JupyterHub.hub_bind_url = hub_url
    c.JupyterHub.hub_connect_url = hub_url


def _serve_supervisor(c: Any) -> None:
    """The supervisor asks the hub to tell a new proxy its routes."""
    token = get_secret_value(service_token(SUPERVISOR_SERVICE))
    c.JupyterHub.services = [*_listed(c.JupyterHub.get("services")), _service(token)]
    role = {"name": SUPERVISOR_SERVICE, "scopes": ["proxy"], "services": [SUPERVISOR_SERVICE]}
    c.JupyterHub.load_roles = [*_listed(c.JupyterHub.get("load_roles")), role]


def _service(token: str) -> dict[str, Any]:
    return {"name": SUPERVISOR_SERVICE, "api_token": token, "display": False}


def _listed(value: Any) -> list[Any]:
    return list(value.get_value([])) if isinstance(value, LazyConfigValue) else list(value or [])


def _point_culler(c: Any, hub_url: str) -> None:
    for service in c.JupyterHub.services:
        if service.get("command"):
            service["command"] = [str(part).replace(HUB_API, hub_url) for part in _words(service["command"])]


def without_programs(c: Any) -> tuple[str, ...]:
    """Run no services but the idle culler, as their programs are in an image that is not used here; roles may still name them.
    Returns what is not run."""
    idle = [service for service in _listed(c.JupyterHub.get("services")) if service.get("command") and service["name"] != CULLER]
    for service in idle:
        del service["command"]
    return tuple(f"service {service['name']}: its program is in the hub's own image, which is not used here" for service in idle)


def _words(command: str | list[str]) -> list[str]:
    return [command] if isinstance(command, str) else command


def _show_pages(c: Any, settings: Settings) -> None:
    templates = [str(path) for path in settings.templates]
    c.JupyterHub.template_paths = [*_listed(c.JupyterHub.get("template_paths")), *templates]
    c.KubeSpawner.additional_profile_form_template_paths = [
        *_listed(c.KubeSpawner.get("additional_profile_form_template_paths")),
        *templates,
    ]
    c.JupyterHub.template_vars = {
        **(c.JupyterHub.get("template_vars") or {}),
        "deployer_local": {
            "notices": list(settings.notices),
            "login_reason": settings.login_override.reason if settings.login_override else "",
        },
    }
