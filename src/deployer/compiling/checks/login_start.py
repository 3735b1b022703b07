"""What an authenticator refuses to start with, although each of its settings is of the right kind."""

from __future__ import annotations

from deployer.compiling.checks.classes import chosen_class, code_of_hub, setting, settings
from deployer.compiling.checks.tables import ConfigClass
from deployer.compiling.checks.view import Values

OAUTH = "OAuthenticator"
_OF_GROUPS = ("allowed_groups", "admin_groups", "auth_state_groups_key", "claim_groups_key")


def check_login_start(values: Values) -> None:
    """One rule of an authenticator after the other."""
    cls = chosen_class(values)
    if cls is not None and OAUTH in (cls.name, *cls.parents):
        _groups(values, cls)


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
