"""Identity providers of CILogon, and the user names that come from them (oauthenticator 17.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from deployer.compiling.checks.classes import CLASS, NAMING, code_of_hub, settings
from deployer.compiling.checks.tables import ConfigClass
from deployer.compiling.checks.view import Values, each
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath

_IDP_KEYS = ("username_derivation", "allow_all", "allowed_domains", "allowed_domains_claim", "default")
_DERIVATION_KEYS = ("username_claim", "action", "domain", "prefix")
_WITHOUT_DOMAIN = ("sub", "oidc")
"""Claims that hold an address of CILogon's own, or a number."""


def check_cilogon(values: Values, cls: ConfigClass) -> None:
    """OAuthenticator lets nobody in without identity providers, and refuses to start with one that it cannot read."""
    said = [(path, value) for trait in ("idps", "allowed_idps") for path, value in settings(values, cls, trait) if value]
    if not said:
        if not re.search(r"idps\b", code_of_hub(values)):
            values.tell("cilogon-no-idps", CLASS)
        return
    for path, idps in said:
        for entity, idp in idps.items() if isinstance(idps, dict) else ():
            if urlsplit(entity).scheme not in ("https", "http", "urn"):
                values.tell("cilogon-not-an-idp", (*path, entity), key=True, entity=entity)
            for problem_path, code, fields in _idp(idp):
                values.tell(code, (*path, entity, *problem_path), key=True, **fields)
        derivations = tuple(_derivations(idps))
        if derivations:
            _names(values, cls, path, derivations)


def _idp(idp: Any) -> Iterator[tuple[KeyPath, str, dict[str, Any]]]:
    """What OAuthenticator's own schema of an identity provider would refuse."""
    if not isinstance(idp, dict):
        yield (), "cilogon-idp-missing", {"name": "username_derivation"}
        return
    for key in idp:
        if key not in _IDP_KEYS:
            yield (key,), "cilogon-idp-key", {"name": key, "advice": did_you_mean(key, _IDP_KEYS, otherwise="its keys")}
    derivation = idp.get("username_derivation")
    if not isinstance(derivation, dict):
        yield (), "cilogon-idp-missing", {"name": "username_derivation"}
        return
    for key in derivation:
        if key not in _DERIVATION_KEYS:
            advice = did_you_mean(key, _DERIVATION_KEYS, otherwise="its keys")
            yield ("username_derivation", key), "cilogon-idp-key", {"name": key, "advice": advice}
    if idp.get("allowed_domains") and not idp.get("allow_all"):
        claim = idp.get("allowed_domains_claim") or derivation.get("username_claim")
        if claim in _WITHOUT_DOMAIN:
            yield ("allowed_domains",), "cilogon-claim-without-domain", {"claim": claim}
    action = derivation.get("action")
    needed = ["username_claim", *({"strip_idp_domain": ["domain"], "prefix": ["prefix"]}.get(str(action), []))]
    for key in needed:
        if key not in derivation:
            yield ("username_derivation",), "cilogon-idp-missing", {"name": key}
    if action not in (None, "strip_idp_domain", "prefix"):
        yield ("username_derivation", "action"), "cilogon-idp-action", {"action": action}


def _derivations(idps: Any) -> Iterator[Mapping[str, Any]]:
    for _, idp in each(idps):
        derivation = idp.get("username_derivation") if isinstance(idp, dict) else None
        yield derivation if isinstance(derivation, dict) else {}


def _names(values: Values, cls: ConfigClass, idps: KeyPath, derivations: Sequence[Mapping[str, Any]]) -> None:
    """People are compared by what is left of their names, or was put before them: by another name nobody comes."""
    for trait in NAMING:
        path, names = next(settings(values, cls, trait), ((), None))
        for index, name in each(names):
            right = [_derived(name, derivation) for derivation in derivations] if isinstance(name, str) else [name]
            if name not in right:
                written = " or ".join(dict.fromkeys(right))
                if _is_staff(values, path, name):
                    values.tell("cilogon-staff-name", idps, key=True, name=name, right=written)
                else:
                    values.tell("cilogon-name", (*path, index), name=name, right=written)


def _is_staff(values: Values, path: KeyPath, name: str) -> bool:
    """Neither the hub's file nor its values name the person."""
    login = values.hub.spec.login
    own = [] if login is None else [*login.admins, *getattr(getattr(login, "allow", None), "users", ())]
    raw = any(layer.source.has((*layer.base, *values.base, *path)) for layer in values.hub.layers)
    return login is not None and name not in own and not raw


def _derived(name: str, derivation: Mapping[str, Any]) -> str:
    """The user name of somebody of that name at one identity provider; the name itself where it can be one already."""
    prefix, domain = f"{derivation.get('prefix')}:", f"@{derivation.get('domain')}"
    match derivation.get("action"):
        case "prefix" if not name.lower().startswith(prefix.lower()):
            return prefix + name
        case "strip_idp_domain" if name.lower().endswith(domain.lower()):
            return name[: -len(domain)]
        case _:
            return name
