"""Environment variables: text only, and braces that KubeSpawner can fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployer.compiling.checks.fields import check_fields
from deployer.compiling.checks.tables import KINDS, kind_of
from deployer.compiling.checks.view import Values, each
from deployer.model.place import KeyPath

_OF_EACH_SERVER = frozenset(
    {
        "JPY_API_TOKEN",
        "JUPYTERHUB_API_TOKEN",
        "JUPYTERHUB_BASE_URL",
        "JUPYTERHUB_CLIENT_ID",
        "JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES",
        "JUPYTERHUB_OAUTH_CALLBACK_URL",
        "JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES",
        "JUPYTERHUB_OAUTH_SCOPES",
        "JUPYTERHUB_SERVER_NAME",
        "JUPYTERHUB_SERVICE_PREFIX",
        "JUPYTERHUB_SERVICE_URL",
        "JUPYTERHUB_SSL_CERTFILE",
        "JUPYTERHUB_SSL_CLIENT_CA",
        "JUPYTERHUB_SSL_KEYFILE",
        "JUPYTERHUB_USER",
    }
)
"""What JupyterHub 5.5 tells each server of itself (`Spawner.get_env`), where no one text is right for all of them. Others that it
sets may be set otherwise: addresses of the hub, the app, the default page."""


def check_environment(values: Values) -> None:
    """`singleuser.extraEnv` and those of the hub and the proxy."""
    check_env(values, ("singleuser", "extraEnv"), values.get("singleuser", "extraEnv"), formatted=True)
    for path in (("hub", "extraEnv"), ("proxy", "chp", "extraEnv"), ("proxy", "traefik", "extraEnv")):
        check_env(values, path, values.get(*path), formatted=False)


def check_env(values: Values, path: KeyPath, env: Any, *, formatted: bool) -> None:
    """A mapping of names to texts or to Kubernetes' own form; or, where nothing is `formatted`, a list in that form."""
    if env is None:
        return
    if not isinstance(env, dict) and (formatted or not isinstance(env, list)):
        values.tell("env-shape", path, found=KINDS[kind_of(env)])
        return
    if formatted:
        check_fields(values, path, env)
    for name, value in each(env):
        at = (*path, name)
        if formatted and name in _OF_EACH_SERVER:
            values.tell("env-reserved", at, key=True, name=name)
        if isinstance(value, dict):
            _own_form(values, at, value)
        elif isinstance(env, list):
            values.tell("env-shape", at, found=KINDS[kind_of(value)])
        elif not isinstance(value, str):
            _not_text(values, at, str(name), value)
        else:
            _text(values, at, str(name), value)


def _text(values: Values, path: KeyPath, name: str, value: str) -> None:
    if "$" in value and _names_itself(name, value):
        values.tell("env-itself", path, name=name)


def _names_itself(name: str, value: str) -> bool:
    """`/opt/bin:$PATH` for PATH. Braces may be doubled, for KubeSpawner."""
    return re.search(rf"\$(?:{re.escape(name)}\b|\{{+{re.escape(name)}\}}|\({re.escape(name)}\))", value) is not None


def _own_form(values: Values, path: KeyPath, entry: Mapping[str, Any]) -> None:
    value = entry.get("value")
    if value is not None and not isinstance(value, str):
        _not_text(values, (*path, "value"), str(entry.get("name", path[-1])), value)


def _not_text(values: Values, path: KeyPath, name: str, value: Any) -> None:
    scalar = isinstance(value, bool | int | float)
    advice = f'quote it: "{values.written(path, value)}"' if scalar else "write text, in quotes"
    values.tell("env-not-text", path, name=name, found=KINDS[kind_of(value)], advice=advice)
