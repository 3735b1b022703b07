"""What gives people other names, after which their homes are called."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.support.compiled_hubs import compiled_hub

from deployer.model.naming import naming
from deployer.model.place import value_at
from deployer.planning.names import other_names

LAB, UNI = "https://idp.lab.example.org", "https://idp.uni.example.org"
CILOGON = f"provider: cilogon, allow: {{idps: {{{LAB}: {{username_claim: email}}}}}}"
GENERIC = (
    "provider: generic-oauth, allow: everyone, authorize_url: https://i.example.org/a, token_url: https://i.example.org/t, "
    "userdata_url: https://i.example.org/u, username_claim: email"
)
AZUREAD = "provider: azuread, tenant: lab.example.org, allow: everyone"
GLOBUS = "provider: globus, allow: {identity_provider: lab.example.edu}"


def typed(login: str) -> Any:
    text = f"domain: a.example.org\nlogin: {{{login}}}\nenvironments: [{{name: P, image: 'p:1'}}]\n"
    return value_at(compiled_hub(text).release.values, ("jupyterhub", "hub", "config"))


def raw(authenticator: str, section: str = "Authenticator", **traits: Any) -> dict[str, Any]:
    return {"JupyterHub": {"authenticator_class": authenticator}, section: traits}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "provider: github, allow: {users: [ada]}",
            CILOGON,
            "people log in by `CILogonOAuthenticator` and no more by `GitHubOAuthenticator`, "
            "and homes are called after the names that it gives them",
        ),
        (
            GENERIC,
            GENERIC.replace("username_claim: email", "username_claim: sub"),
            "people's names are made otherwise: username_claim was `email` and becomes `sub`",
        ),
        (
            CILOGON,
            CILOGON.replace("claim: email", "claim: sub"),
            f"names of people of {LAB} are made otherwise: "
            "from `{'username_claim': 'email'}` before, from `{'username_claim': 'sub'}` now",
        ),
        (CILOGON, CILOGON.replace(LAB, UNI), "people's names are made otherwise: none of the identity providers stays"),
        (CILOGON, CILOGON.replace("}}}", f"}}, {UNI}: {{username_claim: sub}}}}}}"), ""),
        ("provider: github, allow: {users: [ada]}", "provider: github, allow: {organizations: [lab]}, admins: [bo]", ""),
        (
            f"{AZUREAD}, username_claim: name",
            AZUREAD,
            "people's names are made otherwise: username_claim was `name` and becomes `upn`",
        ),
        (
            AZUREAD,
            AZUREAD.replace("lab", "uni"),
            "people's names are made otherwise: tenant_id was `lab.example.org` and becomes `uni.example.org`",
        ),
        (
            GLOBUS,
            f"{GLOBUS}, username_from_email: true",
            "people's names are made otherwise: username_from_email was not set and becomes `True`",
        ),
        (
            GLOBUS,
            GLOBUS.replace("lab", "uni"),
            "people of other institutions have the same names: "
            "identity_provider was `lab.example.edu` and becomes `uni.example.edu`",
        ),
        ("provider: globus, allow: everyone", GLOBUS, ""),
        (
            "provider: gitlab, allow: everyone",
            "provider: gitlab, allow: everyone, url: 'https://git.example.org'",
            "people's names are made otherwise: gitlab_url was not set and becomes `https://git.example.org`",
        ),
        ("provider: openshift, allow: everyone", "provider: openshift, allow: {groups: [lab]}", ""),
    ],
)
def test_of_the_typed_file(before: str, after: str, told: str) -> None:
    assert "\n".join(other_names(typed(before), typed(after))) == told


def google(**traits: Any) -> dict[str, Any]:
    return raw("google", "GoogleOAuthenticator", **traits)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (raw("github"), raw("oauthenticator.github.GitHubOAuthenticator"), ""),
        (raw("null"), raw("github"), ""),
        (raw("tmp"), raw("github"), ""),
        (
            raw("mine.Own"),
            raw("mine.Other"),
            "people log in by `mine.Other` and no more by `mine.Own`, and homes are called after the names that it gives them",
        ),
        (raw("github", "CILogonOAuthenticator", username_claim="email"), raw("github"), ""),
        (
            raw("github", "OAuthenticator", username_claim="login"),
            raw("github", "GitHubOAuthenticator", username_claim="login"),
            "",
        ),
        (raw("github", username_map={"ada": "a"}), raw("github"), "ada was named `a` and becomes `ada` (username_map)"),
        (
            raw("lti13", "LTI13Authenticator", username_key="email"),
            raw("lti13", "LTI13Authenticator", username_key="sub"),
            "people's names are made otherwise: username_key was `email` and becomes `sub`",
        ),
        (
            google(hosted_domain=["a.org"]),
            google(hosted_domain=["a.org", "b.org"]),
            "people of a.org are named with their domain now: strip_domain or hosted_domain changes",
        ),
        (
            google(hosted_domain=["a.org"], strip_domain=False),
            google(hosted_domain=["a.org"]),
            "people of a.org are named without their domain now: strip_domain or hosted_domain changes",
        ),
        (google(hosted_domain=["a.org"]), google(hosted_domain=["b.org"]), ""),
    ],
)
def test_of_the_charts_own_words(before: Any, after: Any, told: str) -> None:
    assert "\n".join(other_names(before, after)) == told


def test_what_is_told_of_a_hub_of_somebody_else_is_enough() -> None:
    """`naming` leaves out all but what is compared."""
    before, after = google(hosted_domain=["a.org"], client_secret="s3cret"), raw("github")
    assert naming(before) == google(hosted_domain=["a.org"])
    assert list(other_names(naming(before), after)) == list(other_names(before, after))


@pytest.mark.parametrize("config", [None, [], "words", {"JupyterHub": None, "Authenticator": "x"}])
def test_what_cannot_be_read_names_nobody(config: Any) -> None:
    assert naming(yaml.safe_load(yaml.safe_dump(config))) == {}
