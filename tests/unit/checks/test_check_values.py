"""Checks of values, where a case of files would say less: defaults of charts, code of the hub, who may log in."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployer.compiling.checks import check_values
from deployer.config.charts import chart_keys
from deployer.config.documents import read_document
from deployer.config.loaded import ChartKeys, LoadedHub, ValuesLayer
from deployer.config.models.hub import HubFile
from deployer.config.sourced import Layer, Layers
from deployer.model.problem import Problem
from deployer.model.release import HubRef, Release
from deployer.model.tree import FleetTree

CHART = {"helm-charts/hub/Chart.yaml": b"name: hub\ndependencies: [{name: jupyterhub}]\n"}


def chart(defaults: str = "") -> ChartKeys:
    return chart_keys(FleetTree({**CHART, "helm-charts/hub/values.yaml": defaults.encode()}))["hub"]


def checked(text: str, *, domain: str = "hub.example.org", defaults: str = "") -> tuple[Problem, ...]:
    """The problems of values below `jupyterhub:`."""
    whole = "jupyterhub:\n" + "".join(f"  {line}\n" for line in text.strip("\n").split("\n"))
    document, problems = read_document("values.yaml", whole.encode())
    assert document is not None
    assert problems == ()
    source = Layers([Layer(document)], keep_nulls=True)
    hub = LoadedHub(
        ref=HubRef("lyra", "prod"),
        spec=HubFile(domain=domain or None),
        source=source,
        layers=(ValuesLayer("values.yaml", source),),
        legacy=True,
    )
    return check_values(hub, Release(ref=hub.ref, chart="hub", values=document.data, domain=domain), chart(defaults))


def codes(text: str, **more: Any) -> list[str]:
    return [problem.code for problem in checked(text, **more)]


def login(cls: str, **settings: Any) -> str:
    config = {"JupyterHub": {"authenticator_class": cls}, **settings}
    return yaml.safe_dump({"hub": {"config": config}})


IDP = {"https://idp.example.org": {"username_derivation": {"username_claim": "email"}}}


@pytest.mark.parametrize(
    "values",
    [
        login("github", GitHubOAuthenticator={"allowed_organizations": ["lab"]}),
        login("github", OAuthenticator={"allow_all": True}),
        login("github", Authenticator={"admin_users": ["alice"]}),
        login("github", Authenticator={"allowed_users": ["alice"]}),
        login("github", Authenticator={"manage_groups": True}, OAuthenticator={"allowed_groups": ["staff"]}),
        login("google", GoogleOAuthenticator={"allowed_google_groups": {"example.org": ["staff"]}}),
        login("google", GoogleOAuthenticator={"admin_google_groups": {"example.org": ["staff"]}}),
        login("cilogon", CILogonOAuthenticator={"allowed_idps": {k: {**v, "allow_all": True} for k, v in IDP.items()}}),
        login(
            "cilogon", CILogonOAuthenticator={"allowed_idps": {k: {**v, "allowed_domains": ["a.org"]} for k, v in IDP.items()}}
        ),
        login("ldap", LDAPAuthenticator={"allowed_groups": ["cn=staff"], "bind_dn_template": "uid={username}"}),
        login("native", Authenticator={"allow_all": True}),
        login("ltiauthenticator.lti13.auth.LTI13Authenticator", Authenticator={"allow_all": True}),
        login("pam", LocalAuthenticator={"allowed_groups": ["staff"]}),
        login("null"),
        login("firstuse", Authenticator={"allow_all": True}),
        login("firstuse", Authenticator={"allowed_users": ["alice"]}),
    ],
)
def test_somebody_may_log_in(values: str) -> None:
    assert codes(values) == []


@pytest.mark.parametrize(
    "values",
    [
        login("github"),
        login("github", GitHubOAuthenticator={"allowed_organizations": []}),
        login("github", OAuthenticator={"allow_all": False}),
        login("github", Authenticator={"allow_existing_users": True}),
        login("google", GoogleOAuthenticator={"hosted_domain": ["example.org"]}),
        login("cilogon", CILogonOAuthenticator={"allowed_idps": IDP}),
        login("native", NativeAuthenticator={"open_signup": True}),
        login("native", NativeAuthenticator={"allowed_failed_logins": 3}),
        login("native", Authenticator={"admin_users": ["alice"]}),
        login("tmp", Authenticator={"allow_all": False}),
    ],
)
def test_nobody_may_log_in(values: str) -> None:
    assert codes(values) == ["login-nobody"]


@pytest.mark.parametrize(
    "values",
    [
        login("github", OAuthenticator={"allowed_groups": ["staff"]}),
        login("generic-oauth", GenericOAuthenticator={"admin_groups": ["staff"]}),
        login("generic-oauth", GenericOAuthenticator={"allow_all": True, "claim_groups_key": "groups"}),
        login("github", Authenticator={"allowed_users": ["a"]}, GitHubOAuthenticator={"auth_state_groups_key": "teams"}),
    ],
)
def test_groups_need_a_source(values: str) -> None:
    assert codes(values) == ["groups-not-managed"]


def test_dummy_login_is_for_this_machine() -> None:
    assert codes(login("dummy")) == ["login-dummy"]
    assert codes(login("jupyterhub.auth.DummyAuthenticator")) == ["login-dummy"]
    assert codes(login("dummy"), domain="") == []


def test_the_default_login_is_dummy() -> None:
    assert codes("singleuser: {defaultUrl: /lab}") == ["login-dummy"]


def test_a_chart_may_say_the_login() -> None:
    defaults = "jupyterhub: {hub: {config: {JupyterHub: {authenticator_class: github}}}}\n"
    gate = "hub: {config: {GitHubOAuthenticator: {allowed_organizations: [lab]}}}"
    assert codes(gate, defaults=defaults) == []
    assert codes("cull: {timeout: 60}", defaults=defaults) == ["login-nobody"]


def test_what_is_wrong_in_a_chart_stands_in_the_chart() -> None:
    defaults = "jupyterhub:\n  singleuser:\n    extraEnv: {WORKERS: 4}\n"
    (problem,) = checked(login("null"), defaults=defaults)
    assert problem.code == "env-not-text"
    assert (str(problem.place), problem.place.column) == ("helm-charts/hub/values.yaml:3", 25)


def test_a_null_takes_a_default_away() -> None:
    defaults = "jupyterhub:\n  singleuser:\n    extraEnv: {WORKERS: 4}\n"
    hub = yaml.safe_load(login("null")) | {"singleuser": {"extraEnv": {"WORKERS": None}}}
    assert codes(yaml.safe_dump(hub), defaults=defaults) == []


@pytest.mark.parametrize("amount", ["512M", "1.5G", 1073741824, "2T"])
def test_memory_as_jupyterhub_reads_it(amount: Any) -> None:
    assert (
        codes(yaml.safe_dump({"singleuser": {"memory": {"limit": amount, "guarantee": amount}}, **yaml.safe_load(login("null"))}))
        == []
    )


@pytest.mark.parametrize("amount", ["512Mi", "2 G", "2GB", "much", "-1G", "1g"])
def test_memory_that_jupyterhub_does_not_read(amount: str) -> None:
    hub = {"singleuser": {"memory": {"limit": amount}}, **yaml.safe_load(login("null"))}
    assert codes(yaml.safe_dump(hub)) == ["memory-invalid"]


@pytest.mark.parametrize("amount", ["10Gi", "500M", 1024, "1e9", "0.5Ti", "100m"])
def test_quantities_of_kubernetes(amount: Any) -> None:
    hub = {"singleuser": {"storage": {"capacity": amount}}, **yaml.safe_load(login("null"))}
    assert codes(yaml.safe_dump(hub)) == []


@pytest.mark.parametrize("amount", ["10 Gi", "10GB", "ten", "Gi", "1K"])
def test_no_quantities_of_kubernetes(amount: str) -> None:
    hub = {"singleuser": {"storage": {"capacity": amount}}, **yaml.safe_load(login("null"))}
    assert codes(yaml.safe_dump(hub)) == ["quantity-invalid"]


def test_a_service_that_the_hubs_own_python_adds_may_have_a_role() -> None:
    roles = {"loadRoles": {"reader": {"scopes": ["list:users"], "services": ["announcer"]}}}
    hub = yaml.safe_load(login("null"))
    assert codes(yaml.safe_dump({"hub": {**hub["hub"], **roles}})) == ["role-service"]
    code = {"extraConfig": {"a": 'c.JupyterHub.services.append({"name": "announcer"})'}}
    assert codes(yaml.safe_dump({"hub": {**hub["hub"], **roles, **code}})) == []


def test_custom_scopes_are_scopes() -> None:
    hub = yaml.safe_load(
        login("null", JupyterHub={"authenticator_class": "null", "custom_scopes": {"custom:lyra": {"description": "a"}}})
    )
    hub["hub"]["loadRoles"] = {"reader": {"scopes": ["custom:lyra", "custom:vega"]}}
    assert codes(yaml.safe_dump(hub)) == ["scope-unknown"]


def test_ldap_finds_people_by_a_template_or_by_looking_them_up() -> None:
    everybody = {"Authenticator": {"allow_all": True}}
    assert codes(login("ldap", **everybody, LDAPAuthenticator={"bind_dn_template": []})) == ["ldap-no-entry"]
    assert codes(login("ldap", **everybody, LDAPAuthenticator={"lookup_dn": True})) == []
