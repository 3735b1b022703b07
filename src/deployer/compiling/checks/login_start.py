"""What an authenticator refuses to start with, although each of its settings is of the right kind."""

from __future__ import annotations

from deployer.compiling.checks.classes import CLASS, chosen_class, code_of_hub, setting, settings
from deployer.compiling.checks.tables import ConfigClass
from deployer.compiling.checks.view import Values

OAUTH = "OAuthenticator"
_OF_GROUPS = ("allowed_groups", "admin_groups", "auth_state_groups_key", "claim_groups_key")


def check_login_start(values: Values) -> None:
    """One rule of an authenticator after the other."""
    cls = chosen_class(values)
    if cls is None:
        return
    if OAUTH in (cls.name, *cls.parents):
        _groups(values, cls)
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
