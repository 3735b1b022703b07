"""Logging in with a password of this machine, where the hub's own login provider cannot be reached from here."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from traitlets import Unicode
from traitlets.config.loader import LazyConfigValue
from traitlets.utils.importstring import import_item

from hub_runtime.errors import ConfigurationProblem
from hub_runtime.settings import LoginOverride

_KEPT = ("admin_users", "allowed_users", "blocked_users")


class LocalPasswordLogin(Authenticator):
    """One password, which only the person at this machine knows; the names are the hub's own."""

    password_file = Unicode(config=True, help="File with the password, readable by its owner alone.")

    async def authenticate(self, handler: BaseHandler, data: Mapping[str, str]) -> str | None:
        """The person's name, where the password is right."""
        expected = read_password(Path(self.password_file))
        given = data.get("password", "")
        return data["username"] if hmac.compare_digest(given.encode(), expected.encode()) else None


def read_password(path: Path) -> str:
    """The password. Raises ConfigurationProblem where there is none."""
    try:
        password = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationProblem(f"the password file {path} cannot be read: {error.strerror}") from error
    if not password:
        raise ConfigurationProblem(f"the password file {path} is empty")
    return password


def override(c: Any, wanted: LoginOverride) -> None:
    """Replace the authenticator; whoever was an administrator, allowed or blocked by name still is.

    Rules that only the login provider can judge (organizations, groups, identity providers) cannot be asked here: whoever knows
    the password may then be anybody.
    """
    read_password(wanted.password_file)
    sections = [c[name] for name in _section_names(c.JupyterHub.get("authenticator_class")) if name in c]
    for name in _KEPT:
        c.LocalPasswordLogin[name] = set().union(*(_names(section.get(name)) for section in sections))
    named_only = bool(c.LocalPasswordLogin.allowed_users) and not any(_rules(section) for section in sections)
    c.LocalPasswordLogin.allow_all = not named_only
    c.LocalPasswordLogin.manage_groups = False
    c.LocalPasswordLogin.auto_login = False
    c.LocalPasswordLogin.refresh_pre_spawn = False
    c.LocalPasswordLogin.post_auth_hook = None
    c.LocalPasswordLogin.password_file = str(wanted.password_file)
    c.JupyterHub.authenticator_class = LocalPasswordLogin


def resolve(name: str) -> type[Authenticator] | None:
    """The authenticator class of that name, as JupyterHub finds it; None where it cannot be imported."""
    try:
        for entry in entry_points(group="jupyterhub.authenticators", name=name):
            found: type[Authenticator] = entry.load()
            return found
        return import_item(name) if "." in name else None
    except ImportError:
        return None


def _section_names(chosen: Any) -> list[str]:
    replaced = resolve(chosen) if isinstance(chosen, str) else chosen
    return [cls.__name__ for cls in replaced.__mro__] if isinstance(replaced, type) else [Authenticator.__name__]


def _names(value: Any) -> set[str]:
    if isinstance(value, LazyConfigValue):
        value = value.get_value(set())
    return {str(name) for name in value or ()}


def _rules(section: Mapping[str, Any]) -> Iterable[str]:
    """Names of the rules, besides lists of names, by which the login provider lets people in."""
    return [key for key, value in section.items() if key.startswith(("allow", "hosted_domain")) and key not in _KEPT and value]
