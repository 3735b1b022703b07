"""Who may log in: nobody, everybody, people at the wrong key.

The rules are those of JupyterHub 5: without a setting that allows somebody, nobody may enter; OAuthenticator 17 lets in
administrators besides, and each of its classes has settings of its own.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from deployer.compiling.checks.cilogon import check_cilogon
from deployer.compiling.checks.classes import CLASS, CONFIG, NAMING, chosen_class, code_of_hub, setting, settings
from deployer.compiling.checks.tables import ConfigClass, table
from deployer.compiling.checks.view import Values
from deployer.compiling.inputs import CHECK_NAME

DUMMY = "DummyAuthenticator"

# Traits whose names begin with `allow` and which let nobody in.
_NO_GATE = frozenset(
    {"allow_2fa", "allowed_failed_logins", "allow_self_approval_for", "allow_unverified_email", "allow_existing_users"}
)
_ADMINS = ("admin_users", "admin_groups", "admin_google_groups", "admin_globus_groups")
_NO_ONE_ENTERS = frozenset({"NullAuthenticator"})
_SET_BY_CODE = re.compile(
    r"\b(?:allow|admin|check_allowed)\w*\s*(?:=(?!=)|\+=|\|=|\.(?:append|extend|add|update|union)\()|def check_allowed"
)


def check_login(values: Values) -> None:
    """Everything about who may log in."""
    cls = chosen_class(values)
    if cls is None:
        return
    _dummy(values, cls)
    _other_classes(values, cls)
    _gates(values, cls)
    _blocked(values, cls)
    if cls.name.endswith("CILogonOAuthenticator"):
        check_cilogon(values, cls)


def _dummy(values: Values, cls: ConfigClass) -> None:
    """A hub with a domain is reached from elsewhere than this machine. Where `login` says dummy, its own check has told it."""
    typed = values.hub.spec.login
    if cls.name == DUMMY and values.release.domain and (typed is None or typed.provider != "dummy"):
        advice = (
            ""
            if values.is_said(*CLASS)
            else "nothing is said, and dummy is the chart's default; say hub.config.JupyterHub.authenticator_class"
        )
        values.tell("login-dummy", CLASS, hint=advice or None)


def _other_classes(values: Values, cls: ConfigClass) -> None:
    """Settings of a class that nobody logs in by, which decide nothing."""
    related = {cls.name, *cls.parents}
    for section, config in values.mapping(*CONFIG).items():
        other = table().find(section) if section in table().login_classes else None
        if other is None or section in related or cls.name in other.parents or not isinstance(config, dict):
            continue
        if values.is_said(*CONFIG, section) and any(_gate(other, key) and value for key, value in config.items()):
            values.tell("login-other-class", (*CONFIG, section), key=True, other=section, chosen=cls.name)


def _gate(cls: ConfigClass, key: str) -> bool:
    trait = cls.traits.get(key)
    return trait is not None and trait.allows and key not in _NO_GATE


def _gates(values: Values, cls: ConfigClass) -> None:
    """Somebody may enter, and everybody only where it is said."""
    if cls.name in _NO_ONE_ENTERS or "allow_all" not in cls.traits:
        return
    gates = sorted(trait for trait in cls.traits if _gate(cls, trait))
    if any(_open(values, cls, gate) for gate in gates) or values.hub.secret_keys & {*gates, *_ADMINS}:
        return
    oauth = "OAuthenticator" in (cls.name, *cls.parents)
    if oauth and any(setting(values, cls, trait) for trait in _ADMINS if trait in cls.traits):
        return
    if cls.everybody_by_default:
        if values.release.domain and cls.name != DUMMY and not any(settings(values, cls, "allow_all")):
            values.tell("login-everybody", CLASS, cls=cls.name)
    elif not _SET_BY_CODE.search(code_of_hub(values)):
        values.tell("login-nobody", CLASS, cls=cls.name, gates=", ".join(gates))


def _open(values: Values, cls: ConfigClass, trait: str) -> bool:
    value = setting(values, cls, trait)
    if trait in ("allowed_idps", "idps"):
        return isinstance(value, dict) and any(
            isinstance(idp, dict) and (idp.get("allow_all") or idp.get("allowed_domains")) for idp in value.values()
        )
    return bool(value)


def _blocked(values: Values, cls: ConfigClass) -> None:
    """Nobody is blocked and let in by name at once."""
    blocked = setting(values, cls, "blocked_users")
    named = {name for trait in NAMING for name in _texts(setting(values, cls, trait))}
    for name in sorted(named & set(_texts(blocked))):
        # The check's name is blocked by us, so that it stands among those who may enter alone.
        code, traits = ("login-check-name", NAMING) if name == CHECK_NAME else ("login-blocked", ("blocked_users",))
        said = (pair for trait in traits for pair in islice(settings(values, cls, trait), 1))
        path, names = next((path, names) for path, names in said if name in _texts(names))
        values.tell(code, (*path, names.index(name)), name=name)


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()
