"""`login:` as JupyterHub's authenticators read it. Secrets come from the secret file at deploy time, never from here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployer.compiling.inputs import CHECK_NAME, Inputs
from deployer.compiling.layers import layer_data
from deployer.compiling.login_providers import PROVIDERS, Provider, provider_of
from deployer.compiling.said import Said, Tree
from deployer.compiling.secret_values import login_secrets
from deployer.config.models.login import OAuthLogin
from deployer.config.scalars import duration_seconds
from deployer.model.place import value_at

CALLBACK_PATH = "/hub/oauth_callback"


def login_tree(of: Inputs) -> Tree:
    """`hub.config` for the login provider. Without `login:` nobody gets in, where the chart alone would let in everybody."""
    login = of.hub["login"]
    if not login:
        return {"hub": {"config": {"JupyterHub": {"authenticator_class": "null"}, **_raw_secrets(of)}}}
    provider = PROVIDERS[login.value.provider]
    own: dict[str, Tree] = provider.traits(login)
    if isinstance(login.value, OAuthLogin):
        own = _oauth(login, provider) | {"oauth_callback_url": of.hub["domain"].map(_callback)} | own
    own |= login_secrets(of, provider)
    config = {
        "JupyterHub": {"authenticator_class": login["provider"].decides(provider.registered)},
        "Authenticator": _everybodys(of, login),
        provider.section: login["provider"].decides(own or None),
    }
    return {"hub": {"config": config}, "cull": _temporary_users(login)}


def raw_authenticator(of: Inputs) -> str:
    """What the chart's own words say that people log in by; empty where they do not."""
    path = (*of.hub_at, "hub", "config", "JupyterHub", "authenticator_class")
    said = [name for layer in of.loaded.layers if isinstance(name := value_at(layer_data(layer), path), str)]
    return said[-1] if said else ""


def _raw_secrets(of: Inputs) -> dict[str, Tree]:
    """The typed secrets of a login that stands in the chart's own words."""
    provider = provider_of(raw_authenticator(of))
    return {provider.section: login_secrets(of, provider) or None} if provider else {}


def _callback(domain: str) -> str:
    return f"https://{domain}{CALLBACK_PATH}"


def _everybodys(of: Inputs, login: Said[Any]) -> Tree:
    """Traits that every authenticator has."""
    admins = list(_admins(of, login))
    allow = login["allow"]
    everyone = allow.value == "everyone"
    users = [] if everyone or not allow else list(allow["users"].each())
    on_forms = not isinstance(login.value, OAuthLogin)
    if on_forms and not everyone:
        # Without `allowed_users` JupyterHub would not let administrators in; OAuthenticator always does.
        known = {user.value for user in users}
        users += [admin for admin in admins if admin.value not in known]
    return {
        "admin_users": admins or None,
        "allow_all": allow.decides(True) if everyone else None,
        "allowed_users": users or None,
        # Whoever is taken out of the file is out: OAuthenticator's default, and not that of the others.
        "allow_existing_users": (allow or login["provider"]).decides(False) if on_forms and not everyone else None,
        "blocked_users": [CHECK_NAME, *login["blocked"].each()],
        "auto_login": login["auto_login"],
        **(_oauth_everybodys(login) if isinstance(login.value, OAuthLogin) else {}),
    }


def _admins(of: Inputs, login: Said[Any]) -> Iterator[Said[str]]:
    """The hub's administrators, then the fleet's staff by this login provider, each once."""
    staff = of.fleet.value.staff.of(login.value.provider)
    staffed = Said(staff, of.fleet.source, ("staff", login.value.provider))
    seen: set[str] = set()
    for admin in (*login["admins"].each(), *staffed.each()):
        if admin.value not in seen:
            seen.add(admin.value)
            yield admin


def _oauth_everybodys(login: Said[Any]) -> Tree:
    refresh = login["refresh_after"]
    return {
        "enable_auth_state": login["auth_state"].decides(True) if login["auth_state"] else None,
        "auth_refresh_age": refresh.map(duration_seconds),
    }


def _oauth(login: Said[Any], provider: Provider) -> dict[str, Tree]:
    """Traits of OAuthenticator's base class."""
    claim = login["groups_claim"]
    scopes = [*provider.scopes(login), *login["scopes"].each()]
    return {
        "scope": scopes or None,
        "logout_redirect_url": login["logout_url"],
        "manage_groups": claim.decides(True) if claim else None,
        "auth_state_groups_key": claim.map(lambda name: f"{provider.state_key}.{name}"),
    }


def _temporary_users(login: Said[Any]) -> Tree:
    """Users of `tmp` exist for one visit: the culler removes them with their servers."""
    return {"users": login["provider"].decides(True)} if login.value.provider == "tmp" else None
