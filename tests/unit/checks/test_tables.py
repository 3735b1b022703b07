"""The generated tables say what the checks rest on."""

from __future__ import annotations

from deployer.compiling.checks.tables import hub_keys, table


def test_login_providers_have_their_short_names() -> None:
    names = {"github", "cilogon", "google", "auth0", "generic-oauth", "ldap", "native", "shared-password", "tmp", "dummy", "null"}
    assert names <= set(table().authenticators)


def test_a_class_is_found_by_short_name_and_by_path() -> None:
    for said in ("github", "oauthenticator.github.GitHubOAuthenticator", "oauthenticator.GitHubOAuthenticator"):
        found = table().authenticator(said)
        assert found is not None
        assert found.name == "GitHubOAuthenticator"
    assert table().authenticator("ltiauthenticator.lti13.auth.LTI13Authenticator") is not None


def test_traits_are_inherited() -> None:
    found = table().find("GitHubOAuthenticator")
    assert found is not None
    assert found.parents[:2] == ("OAuthenticator", "Authenticator")
    assert found.traits["allowed_organizations"].allows
    assert found.traits["admin_users"].takes == {"list"}
    assert found.traits["client_id"].takes == {"string"}
    assert not found.everybody_by_default


def test_what_a_trait_takes_was_tried() -> None:
    spawner = table().find("KubeSpawner")
    assert spawner is not None
    assert spawner.traits["mem_limit"].takes >= {"string", "integer", "number", "null"}
    assert spawner.traits["cpu_limit"].takes >= {"number", "null"}
    assert "string" not in spawner.traits["cpu_limit"].takes
    assert spawner.traits["cmd"].takes == {"string", "list", "null"}
    assert spawner.traits["modify_pod_hook"].takes == {"null"}
    assert spawner.traits["profile_list"].items == {"mapping"}


def test_scopes_and_keys_of_services_are_there() -> None:
    assert {"list:users", "read:users:activity", ["servers", "user"][0], "self"} <= table().scopes
    assert {"url", "oauth_redirect_uri", "display", "api_token"} <= table().service_keys


def test_keys_of_the_hub_chart_are_closed_where_its_schema_closes_them() -> None:
    keys = hub_keys()
    assert keys.closed
    assert {"hub", "singleuser", "proxy", "cull", "scheduling", "prePuller", "ingress"} <= set(keys.children)
    assert keys.children["singleuser"].children["memory"].children.keys() == {"limit", "guarantee"}
    assert not keys.children["custom"].closed
    assert not keys.children["hub"].children["config"].closed
