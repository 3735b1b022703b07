"""One entry a login provider: the authenticator's registered name, its section of `hub.config`, and its own traits.

Names and meanings of traits: oauthenticator 17.4, jupyterhub-ldapauthenticator 2.0, jupyterhub-ltiauthenticator 1.6,
jupyterhub-nativeauthenticator 1.3, JupyterHub 5.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from deployer.compiling.checks.tables import table
from deployer.compiling.said import Said, Tree

OPENID_SCOPES = ("openid", "email", "profile")
_GLOBUS = "urn:globus:auth:scope:"
_OAUTH_SECRETS = (("client_id", "client_id"), ("client_secret", "client_secret"))


def _no_scopes(login: Said[Any]) -> list[Tree]:
    return []


@dataclass(frozen=True, slots=True)
class Provider:
    """`registered` is the entry point's name; `state_key` is where OAuthenticator keeps what the provider told about a person."""

    registered: str
    section: str
    traits: Callable[[Said[Any]], dict[str, Tree]]
    state_key: str = ""
    scopes: Callable[[Said[Any]], list[Tree]] = _no_scopes
    secrets: tuple[tuple[str, str], ...] = ()
    """Keys of the secret file's `login`, each with the trait that it becomes."""


def _allow(login: Said[Any], rule: str) -> Said[Any] | None:
    """One rule of `allow`, where it has one."""
    allow = login["allow"]
    if allow.value in (None, "everyone") or not getattr(allow.value, rule):
        return None
    return allow[rule]


def _listed(rule: Said[Any] | None) -> Tree:
    return None if rule is None else rule.decides(list(rule.each()))


def _openid_scopes(login: Said[Any]) -> list[Tree]:
    return list(OPENID_SCOPES)


def _github(login: Said[Any]) -> dict[str, Tree]:
    teams = login["populate_teams"]
    tree: dict[str, Tree] = {"allowed_organizations": _listed(_allow(login, "organizations"))}
    if teams:
        tree |= {"populate_teams_in_auth_state": teams, "manage_groups": teams}
    return tree


def _github_scopes(login: Said[Any]) -> list[Tree]:
    """Private memberships of organizations and teams are told only to those who ask for read:org."""
    return _asked_for("read:org", _allow(login, "organizations"), login["populate_teams"])


def _asked_for(wanted: str | bool, *rules: Said[Any] | None) -> list[Tree]:
    """What is wanted, where one of the rules needs it. Of several none decides it."""
    asking = [rule for rule in rules if rule]
    return [asking[0].decides(wanted) if len(asking) == 1 else wanted] if asking else []


def _cilogon(login: Said[Any]) -> dict[str, Tree]:
    """`idps` holds everything; those that are only shown let in whoever is named elsewhere."""
    rule = _allow(login, "idps")
    known = {} if rule is None else dict(rule.entries())
    shown = {idp.value: idp for idp in login["shown_idps"].each()}
    idps: dict[str, Tree] = {
        url: idp.decides({"username_derivation": {"username_claim": "email"}}) for url, idp in shown.items() if url not in known
    }
    for url, idp in known.items():
        idps[url] = _idp(idp)
    first = next((url for url in shown if url in idps), None)
    if first is not None and first in known:
        idps[first] = {**idps[first], "default": shown[first].decides(True)}
    return {"idps": idps or None}


def _idp(idp: Said[Any]) -> dict[str, Tree]:
    prefix, strip = idp["prefix"], idp["strip_domain"]
    derivation: dict[str, Tree] = {"username_claim": idp["username_claim"]}
    if prefix:
        derivation |= {"action": prefix.decides("prefix"), "prefix": prefix}
    elif strip:
        derivation |= {"action": strip.decides("strip_idp_domain"), "domain": strip}
    return {
        "username_derivation": derivation,
        "allow_all": idp["everyone"] if idp["everyone"] else None,
        "allowed_domains": list(idp["domains"].each()) or None,
        "allowed_domains_claim": idp["domain_claim"],
    }


def _google(login: Said[Any]) -> dict[str, Tree]:
    """`hosted_domain` only keeps others out. User names stay whole addresses, however many domains there are."""
    domains, groups = _allow(login, "hosted_domains"), _allow(login, "groups")
    of_domain = domains if domains and not groups and not _allow(login, "users") else None
    return {
        "hosted_domain": _listed(domains),
        "strip_domain": False,
        "allow_all": of_domain.decides(True) if of_domain else None,
        "allowed_google_groups": {name: list(members.each()) for name, members in groups.entries()} if groups else None,
    }


def _auth0(login: Said[Any]) -> dict[str, Tree]:
    return {
        "auth0_domain": login["domain"],
        "username_claim": login["username_claim"],
        "allowed_groups": _listed(_allow(login, "groups")),
    }


def _generic(login: Said[Any]) -> dict[str, Tree]:
    return {
        "login_service": login["name"],
        "authorize_url": login["authorize_url"],
        "token_url": login["token_url"],
        "userdata_url": login["userdata_url"],
        "username_claim": login["username_claim"],
        "allowed_groups": _listed(_allow(login, "groups")),
        "admin_groups": list(login["admin_groups"].each()) or None,
    }


def _own_groups(login: Said[Any]) -> dict[str, Tree]:
    """Of a class that knows itself where the provider's answer has a person's groups."""
    groups, admins = _allow(login, "groups"), login["admin_groups"]
    managed = _asked_for(True, groups, admins)
    return {
        "allowed_groups": _listed(groups),
        "admin_groups": list(admins.each()) or None,
        **({"manage_groups": managed[0]} if managed else {}),
    }


def _azuread(login: Said[Any]) -> dict[str, Tree]:
    return {
        "tenant_id": login["tenant"],
        "graph_url": login["url"].map(_base),
        "username_claim": login["username_claim"],
        **_own_groups(login),
    }


def _globus(login: Said[Any]) -> dict[str, Tree]:
    """`identity_provider` only keeps others out."""
    institution, groups, populate = _allow(login, "identity_provider"), _allow(login, "groups"), login["populate_groups"]
    of_institution = institution if institution and not groups and not _allow(login, "users") else None
    tree: dict[str, Tree] = {
        "identity_provider": institution.map(str.lower) if institution else None,
        "allow_all": of_institution.decides(True) if of_institution else None,
        "allowed_globus_groups": _listed(groups),
        "admin_globus_groups": list(login["admin_groups"].each()) or None,
        "username_from_email": login["username_from_email"] if login["username_from_email"] else None,
    }
    if populate:
        tree |= {"manage_groups": populate, "auth_state_groups_key": populate.decides("globus_groups")}
    return tree


def _globus_scopes(login: Said[Any]) -> list[Tree]:
    """Those of the class; but tokens for transfers reach people's servers only where they are kept."""
    about_groups = (_allow(login, "groups"), login["admin_groups"], login["populate_groups"])
    return [
        "openid",
        "profile",
        *_asked_for(f"{_GLOBUS}transfer.api.globus.org:all", login["auth_state"]),
        *_asked_for(f"{_GLOBUS}groups.api.globus.org:view_my_groups_and_memberships", *about_groups),
        *_asked_for("email", login["username_from_email"]),
    ]


def _gitlab(login: Said[Any]) -> dict[str, Tree]:
    projects = _allow(login, "projects")
    return {
        "gitlab_url": login["url"].map(_base),
        "allowed_gitlab_groups": _listed(_allow(login, "groups")),
        "allowed_project_ids": [project.map(_in_an_address) for project in projects.each()] if projects else None,
    }


def _gitlab_scopes(login: Said[Any]) -> list[Tree]:
    """Who is in a group or project is told only to those who may read the API."""
    return ["read_user", *_asked_for("read_api", _allow(login, "groups"), _allow(login, "projects"))]


def _base(url: str) -> str:
    return url.rstrip("/")


def _in_an_address(project: str | int) -> str | int:
    return quote(project, safe="") if isinstance(project, str) else project


def _bitbucket(login: Said[Any]) -> dict[str, Tree]:
    return {"allowed_teams": _listed(_allow(login, "workspaces"))}


def _openshift(login: Said[Any]) -> dict[str, Tree]:
    return {
        "openshift_url": login["url"].map(_base),
        "openshift_auth_api_url": login["login_url"].map(_base),
        **_own_groups(login),
    }


def _mediawiki(login: Said[Any]) -> dict[str, Tree]:
    return {"mw_index_url": login["url"]}


def _ldap(login: Said[Any]) -> dict[str, Tree]:
    tree = {
        "server_address": login["server"],
        "server_port": login["port"],
        "tls_strategy": login["tls_strategy"],
        "bind_dn_template": list(login["bind_dn_templates"].each()) or None,
        "allowed_groups": _listed(_allow(login, "groups")),
        "lookup_dn": login["bind_user"].decides(True) if login["bind_user"] else None,
        "lookup_dn_search_user": login["bind_user"],
        "user_search_base": login["search_base"],
        "user_attribute": login["user_attribute"],
    }
    return tree | dict(login["options"].entries())


def _lti13(login: Said[Any]) -> dict[str, Tree]:
    return {
        "issuer": login["issuer"],
        "authorize_url": login["authorize_url"],
        "jwks_endpoint": login["jwks_url"],
        "client_id": list(login["client_ids"].each()),
        "username_key": login["username_key"],
    }


def _native(login: Said[Any]) -> dict[str, Tree]:
    """Who signs up where that is open is nobody whom `allow` could name before."""
    signup = login["open_signup"]
    return {
        "open_signup": signup,
        "allow_all": signup.decides(True) if signup else None,
        "minimum_password_length": login["minimum_password_length"],
    }


def _nothing(login: Said[Any]) -> dict[str, Tree]:
    return {}


def _dummy(login: Said[Any]) -> dict[str, Tree]:
    return {"password": login["password"]}


PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {
        "github": Provider("github", "GitHubOAuthenticator", _github, "github_user", _github_scopes, _OAUTH_SECRETS),
        "cilogon": Provider(
            "cilogon",
            "CILogonOAuthenticator",
            _cilogon,
            "cilogon_user",
            lambda login: [*OPENID_SCOPES[:2], "org.cilogon.userinfo", "profile"],
            _OAUTH_SECRETS,
        ),
        "google": Provider(
            "google", "GoogleOAuthenticator", _google, "google_user", lambda login: ["openid", "email"], _OAUTH_SECRETS
        ),
        "auth0": Provider("auth0", "Auth0OAuthenticator", _auth0, "auth0_user", _openid_scopes, _OAUTH_SECRETS),
        "generic-oauth": Provider(
            "generic-oauth", "GenericOAuthenticator", _generic, "oauth_user", _openid_scopes, _OAUTH_SECRETS
        ),
        "azuread": Provider("azuread", "AzureAdOAuthenticator", _azuread, "user", _openid_scopes, _OAUTH_SECRETS),
        "globus": Provider("globus", "GlobusOAuthenticator", _globus, "globus_user", _globus_scopes, _OAUTH_SECRETS),
        "gitlab": Provider("gitlab", "GitLabOAuthenticator", _gitlab, "gitlab_user", _gitlab_scopes, _OAUTH_SECRETS),
        "bitbucket": Provider("bitbucket", "BitbucketOAuthenticator", _bitbucket, "bitbucket_user", secrets=_OAUTH_SECRETS),
        "openshift": Provider(
            "openshift", "OpenShiftOAuthenticator", _openshift, "openshift_user", lambda login: ["user:info"], _OAUTH_SECRETS
        ),
        "mediawiki": Provider("mediawiki", "MWOAuthenticator", _mediawiki, "MEDIAWIKI_USER_IDENTITY", secrets=_OAUTH_SECRETS),
        "ldap": Provider("ldap", "LDAPAuthenticator", _ldap, secrets=(("bind_password", "lookup_dn_search_password"),)),
        "lti13": Provider("ltiauthenticator.lti13.auth.LTI13Authenticator", "LTI13Authenticator", _lti13),
        "native": Provider("native", "NativeAuthenticator", _native),
        "shared-password": Provider(
            "shared-password",
            "SharedPasswordAuthenticator",
            _nothing,
            secrets=(("password", "user_password"), ("admin_password", "admin_password")),
        ),
        "tmp": Provider("tmp", "TmpAuthenticator", _nothing),
        "dummy": Provider("dummy", "DummyAuthenticator", _dummy, secrets=(("password", "password"),)),
    }
)


def provider_of(authenticator: str) -> Provider | None:
    """The provider whose class, or a class made from it, `authenticator_class` names."""
    cls = table().authenticator(authenticator)
    names = (cls.name, *cls.parents) if cls else ()
    return next((provider for provider in PROVIDERS.values() if provider.section in names), None)
