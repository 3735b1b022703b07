"""Where the login page of a hub must send a browser, as far as its values say it.

Classes and traits of oauthenticator 17.4; names under which `authenticator_class` knows them are its entry points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from deployer.model.health import ExpectedLogin
from deployer.model.release import Release

_SECTIONS = {
    "github": "GitHubOAuthenticator",
    "google": "GoogleOAuthenticator",
    "cilogon": "CILogonOAuthenticator",
    "auth0": "Auth0OAuthenticator",
    "generic-oauth": "GenericOAuthenticator",
    "gitlab": "GitLabOAuthenticator",
    "globus": "GlobusOAuthenticator",
    "azuread": "AzureAdOAuthenticator",
    "bitbucket": "BitbucketOAuthenticator",
    "openshift": "OpenShiftOAuthenticator",
}
_HOSTS = {
    "GitHubOAuthenticator": "github.com",
    "GoogleOAuthenticator": "accounts.google.com",
    "CILogonOAuthenticator": "cilogon.org",
    "GitLabOAuthenticator": "gitlab.com",
    "GlobusOAuthenticator": "auth.globus.org",
    "AzureAdOAuthenticator": "login.microsoftonline.com",
    "BitbucketOAuthenticator": "bitbucket.org",
}
"""Each provider's own address; these traits name another one."""
_ADDRESSES = (
    "authorize_url",
    "github_url",
    "gitlab_url",
    "graph_url",
    "openshift_auth_api_url",
    "auth0_domain",
    "cilogon_host",
)


def expected_login(release: Release) -> ExpectedLogin | None:
    """None for a login that leads to no OAuth provider, or to one that is not known here."""
    config = _hub_config(release)
    section = _section(str(_mapping(config.get("JupyterHub")).get("authenticator_class") or ""))
    if not section:
        return None
    traits = {**_mapping(config.get("OAuthenticator")), **_mapping(config.get(section))}
    return ExpectedLogin(
        authorize_host=next((_host(str(traits[name])) for name in _ADDRESSES if traits.get(name)), _HOSTS.get(section, "")),
        client_id=str(traits.get("client_id") or ""),
        callback_url=str(traits.get("oauth_callback_url") or ""),
    )


def _section(authenticator: str) -> str:
    """The class of an entry point's name, or of a class's full name."""
    name = authenticator.rpartition(".")[2]
    short = name.removeprefix("Local")
    return _SECTIONS.get(authenticator, short if short in _SECTIONS.values() else "")


def _host(address: str) -> str:
    return urlsplit(address if "://" in address else f"https://{address}").hostname or ""


def _hub_config(release: Release) -> Mapping[str, Any]:
    node: Any = release.values
    for step in (*release.hub_at, "hub", "config"):
        node = _mapping(node).get(str(step))
    return _mapping(node)


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
