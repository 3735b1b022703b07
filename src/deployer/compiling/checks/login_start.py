"""What an authenticator refuses to start with, although each of its settings is of the right kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from deployer.compiling.checks.classes import CLASS, CONFIG, chosen_class, code_of_hub, setting, settings
from deployer.compiling.checks.tables import ConfigClass
from deployer.compiling.checks.view import Values, each

OAUTH = "OAuthenticator"
_OF_GROUPS = ("allowed_groups", "admin_groups", "auth_state_groups_key", "claim_groups_key")

_ASKS_BY_ITSELF = frozenset(
    {"CILogonOAuthenticator", "GoogleOAuthenticator", "GlobusOAuthenticator", "OpenShiftOAuthenticator", "MWOAuthenticator"}
)
"""Classes with scopes of their own where nothing is said."""
_SECRET_KEY = 8


def check_login_start(values: Values) -> None:
    """Every rule of which something is said. It is looked for in all settings at once: most logins say nothing of any."""
    cls = chosen_class(values)
    if cls is None:
        return
    said = {trait for owner in (cls.name, *cls.parents) for trait in values.mapping(*CONFIG, owner)} & cls.traits.keys()
    if OAUTH in (cls.name, *cls.parents) and not said.isdisjoint(_OF_GROUPS):
        _groups(values, cls)
    for trait, rule in _RULES.items():
        if trait in said:
            rule(values, cls)
    if cls.name.endswith("LDAPAuthenticator"):
        _ldap(values, cls)


def _ldap(values: Values, cls: ConfigClass) -> None:
    """ldapauthenticator 2.0: with neither way to a person's entry it ends at its start, or knows nobody."""
    ways = ("bind_dn_template", "lookup_dn")
    if not any(setting(values, cls, way) or way in code_of_hub(values) for way in ways):
        values.tell("ldap-no-entry", CLASS)


def _groups(values: Values, cls: ConfigClass) -> None:
    """oauthenticator 17.4, `OAuthenticator._requires_manage_groups`."""
    if setting(values, cls, "manage_groups") or "manage_groups" in code_of_hub(values):
        return
    typed = values.hub.spec.login
    for trait in _OF_GROUPS:
        path, value = next(settings(values, cls, trait), ((), None))
        if value and trait in cls.traits:
            advice = f"say `manage_groups: true` of {cls.name}, and in auth_state_groups_key where its answer has the groups"
            if typed is not None:
                advice = f"add groups_claim to `login`, the claim in which `{typed.provider}` tells them"
            values.tell("groups-not-managed", path, key=True, advice=advice)
            return


def _scopes(values: Values, cls: ConfigClass) -> None:
    """oauthenticator 17.4, `OAuthenticator._allowed_scopes_validation`."""
    asked = setting(values, cls, "scope")
    if asked is None and cls.name in _ASKS_BY_ITSELF:
        return
    path, allowed = next(settings(values, cls, "allowed_scopes"))
    for index, scope in each(allowed):
        if scope not in (asked if isinstance(asked, list) else ()):
            values.tell("scope-not-asked-for", (*path, index), scope=scope)


def _id_token(values: Values, cls: ConfigClass) -> None:
    """oauthenticator 17.4, `OAuthenticator._validate_userdata_url`."""
    path, from_token = next(settings(values, cls, "userdata_from_id_token"))
    if from_token and setting(values, cls, "userdata_url"):
        values.tell("userdata-twice", path, key=True)


def _self_approval(values: Values, cls: ConfigClass) -> None:
    """nativeauthenticator 1.3, `NativeAuthenticator.setup_self_approval`."""
    path, allowed = next(settings(values, cls, "allow_self_approval_for"))
    key = setting(values, cls, "secret_key")
    if allowed and len(str(key or "")) < _SECRET_KEY and "secret_key" not in values.hub.secret_keys:
        values.tell("self-approval-without-key", path, key=True, shortest=_SECRET_KEY)


def _user_password(values: Values, cls: ConfigClass) -> None:
    _password(values, cls, "user_password", 8)


def _admin_password(values: Values, cls: ConfigClass) -> None:
    _password(values, cls, "admin_password", 32)


def _password(values: Values, cls: ConfigClass, trait: str, shortest: int) -> None:
    """JupyterHub 5.5, `SharedPasswordAuthenticator`."""
    path, password = next(settings(values, cls, trait))
    if isinstance(password, str) and 0 < len(password) < shortest:
        values.tell("password-short", path, shortest=shortest)


_RULES: Mapping[str, Callable[[Values, ConfigClass], None]] = {
    "allowed_scopes": _scopes,
    "userdata_from_id_token": _id_token,
    "allow_self_approval_for": _self_approval,
    "user_password": _user_password,
    "admin_password": _admin_password,
}
