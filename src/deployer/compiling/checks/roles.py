"""Roles and services: scopes that exist, services that are there, tokens that JupyterHub takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployer.compiling.checks.classes import code_of_hub
from deployer.compiling.checks.tables import KINDS, kind_of, table
from deployer.compiling.checks.view import Values
from deployer.config.suggestions import closest, did_you_mean
from deployer.model.place import KeyPath

ROLES = ("hub", "loadRoles")
SERVICES = ("hub", "services")
# jupyterhub.roles._role_name_pattern, scopes._check_scopes_exist and _custom_scope_pattern (JupyterHub 5.5).
_ROLE_NAME = re.compile(r"[a-z][a-z0-9\-_~\.]{1,253}[a-z0-9]")
_ROLE_KEYS = ("name", "description", "scopes", "users", "groups", "services")
_FILTERS = ("user=", "service=", "group=", "server=")
_SELF_FILTERS = ("user", "service", "server")
_SHORTEST_TOKEN = 8
_CULLER = "jupyterhub-idle-culler"
_CHART_KEYS = ("apiToken",)
_CUSTOM = ("hub", "config", "JupyterHub", "custom_scopes")
_CUSTOM_SCOPE = re.compile(r"custom:[a-z0-9][a-z0-9_\-*:]+[a-z0-9_*]")
_CLIENT = "service-"


def check_roles(values: Values) -> None:
    """Every service and every role."""
    services = values.mapping(*SERVICES)
    for name, service in services.items():
        _service(values, (*SERVICES, name), service)
    names = {str(service.get("name", name)) for name, service in services.items() if isinstance(service, dict)}
    culler = {_CULLER} if values.get("cull", "enabled", default=True) else set()
    names |= culler
    called = set(culler)
    for name, role in values.mapping(*ROLES).items():
        _role(values, (*ROLES, name), role, names)
        _once(values, (*ROLES, name), role, called)
    _custom_scopes(values)


def _once(values: Values, path: KeyPath, role: Any, called: set[str]) -> None:
    """No role before it has its name. `called`: the names so far, to which it is added."""
    said = isinstance(role, dict) and "name" in role
    name = str(role["name"] if said else path[-1])
    if name in called:
        culls = name == _CULLER
        advice = "the idle culler's own role has it; give this one another name" if culls else "give one another name"
        values.tell("role-twice", (*path, "name") if said else path, key=not said, name=name, advice=advice)
    called.add(name)


def _custom_scopes(values: Values) -> None:
    for name, scope in values.mapping(*_CUSTOM).items():
        path = (*_CUSTOM, name)
        if not _CUSTOM_SCOPE.fullmatch(str(name)):
            values.tell("custom-scope-name", path, key=True, name=name)
        if not isinstance(scope, dict):
            values.tell("values-not-a-mapping", path, key=True, found=KINDS[kind_of(scope)])
        elif "description" not in scope:
            values.tell("custom-scope-description", path, key=True, name=name)


def _service(values: Values, path: KeyPath, service: Any) -> None:
    if not isinstance(service, dict):
        values.tell("values-not-a-mapping", path, key=True, found=KINDS[kind_of(service)])
        return
    known = table().service_keys
    for key in service:
        if key not in known and key not in _CHART_KEYS:
            advice = did_you_mean(key, [*known, *_CHART_KEYS])
            values.tell("service-unknown-key", (*path, key), key=True, name=key, advice=advice)
    for key in ("apiToken", "api_token"):
        token = service.get(key)
        if isinstance(token, str) and 0 < len(token) < _SHORTEST_TOKEN:
            values.tell("service-token-short", (*path, key), shortest=_SHORTEST_TOKEN)
    url = service.get("url")
    said = [key for key in ("oauth_client_id", "oauth_no_confirm") if service.get(key)]
    if said and not url and not service.get("oauth_redirect_uri"):
        values.tell("service-without-redirect", (*path, said[0]), key=True)
    client = service.get("oauth_client_id")
    if isinstance(client, str) and client and not client.startswith(_CLIENT):
        values.tell("service-client-id", (*path, "oauth_client_id"), right=_CLIENT + client)
    if isinstance(url, str) and not re.match(r"https?://", url):
        values.tell("service-url", (*path, "url"), url=url)


def _role(values: Values, path: KeyPath, role: Any, services: set[str]) -> None:
    if not isinstance(role, dict):
        values.tell("values-not-a-mapping", path, key=True, found=KINDS[kind_of(role)])
        return
    name = role.get("name", path[-1])
    if not isinstance(name, str) or not _ROLE_NAME.fullmatch(name):
        values.tell("role-name", (*path, "name") if "name" in role else path, key="name" not in role, name=name)
    if name == "admin" and "scopes" in role:
        values.tell("role-admin", (*path, "scopes"), key=True)
    for key in role:
        if key not in _ROLE_KEYS:
            advice = did_you_mean(key, _ROLE_KEYS, otherwise="its keys")
            values.tell("role-unknown-key", (*path, key), key=True, name=key, advice=advice)
        elif key in ("scopes", "users", "groups", "services") and not isinstance(role[key], list):
            found, advice = KINDS[kind_of(role[key])], f"write it as a list: [{role[key]}]"
            values.tell("role-not-a-list", (*path, key), name=key, found=found, advice=advice)
    for index, scope in enumerate(_listed(role, "scopes")):
        _scope(values, (*path, "scopes", index), scope)
    for index, service in enumerate(_listed(role, "services")):
        if str(service) not in services and str(service) not in code_of_hub(values):
            advice = did_you_mean(str(service), sorted(services), otherwise="there are")
            values.tell("role-service", (*path, "services", index), service=service, advice=advice)


def _listed(role: Mapping[str, Any], key: str) -> list[Any]:
    found = role.get(key)
    return found if isinstance(found, list) else []


def _scope(values: Values, path: KeyPath, scope: Any) -> None:
    if not isinstance(scope, str):
        values.tell("scope-unknown", path, scope=scope, advice="write text, such as list:users")
        return
    name, _, condition = scope.partition("!")
    custom = values.mapping(*_CUSTOM)
    if name not in table().scopes and name not in custom:
        guess = closest(name, table().scopes)
        values.tell("scope-unknown", path, scope=name, advice=f"perhaps you meant `{guess}`" if guess else "")
    if condition and condition not in _SELF_FILTERS and not condition.startswith(_FILTERS):
        values.tell("scope-filter", path, condition=condition)
