"""Which logins a machine of one's own can do, and what replaces the others."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.model.secret import Secret
from deployer.tools.files import write_atomically

_HERE: Mapping[str, str] = {
    "dummy": "Log in with any name that the hub allows",
    "native": "Sign up at {url}hub/signup first, then log in",
    "tmp": "Just open it: everybody gets a temporary user",
    "shared-password": "Log in with any name that the hub allows and the shared password",
    "ldap": "Log in with your directory's name and password",
    "firstuse": "Log in with any name that the hub allows; the first password that you type becomes yours",
    "null": "Nobody logs in: the hub is reached by token only",
    "pam": "Log in with a name and password of this machine",
}
"""Login providers that work on one machine, by the last part of what `authenticator_class` names, in words for a person."""

_ALIASES: Mapping[str, str] = {
    "dummyauthenticator": "dummy",
    "sharedpasswordauthenticator": "shared-password",
    "nativeauthenticator": "native",
    "tmpauthenticator": "tmp",
    "ldapauthenticator": "ldap",
    "firstuseauthenticator": "firstuse",
    "nullauthenticator": "null",
    "pamauthenticator": "pam",
    "localauthenticator": "pam",
}
_SECRETS: Mapping[str, tuple[str, str]] = {
    "shared-password": ("SharedPasswordAuthenticator", "user_password"),
}
"""Settings that come from the secret file and without which nobody can log in: section and key of `hub.config`."""


@dataclass(frozen=True, slots=True)
class LocalLogin:
    """How people log in on this machine. `reason`: why the hub's own login provider is replaced; empty where it is not."""

    provider: str
    reason: str = ""
    asks_password: bool = False

    def notice(self, password: Path) -> tuple[str, ...]:
        """A loud word where the login provider is replaced."""
        if not self.reason:
            return ()
        return (
            f"LOGIN: {self.reason}; here anybody who knows the password in {password} can be any person that the hub allows.",
        )

    def words(self, url: str, password: Path) -> str:
        """How a person logs in, in a sentence without a full stop."""
        if self.reason:
            return f"Log in with any name that the hub allows and the password in {password}"
        words = _HERE[self.provider].format(url=url)
        if self.provider == "dummy":
            return f"{words} and the password of the hub's file" if self.asks_password else f"{words}; no password is asked"
        return words


def local_login(config: Mapping[str, Any], *, scratch: bool) -> LocalLogin:
    """What `hub.config` comes to here. `scratch`: the hub runs without its secrets and its own servers (`try`)."""
    named = str(_section(config, "JupyterHub").get("authenticator_class") or "dummy")
    provider = _provider(named)
    if provider not in _HERE:
        return LocalLogin(provider, f"login by {named} cannot work on this machine")
    if scratch and provider in ("ldap", "pam"):
        return LocalLogin(provider, f"login by {named} is not tried")
    section, key = _SECRETS.get(provider, ("", ""))
    if section and not _section(config, section).get(key):
        return LocalLogin(provider, f"login by {named} lacks its secret `{key}`")
    asks = any(_section(config, name).get("password") for name in ("DummyAuthenticator", named))
    return LocalLogin(provider, asks_password=asks)


def _provider(named: str) -> str:
    last = named.rsplit(".", 1)[-1].lower()
    return _ALIASES.get(last, last)


def _section(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = config.get(name)
    return section if isinstance(section, Mapping) else {}


def ensure_password(path: Path) -> None:
    """Make the password of this machine, once, readable by its owner only."""
    if not path.exists():
        write_atomically(path, Secret(secrets.token_urlsafe(12)).reveal() + "\n")
