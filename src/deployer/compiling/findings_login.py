"""What is wrong with who may log in, and with groups that nobody is in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.login import raw_authenticator
from deployer.compiling.login_providers import provider_of
from deployer.compiling.said import Said
from deployer.config.messages import problem
from deployer.config.models.login import CILogonLogin, GitHubLogin, GoogleLogin
from deployer.model.problem import Problem
from deployer.model.release import Release


def login_findings(of: Inputs, release: Release) -> Iterator[Problem]:
    """Every problem of `login:` and of what rests on it."""
    login = of.hub["login"]
    if login.value is None:
        yield from _idle_secrets(of)
        return
    if isinstance(login.value, CILogonLogin):
        yield from _cilogon(login)
    if isinstance(login.value, GoogleLogin):
        yield from _outside_domains(of, login)
    if not _groups_known(release):
        yield from _groups(of, login)
    if isinstance(login.value, GitHubLogin) and login["populate_teams"] and not login["groups_claim"]:
        yield from _teams(of)


def _idle_secrets(of: Inputs) -> Iterator[Problem]:
    """Typed secrets that the login in the chart's own words does not read, as far as is known."""
    chosen = raw_authenticator(of)
    provider = provider_of(chosen)
    read = {key for key, _ in provider.secrets} if provider else set[str]()
    advice = "take it away" if provider else "say it in `values` of this file, for the class that reads it"
    about = {"provider": chosen, "advice": advice, "cluster": of.loaded.ref.cluster, "hub": of.loaded.ref.hub}
    for key, place in of.loaded.secret_login.items():
        if chosen and key not in read:
            yield problem("secret-idle", place, key=key, **about)


def _cilogon(login: Said[Any]) -> Iterator[Problem]:
    allow = login["allow"]
    idps = {} if allow.value in (None, "everyone") else allow.value.idps
    for url, idp in idps.items():
        if idp.prefix and idp.strip_domain:
            at = (*allow.key, "idps", url, "strip_domain")
            yield problem("idp-prefix-and-strip", login.source.place(at, key=True))


def _outside_domains(of: Inputs, login: Said[Any]) -> Iterator[Problem]:
    """Staff and administrators whom Google's `hosted_domain` keeps out."""
    allow = login["allow"]
    if allow.value in (None, "everyone") or not allow.value.hosted_domains:
        return
    domains = [domain.lower() for domain in allow.value.hosted_domains]
    staff = Said(of.fleet.value.staff.google, of.fleet.source, ("staff", "google"))
    for person in (*login["admins"].each(), *allow["users"].each(), *staff.each()):
        domain = person.value.rpartition("@")[2].lower()
        if domain not in domains:
            place = person.place if person.source is login.source else allow["hosted_domains"].place
            yield problem("outside-hosted-domains", place, person=person.value, domains=", ".join(domains), domain=domain)


def _groups_known(release: Release) -> bool:
    """Some authenticator manages groups, or the hub makes them itself."""
    node: Any = release.values
    for step in (*release.hub_at, "hub", "config"):
        node = node.get(step) if isinstance(node, Mapping) else None
    said = node.values() if isinstance(node, Mapping) else ()
    sections = [section for section in said if isinstance(section, Mapping)]
    return any(section.get("manage_groups") or section.get("load_groups") for section in sections)


_ADVICE = {
    "github": "set login.populate_teams, and write groups as organization:team",
    "google": "set login.groups_claim",
    "cilogon": "set login.groups_claim",
    "auth0": "set login.groups_claim",
    "generic-oauth": "set login.groups_claim",
    "azuread": "set login.groups_claim: groups",
    "openshift": "set login.groups_claim: groups",
    "globus": "set login.populate_groups, and write groups by their ids",
}


def _teams(of: Inputs) -> Iterator[Problem]:
    """Groups of GitHub's teams have the organization in their name, so that two of them cannot be taken for one another."""
    for section in ("environments", "machines"):
        for entry in of.hub[section].each():
            for group in entry["groups"].each():
                if ":" not in group.value:
                    yield problem("group-without-organization", group.place, group=group.value)


def _groups(of: Inputs, login: Said[Any]) -> Iterator[Problem]:
    provider = login.value.provider
    advice = _ADVICE.get(provider, "say who is in it with jupyterhub.hub.config.JupyterHub.load_groups under `values`")
    for section in ("environments", "machines"):
        for entry in of.hub[section].each():
            if entry["groups"]:
                yield problem("groups-without-source", entry["groups"].place, provider=provider, advice=advice)
