"""Somebody may log in, and nobody as anybody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployer.config.loaded import LoadedFleet, LoadedHub
from deployer.config.messages import problem
from deployer.config.models import login as models
from deployer.config.shelf import Shelf
from deployer.model.problem import Problem, of_hub

_WAYS = {
    "github": "allow: {users: [...]} or allow: {organizations: [...]}",
    "cilogon": "allow: {users: [...]}, or an entry of allow.idps with domains or everyone: true",
    "google": "allow: {users: [...]} or allow: {hosted_domains: [...]}",
    "azuread": "allow: {users: [...]} or allow: {groups: [...]}",
    "globus": "allow: {identity_provider: ...}, allow: {groups: [...]} or allow: {users: [...]}",
    "gitlab": "allow: {users: [...]}, allow: {groups: [...]} or allow: {projects: [...]}",
    "bitbucket": "allow: {users: [...]} or allow: {workspaces: [...]}",
    "openshift": "allow: {users: [...]} or allow: {groups: [...]}",
}
_ANY_WAY = "allow: {users: [...]}"


def check(fleet: LoadedFleet, _shelf: Shelf) -> Iterator[Problem]:
    """Logins of every typed hub."""
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            if not hub.legacy:
                yield from of_hub(hub.ref, _login(fleet, hub, cluster.spec.provider))


def _login(fleet: LoadedFleet, hub: LoadedHub, cloud: str) -> Iterator[Problem]:
    login = hub.spec.login
    if login is None:
        if not _raw_authenticator(hub):
            yield problem("no-login", hub.source.place(("login",)))
        return
    if login.provider == "dummy" and cloud != "local":
        yield problem("dummy-login", hub.source.place(("login", "provider")))
    if not anybody(login):
        ways = _WAYS.get(login.provider, _ANY_WAY)
        advice = "say so: allow: everyone" if login.provider == "tmp" else f"write {ways}, or allow: everyone"
        place = hub.source.place(("login", "allow"), key=True)
        code = "only-staff-allowed" if _waits_for_people(fleet, login) else "nobody-allowed"
        yield problem(code, place, advice=advice)
    elif isinstance(login, models.GlobusLogin) and not getattr(login.allow, "identity_provider", None):
        yield problem("names-of-any-institution", hub.source.place(("login", "allow"), key=True))


def _waits_for_people(fleet: LoadedFleet, login: models.Login) -> bool:
    """`allow` says on purpose that there is nobody yet, and the staff can log in, as administrators can by OAuth."""
    said = getattr(login, "allow", None) is not None
    return said and isinstance(login, models.OAuthLogin) and bool(fleet.fleet.staff.of(login.provider))


def anybody(login: models.LoginBase) -> bool:
    """The login lets somebody in: everyone, people, groups, or administrators at least."""
    allow: Any = getattr(login, "allow", None)
    if allow == "everyone" or login.admins:
        return True
    if isinstance(login, models.NativeLogin) and login.open_signup:
        return True
    if getattr(login, "admin_groups", None):
        return True
    if isinstance(allow, models.CILogonAllow):
        return bool(allow.users) or any(idp.everyone or idp.domains for idp in allow.idps.values())
    return allow is not None and any(getattr(allow, name) for name in type(allow).model_fields)


def _raw_authenticator(hub: LoadedHub) -> bool:
    """The chart's own words say who may log in; what they say is checked with the compiled values."""
    data: Any = hub.spec.values
    for step in ("jupyterhub", "hub", "config", "JupyterHub", "authenticator_class"):
        data = data.get(step) if isinstance(data, dict) else None
    return data is not None
