"""Where a hub's login page must lead, from its values."""

from typing import Any

import pytest

from deployer.compiling.expected_login import expected_login
from deployer.model.health import ExpectedLogin
from deployer.model.release import HubRef, Release


def release(config: dict[str, Any], at: tuple[str, ...] = ("jupyterhub",)) -> Release:
    values: dict[str, Any] = {"hub": {"config": config}}
    for step in reversed(at):
        values = {step: values}
    return Release(ref=HubRef("far", "prod"), chart="basehub", values=values, hub_at=at)


@pytest.mark.parametrize(
    ("authenticator", "section", "traits", "expected"),
    [
        ("github", "GitHubOAuthenticator", {"client_id": "42"}, ("github.com", "42", "")),
        ("github", "GitHubOAuthenticator", {"github_url": "https://git.example.org"}, ("git.example.org", "", "")),
        ("oauthenticator.google.GoogleOAuthenticator", "GoogleOAuthenticator", {}, ("accounts.google.com", "", "")),
        ("cilogon", "OAuthenticator", {"client_id": "cilogon:/42"}, ("cilogon.org", "cilogon:/42", "")),
        ("auth0", "Auth0OAuthenticator", {"auth0_domain": "team.eu.auth0.com"}, ("team.eu.auth0.com", "", "")),
        ("generic-oauth", "GenericOAuthenticator", {"authorize_url": "https://id.example.org/auth"}, ("id.example.org", "", "")),
        ("azuread", "AzureAdOAuthenticator", {"client_id": "42"}, ("login.microsoftonline.com", "42", "")),
        ("azuread", "AzureAdOAuthenticator", {"graph_url": "https://login.example.us"}, ("login.example.us", "", "")),
        ("globus", "GlobusOAuthenticator", {}, ("auth.globus.org", "", "")),
        ("gitlab", "GitLabOAuthenticator", {}, ("gitlab.com", "", "")),
        ("gitlab", "GitLabOAuthenticator", {"gitlab_url": "https://git.example.org"}, ("git.example.org", "", "")),
        ("bitbucket", "BitbucketOAuthenticator", {}, ("bitbucket.org", "", "")),
        ("openshift", "OpenShiftOAuthenticator", {"client_id": "42"}, ("", "42", "")),
        (
            "openshift",
            "OpenShiftOAuthenticator",
            {"openshift_auth_api_url": "https://oauth.example.org"},
            ("oauth.example.org", "", ""),
        ),
        (
            "github",
            "GitHubOAuthenticator",
            {"oauth_callback_url": "https://hub.example.org/hub/oauth_callback"},
            ("github.com", "", "https://hub.example.org/hub/oauth_callback"),
        ),
    ],
)
def test_a_provider_its_host_our_client_and_callback(
    authenticator: str, section: str, traits: dict[str, str], expected: tuple[str, str, str]
) -> None:
    config = {"JupyterHub": {"authenticator_class": authenticator}, section: traits}
    assert expected_login(release(config)) == ExpectedLogin(*expected)


@pytest.mark.parametrize("authenticator", ["dummy", "native", "tmp", "shared-password", "mediawiki", "mine.OwnAuthenticator", ""])
def test_a_login_that_is_no_known_provider_is_not_expected(authenticator: str) -> None:
    assert expected_login(release({"JupyterHub": {"authenticator_class": authenticator}})) is None


def test_wherever_the_chart_has_its_hub() -> None:
    config = {"JupyterHub": {"authenticator_class": "github"}}
    assert expected_login(release(config, at=()))
    assert expected_login(release(config, at=("basehub", "jupyterhub")))
