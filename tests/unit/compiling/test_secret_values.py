"""The secret file reaches the values that a deploy hands over, and every leaf of it is known to be secret."""

from __future__ import annotations

from typing import Any, get_args

import pytest
import yaml
from tests.support.cases import own_charts, read_tree
from tests.support.compiled_hubs import TESTS

from deployer.compiling.hub import Compiled, compile_hub
from deployer.compiling.layers import leaves
from deployer.config.loading import load_fleet
from deployer.config.models.login import Login
from deployer.config.secret_files import opened
from deployer.model.problem import Problem
from deployer.model.tree import FleetTree

SECRET_FILE = "config/clusters/far/secrets/prod.secret.yaml"
URLS = "authorize_url: https://i.example.org/a, token_url: https://i.example.org/t, userdata_url: https://i.example.org/u"
IDPS = "{idps: {'https://i.example.org': {username_claim: email, everyone: true}}}"
OAUTH = {"client_id": "an-id", "client_secret": "a-secret"}

# Login of the hub file, secrets of its provider, section of hub.config, what must stand there.
PROVIDERS: dict[str, tuple[str, dict[str, str], str, dict[str, str]]] = {
    "github": ("allow: everyone", OAUTH, "GitHubOAuthenticator", OAUTH),
    "cilogon": (f"allow: {IDPS}", OAUTH, "CILogonOAuthenticator", OAUTH),
    "google": ("allow: everyone", OAUTH, "GoogleOAuthenticator", OAUTH),
    "auth0": ("allow: everyone, domain: lab.auth0.com", OAUTH, "Auth0OAuthenticator", OAUTH),
    "generic-oauth": (f"allow: everyone, username_claim: sub, {URLS}", OAUTH, "GenericOAuthenticator", OAUTH),
    "azuread": ("allow: everyone, tenant: example.org", OAUTH, "AzureAdOAuthenticator", OAUTH),
    "globus": ("allow: {identity_provider: example.edu}", OAUTH, "GlobusOAuthenticator", OAUTH),
    "gitlab": ("allow: everyone", OAUTH, "GitLabOAuthenticator", OAUTH),
    "bitbucket": ("allow: everyone", OAUTH, "BitbucketOAuthenticator", OAUTH),
    "openshift": ("allow: everyone", OAUTH, "OpenShiftOAuthenticator", OAUTH),
    "mediawiki": ("allow: everyone", OAUTH, "MWOAuthenticator", OAUTH),
    "ldap": (
        "allow: everyone, server: ldap.example.org, bind_user: finder, search_base: 'ou=people', user_attribute: uid",
        {"bind_password": "b1nd"},
        "LDAPAuthenticator",
        {
            "lookup_dn_search_user": "finder",
            "lookup_dn_search_password": "b1nd",
            "user_search_base": "ou=people",
            "user_attribute": "uid",
        },
    ),
    "shared-password": (
        "allow: everyone, admins: [ada]",
        {"password": "for-all-of-us", "admin_password": "for-those-few-who-look-after-the-hub"},
        "SharedPasswordAuthenticator",
        {"user_password": "for-all-of-us", "admin_password": "for-those-few-who-look-after-the-hub"},
    ),
    "dummy": ("allow: everyone", {"password": "an0ther"}, "DummyAuthenticator", {"password": "an0ther"}),
}
WITHOUT_SECRETS = {"lti13", "native", "tmp"}


def deployed(hub: str, secrets: Any) -> tuple[Compiled, tuple[Problem, ...]]:
    """A hub of a cluster, as a deploy compiles it; `secrets` is what its secret file decrypts to, None: there is none."""
    files = {
        "config/fleet.yaml": "{}",
        "config/clusters/far/cluster.yaml": "{name: far, provider: kubeconfig, kubeconfig: {file: k.secret.yaml, context: far}}",
        "config/clusters/far/hubs/prod.yaml": f"domain: far.example.org\n{hub}\n",
    }
    if secrets is not None:
        files[SECRET_FILE] = "ENC"
    fleet = load_fleet(FleetTree({path: text.encode() for path, text in files.items()}), own_charts())
    cluster = fleet.clusters["far"]
    ready, problems = opened(cluster.hubs["prod"], lambda path: yaml.safe_dump(secrets))
    return compile_hub(fleet, cluster, ready), problems


def hub_config(compiled: Compiled) -> Any:
    return compiled.release.values["jupyterhub"]["hub"]["config"]


def test_every_login_provider_is_in_the_table() -> None:
    models = get_args(get_args(Login)[0])
    names = {get_args(model.model_fields["provider"].annotation)[0] for model in models}
    assert names == PROVIDERS.keys() | WITHOUT_SECRETS


@pytest.mark.parametrize("provider", PROVIDERS)
def test_secrets_of_a_login_become_traits_of_its_class(provider: str) -> None:
    login, secrets, section, wanted = PROVIDERS[provider]
    compiled, problems = deployed(f"login: {{provider: {provider}, {login}}}", {"login": secrets})
    assert problems == ()
    assert hub_config(compiled)[section] | wanted == hub_config(compiled)[section]
    assert set(secrets.values()) <= _hidden(compiled)


def _hidden(compiled: Compiled) -> set[str]:
    return {str(value) for path, value in leaves(compiled.release.values) if path in compiled.release.secret_paths}


@pytest.mark.parametrize("provider", [name for name in PROVIDERS if name != "dummy"])
def test_a_deploy_without_what_the_provider_needs_is_refused(provider: str) -> None:
    hub = f"login: {{provider: {provider}, {PROVIDERS[provider][0]}}}"
    assert [(problem.code, str(problem.severity)) for problem in deployed(hub, None)[1]] == [("secret-file-missing", "error")]
    assert [problem.code for problem in deployed(hub, {"login": {}})[1]] == ["secret-missing"]


def raw(authenticator: str) -> str:
    return f"values: {{jupyterhub: {{hub: {{config: {{JupyterHub: {{authenticator_class: {authenticator}}}}}}}}}}}"


@pytest.mark.parametrize(
    ("authenticator", "secrets", "section", "wanted"),
    [
        ("azuread", OAUTH, "AzureAdOAuthenticator", OAUTH),
        ("oauthenticator.globus.GlobusOAuthenticator", OAUTH, "GlobusOAuthenticator", OAUTH),
        ("local-github", OAUTH, "GitHubOAuthenticator", OAUTH),
        ("ldapauthenticator.LDAPAuthenticator", {"bind_password": "b"}, "LDAPAuthenticator", {"lookup_dn_search_password": "b"}),
    ],
)
def test_secrets_of_a_login_in_the_charts_own_words_reach_its_class(
    authenticator: str, secrets: dict[str, str], section: str, wanted: dict[str, str]
) -> None:
    compiled, problems = deployed(raw(authenticator), {"login": secrets})
    assert (*problems, *compiled.problems) == ()
    assert hub_config(compiled)["JupyterHub"]["authenticator_class"] == authenticator
    assert hub_config(compiled)[section] == wanted
    assert set(secrets.values()) <= _hidden(compiled)


def test_a_secret_that_no_known_class_reads_is_told() -> None:
    compiled, _ = deployed(raw("mine.OwnAuthenticator"), {"login": OAUTH})
    assert [(problem.code, problem.place.file) for problem in compiled.problems] == [("secret-idle", SECRET_FILE)] * 2
    assert not any(secret in str(hub_config(compiled)) for secret in OAUTH.values())


HUB = "login: {provider: github, allow: everyone}\nhub: {database: {url: 'postgresql://hub@db.example.org/hub'}}"


def test_registry_database_and_the_charts_own_words() -> None:
    secrets = {
        "login": OAUTH,
        "registry_login": {"server": "docker.io", "username": "robot", "password": "p1"},
        "database_password": "p2",
        "values": {"jupyterhub": {"hub": {"extraEnv": {"COLOUR": "blue"}, "services": {"bot": {"apiToken": "t" * 8}}}}},
    }
    compiled, _ = deployed(HUB, secrets)
    upstream = compiled.release.values["jupyterhub"]
    assert upstream["imagePullSecret"] == {
        "create": True,
        "registry": "https://index.docker.io/v1/",
        "username": "robot",
        "password": "p1",
    }
    assert upstream["hub"]["db"]["password"] == "p2"
    assert upstream["hub"]["extraEnv"]["COLOUR"] == "blue"
    assert {"robot", "p1", "p2", "blue", "t" * 8, *OAUTH.values()} <= _hidden(compiled)


def test_values_of_the_secret_file_win_over_those_of_the_hub() -> None:
    said = "\nvalues: {jupyterhub: {hub: {config: {GitHubOAuthenticator: {client_id: mine}}, extraEnv: {COLOUR: red}}}}"
    secrets = {"login": OAUTH, "values": {"jupyterhub": {"hub": {"extraEnv": {"COLOUR": "blue"}}}}}
    compiled, _ = deployed(HUB + said, secrets)
    assert hub_config(compiled)["GitHubOAuthenticator"]["client_id"] == "mine"
    assert compiled.release.values["jupyterhub"]["hub"]["extraEnv"]["COLOUR"] == "blue"
    origin = compiled.release.origins["jupyterhub", "hub", "extraEnv", "COLOUR"]
    assert origin.place
    assert (origin.place.file, origin.place.excerpt) == (SECRET_FILE, ())


@pytest.mark.parametrize(
    "secrets", [{"login": {"client_id": 123456, "client_secret": "a-secret"}}, {"login": "hunter2"}, {"logn": {}}], ids=str
)
def test_a_secret_file_that_is_wrong_is_told_without_its_values(secrets: Any) -> None:
    _, problems = deployed(HUB, secrets)
    assert [problem.place.file for problem in problems] == [SECRET_FILE]
    assert not any(value in str(problems) for value in ("123456", "a-secret", "hunter2"))


def test_encrypted_values_files_lie_over_what_stands_before_them_in_the_list() -> None:
    fleet = load_fleet(
        FleetTree(
            {
                "config/clusters/older/cluster.yaml": b"name: older\nprovider: gcp\n"
                b"gcp: {project: p, zone: z, cluster: c}\nhubs:\n"
                b"  - {name: prod, display_name: P, domain: p.example.org, helm_chart: basehub,\n"
                b"     helm_chart_values_files: [a.values.yaml, enc-b.secret.values.yaml, c.values.yaml]}\n",
                "config/clusters/older/a.values.yaml": b"jupyterhub: {hub: {extraEnv: {A: a, B: a, C: a}}}\n",
                "config/clusters/older/enc-b.secret.values.yaml": b"ENC",
                "config/clusters/older/c.values.yaml": b"jupyterhub: {hub: {extraEnv: {C: c}}}\n",
            }
        ),
        own_charts(),
    )
    cluster = fleet.clusters["older"]
    ready, problems = opened(cluster.hubs["prod"], lambda path: "jupyterhub: {hub: {extraEnv: {B: b, C: b}}}")
    assert problems == ()
    release = compile_hub(fleet, cluster, ready).release
    assert release.values["jupyterhub"]["hub"]["extraEnv"] == {"A": "a", "B": "b", "C": "c"}
    at = ("jupyterhub", "hub", "extraEnv")
    assert {name for name in "ABC" if (*at, name) in release.secret_paths} == {"B"}


def test_nobody_but_a_deploy_has_secrets() -> None:
    fleet = load_fleet(FleetTree(read_tree(TESTS.parent)), own_charts())
    cluster = fleet.clusters["aurora"]
    assert cluster.hubs["prod"].secret_files
    assert "client_secret" not in str(compile_hub(fleet, cluster, cluster.hubs["prod"]).release.values)
