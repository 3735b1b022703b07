"""Who may log in: one model a login provider, told apart by `provider`.

Fields of `allow` follow the authenticator classes that zero-to-jupyterhub ships (oauthenticator 17.4, nativeauthenticator 1.3,
ldapauthenticator 2.0, ltiauthenticator 1.6).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from deployer.config.models.base import (
    Domain,
    DomainPattern,
    DurationOrNone,
    EntityId,
    FileModel,
    GitHubTeam,
    GitHubUser,
    GitLabGroup,
    GlobusGroup,
    GlobusUser,
    MailAddress,
    MailDomain,
    Name,
    Person,
    Url,
)

Everyone = Literal["everyone"]


class Users(FileModel):
    """People by the names that the login provider gives them."""

    users: list[Person] = Field(default=[], description="User names.")


class GitHubAllow(Users):
    """People of GitHub."""

    users: list[GitHubUser] = Field(default=[], description="User names.")
    organizations: list[GitHubTeam] = Field(default=[], description="Organizations, or teams as `organization:team`.")


class Idp(FileModel):
    """One identity provider of CILogon."""

    username_claim: Name = Field(description="Claim that names the person: email, eppn, oidc, sub ...")
    strip_domain: MailDomain | None = Field(default=None, description="Domain to take off the end of the user name.")
    prefix: str | None = Field(default=None, description="Put before the user name, so that two providers cannot collide.")
    domains: list[DomainPattern] = Field(default=[], description="Only people of these domains.")
    domain_claim: Name | None = Field(default=None, description="Claim that has the domain.")
    everyone: bool = Field(default=False, description="Everybody of this identity provider may log in.")


class CILogonAllow(Users):
    """People of CILogon's identity providers."""

    idps: dict[EntityId, Idp] = Field(default={}, description="Identity providers by their entity id.")


class GoogleAllow(Users):
    """People of Google."""

    users: list[MailAddress] = Field(default=[], description="Mail addresses.")
    hosted_domains: list[Domain] = Field(default=[], description="Google Workspace domains.")
    groups: dict[Domain, list[Name]] = Field(default={}, description="Google groups by domain.")


class GroupAllow(Users):
    """People by the groups that the login provider tells."""

    groups: list[Name] = Field(default=[], description="Groups that the provider tells.")


class GlobusAllow(Users):
    """People of Globus."""

    users: list[GlobusUser] = Field(default=[], description="User names, without what stands behind the @.")
    groups: list[GlobusGroup] = Field(default=[], description="Globus groups, by their ids.")
    identity_provider: MailDomain | None = Field(
        default=None,
        description="Only people whose Globus name is of this domain: all of them, or those of `users` and `groups`.",
    )


class GitLabAllow(Users):
    """People of GitLab."""

    groups: list[GitLabGroup] = Field(default=[], description='Groups by name; subgroups by number, in quotes: "4711".')
    projects: list[Name | int] = Field(
        default=[], description="Projects, by number or as group/project; from the role Developer on."
    )


class BitbucketAllow(Users):
    """People of Bitbucket."""

    workspaces: list[Name] = Field(default=[], description="Workspaces, by the names that Bitbucket shows.")


class LoginBase(FileModel):
    """What every login provider has."""

    admins: list[Person] = Field(default=[], description="Hub administrators, besides the fleet's staff.")
    blocked: list[Person] = Field(default=[], description="People who may never log in.")
    auto_login: bool | None = Field(default=None, description="Go to the provider at once instead of showing a button.")


class OAuthLogin(LoginBase):
    """What providers that speak OAuth 2 have; client id and secret stand in the secret file."""

    scopes: list[Name] = Field(default=[], description="Scopes to ask for besides the usual ones.")
    groups_claim: Name | None = Field(default=None, description="Claim that has the groups; turns on managed groups.")
    auth_state: bool = Field(default=False, description="Keep the provider's tokens (encrypted) for the hub's own code.")
    refresh_after: DurationOrNone | None = Field(default=None, description="Ask the provider again after this time; 0s: never.")
    logout_url: Url | None = Field(default=None, description="Where a logout ends.")


class GitHubLogin(OAuthLogin):
    """By GitHub."""

    provider: Literal["github"] = Field(description="Who says who a person is.")
    admins: list[GitHubUser] = Field(default=[], description="Hub administrators, besides the fleet's staff.")
    blocked: list[GitHubUser] = Field(default=[], description="People who may never log in.")
    allow: GitHubAllow | Everyone | None = Field(default=None, description="Who may log in.")
    populate_teams: bool = Field(default=False, description="GitHub teams become hub groups.")


class CILogonLogin(OAuthLogin):
    """By CILogon: people's own institutions."""

    provider: Literal["cilogon"] = Field(description="Who says who a person is.")
    allow: CILogonAllow | Everyone | None = Field(default=None, description="Who may log in.")
    shown_idps: list[EntityId] = Field(
        default=[], description="Identity providers on CILogon's page; all of `allow.idps` when empty."
    )


class GoogleLogin(OAuthLogin):
    """By Google."""

    provider: Literal["google"] = Field(description="Who says who a person is.")
    admins: list[MailAddress] = Field(default=[], description="Hub administrators by mail address, besides the fleet's staff.")
    blocked: list[MailAddress] = Field(default=[], description="People who may never log in.")
    allow: GoogleAllow | Everyone | None = Field(default=None, description="Who may log in.")


class Auth0Login(OAuthLogin):
    """By Auth0."""

    provider: Literal["auth0"] = Field(description="Who says who a person is.")
    domain: Domain = Field(description="Auth0 domain, such as lab.eu.auth0.com.")
    allow: GroupAllow | Everyone | None = Field(default=None, description="Who may log in.")
    username_claim: Name | None = Field(default=None, description="Claim that names the person.")


class GenericOAuthLogin(OAuthLogin):
    """By any provider of OAuth 2."""

    provider: Literal["generic-oauth"] = Field(description="Who says who a person is.")
    allow: GroupAllow | Everyone | None = Field(default=None, description="Who may log in.")
    name: Name | None = Field(default=None, description="What the login button says.")
    authorize_url: Url = Field(description="The provider's authorize endpoint.")
    token_url: Url = Field(description="The provider's token endpoint.")
    userdata_url: Url = Field(description="The provider's userinfo endpoint.")
    username_claim: Name = Field(description="Claim that names the person.")
    admin_groups: list[Name] = Field(default=[], description="Groups whose people are administrators.")


class AzureAdLogin(OAuthLogin):
    """By Microsoft Entra ID, formerly Azure AD."""

    provider: Literal["azuread"] = Field(description="Who says who a person is.")
    tenant: Name = Field(description="Id of the directory (tenant), or one of its domains.")
    allow: GroupAllow | Everyone | None = Field(default=None, description="Who may log in.")
    username_claim: Name = Field(
        default="upn",
        description="Claim that names the person: upn is the name that they sign in by, oid never changes; "
        "name is for display, and two people may have the same.",
    )
    admin_groups: list[Name] = Field(default=[], description="Groups whose people are administrators.")
    url: Url | None = Field(
        default=None, description="Login server of another of Microsoft's clouds, such as https://login.microsoftonline.us."
    )


class GlobusLogin(OAuthLogin):
    """By Globus. A person's name ends before its @."""

    provider: Literal["globus"] = Field(description="Who says who a person is.")
    admins: list[GlobusUser] = Field(default=[], description="Hub administrators, besides the fleet's staff.")
    blocked: list[GlobusUser] = Field(default=[], description="People who may never log in.")
    allow: GlobusAllow | Everyone | None = Field(default=None, description="Who may log in.")
    admin_groups: list[GlobusGroup] = Field(
        default=[], description="Globus groups whose people are administrators, by their ids."
    )
    populate_groups: bool = Field(default=False, description="Globus groups become hub groups, named by their ids.")
    username_from_email: bool = Field(default=False, description="The mail address names the person, not the Globus name.")


class GitLabLogin(OAuthLogin):
    """By GitLab, or a GitLab server of one's own."""

    provider: Literal["gitlab"] = Field(description="Who says who a person is.")
    allow: GitLabAllow | Everyone | None = Field(default=None, description="Who may log in.")
    url: Url | None = Field(default=None, description="Address of a server of one's own; gitlab.com without it.")


class BitbucketLogin(OAuthLogin):
    """By Bitbucket."""

    provider: Literal["bitbucket"] = Field(description="Who says who a person is.")
    allow: BitbucketAllow | Everyone | None = Field(default=None, description="Who may log in.")


class OpenShiftLogin(OAuthLogin):
    """By an OpenShift cluster."""

    provider: Literal["openshift"] = Field(description="Who says who a person is.")
    allow: GroupAllow | Everyone | None = Field(default=None, description="Who may log in.")
    admin_groups: list[Name] = Field(default=[], description="Groups whose people are administrators.")
    url: Url | None = Field(
        default=None, description="Address of the cluster's API; of the cluster that the hub is on without it."
    )
    login_url: Url | None = Field(default=None, description="Address of its OAuth server; the cluster tells it without this.")


class MediaWikiLogin(OAuthLogin):
    """By Wikimedia, or another wiki of MediaWiki."""

    provider: Literal["mediawiki"] = Field(description="Who says who a person is.")
    allow: Users | Everyone | None = Field(default=None, description="Who may log in.")
    url: Url | None = Field(default=None, description="Address of the wiki's index.php; Wikimedia's without it.")


class LdapLogin(LoginBase):
    """By an LDAP server."""

    provider: Literal["ldap"] = Field(description="Who says who a person is.")
    server: Name = Field(description="Address of the LDAP server.")
    port: int | None = Field(default=None, ge=1, le=65535, description="636 with tls_strategy `on_connect`, else 389.")
    tls_strategy: Literal["on_connect", "before_bind", "insecure"] = Field(
        default="before_bind", description="How the connection is protected."
    )
    bind_dn_templates: list[Name] = Field(
        default=[], description="Where people stand: uid={username},ou=people,dc=example,dc=org"
    )
    bind_user: Name | None = Field(
        default=None, description="Account that looks people up before they log in; `bind_password` in the secret file is its."
    )
    search_base: Name | None = Field(default=None, description="Where it looks: ou=people,dc=example,dc=org")
    user_attribute: Name | None = Field(default=None, description="Attribute that has a person's name, such as uid.")
    allow: GroupAllow | Everyone | None = Field(default=None, description="Who may log in.")
    options: dict[str, Any] = Field(default={}, description="Further traits of LDAPAuthenticator.")


class LtiLogin(LoginBase):
    """From a learning platform by LTI 1.3."""

    provider: Literal["lti13"] = Field(description="Who says who a person is.")
    issuer: Name = Field(description="The platform's issuer.")
    authorize_url: Url = Field(description="The platform's OIDC authorize endpoint.")
    jwks_url: Url = Field(description="The platform's key set.")
    client_ids: list[Name] = Field(min_length=1, description="Client ids that the platform gave.")
    username_key: Name = Field(default="email", description="Claim that names the person.")
    allow: Users | Everyone | None = Field(default=None, description="Who may log in; usually everyone whom the platform sends.")


class NativeLogin(LoginBase):
    """By names and passwords that the hub keeps itself."""

    provider: Literal["native"] = Field(description="Who says who a person is.")
    allow: Users | Everyone | None = Field(default=None, description="Who may log in.")
    open_signup: bool = Field(default=False, description="People who sign up may log in without an administrator's word.")
    minimum_password_length: int | None = Field(default=None, ge=1, description="Characters.")


class SharedPasswordLogin(LoginBase):
    """By one password for all, and one for administrators."""

    provider: Literal["shared-password"] = Field(description="Who says who a person is.")
    allow: Users | Everyone | None = Field(default=None, description="Who may log in; the passwords stand in the secret file.")


class TmpLogin(LoginBase):
    """Without any login: everybody gets a user for a while."""

    provider: Literal["tmp"] = Field(description="Who says who a person is.")
    allow: Everyone | None = Field(default=None, description="Everybody gets a nameless, temporary user: say `everyone`.")


class DummyLogin(LoginBase):
    """By any name; only on this machine."""

    provider: Literal["dummy"] = Field(description="Who says who a person is.")
    allow: Users | Everyone | None = Field(
        default=None, description="Who may log in. Only on this machine: anybody can be anybody."
    )
    password: str | None = Field(default=None, description="One password for all; none means any.")


Login = Annotated[
    GitHubLogin
    | CILogonLogin
    | GoogleLogin
    | Auth0Login
    | GenericOAuthLogin
    | AzureAdLogin
    | GlobusLogin
    | GitLabLogin
    | BitbucketLogin
    | OpenShiftLogin
    | MediaWikiLogin
    | LdapLogin
    | LtiLogin
    | NativeLogin
    | SharedPasswordLogin
    | TmpLogin
    | DummyLogin,
    Field(discriminator="provider"),
]
