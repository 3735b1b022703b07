"""Messages on the compiled values: classes, traits, images, profile lists, roles, snippets."""

from __future__ import annotations

from deployer.config.messages.template import Template
from deployer.model.problem import Severity

_LOGIN: dict[str, Template] = {
    "authenticator-unknown": Template("there is no authenticator `{name}`", "{advice}"),
    "login-dummy": Template(
        "dummy login lets anybody in as anybody, and this hub is not on your own machine", "choose another login provider"
    ),
    "login-nobody": Template("nobody can log in: `{cls}` lets in no one by itself", "say who may: {gates}"),
    "login-everybody": Template(
        "everybody can log in: `{cls}` lets in all where nothing is said",
        "say `allow_all: true` where that is meant, else allowed_users",
    ),
    "login-other-class": Template(
        "`{other}` says who may log in, and has no say: people log in by `{chosen}`",
        "move its settings to `{chosen}`, or choose its class as authenticator_class",
        Severity.WARNING,
    ),
    "groups-not-managed": Template(
        "groups decide who may log in, and nothing says where a person's groups come from: the hub would not start", "{advice}"
    ),
    "ldap-no-entry": Template(
        "nobody can log in: LDAP is not told where people stand",
        "say login.bind_dn_templates, or bind_user and search_base (bind_dn_template, lookup_dn in the chart's own words)",
    ),
    "login-blocked": Template("`{name}` is blocked, and named among those who may enter", "take the name from one of the two"),
    "login-check-name": Template(
        "nobody can log in as `{name}`: it is the name that the health check starts its server under", "take the name away"
    ),
    "cilogon-no-idps": Template(
        "CILogon lets nobody in: no identity provider is named", "say which: login.allow.idps, or `idps` of CILogonOAuthenticator"
    ),
    "cilogon-not-an-idp": Template(
        "`{entity}` is not the entity id of an identity provider", "it is an address, such as https://idp.example.org/shibboleth"
    ),
    "cilogon-idp-key": Template("`{name}` is nothing that an identity provider of CILogon has", "{advice}"),
    "cilogon-idp-missing": Template("`{path}` needs `{name}`", "CILogon does not start without it"),
    "cilogon-idp-action": Template("`{action}` is no action on a user name", "there are strip_idp_domain and prefix"),
    "user-name-impossible": Template(
        "`{name}` cannot be a user's name: the hub would not start", "a name has no `/`, no blanks around it, and more than dots"
    ),
    "groups-made-twice": Template(
        "the login makes the groups of this hub: it would not start with groups of its own",
        "take load_groups away, or what makes the login do so: populate_teams, groups_claim or manage_groups",
    ),
    "scope-not-asked-for": Template(
        "`{scope}` is not among the scopes that are asked for: the hub would not start", "add it to `scope`, too"
    ),
    "userdata-twice": Template(
        "a person's data come from the id token or from userdata_url: the hub does not start with both",
        "take userdata_from_id_token away, or set userdata_url to an empty text",
    ),
    "self-approval-without-key": Template(
        "people cannot approve themselves without a secret_key: the hub would not start",
        "say secret_key, of {shortest} characters or more, in the secret file",
    ),
    "password-short": Template("a password of less than {shortest} characters: the hub would not start", "take a longer one"),
    "cilogon-claim-without-domain": Template(
        "these domains let nobody in: the claim `{claim}` has no domain",
        "say which claim has it: domain_claim: email (allowed_domains_claim in the chart's own words)",
    ),
    "cilogon-name": Template("nobody comes by the name `{name}`: the identity providers here change names", "write {right}"),
    "cilogon-staff-name": Template(
        "`{name}` of the fleet's staff is no administrator here: the identity providers change names",
        "add {right} to login.admins, if nobody else can have this name",
        Severity.WARNING,
    ),
}

_CONFIG: dict[str, Template] = {
    "values-unknown-key": Template("`{name}` is no key of {parent}", "{advice}"),
    "values-not-a-mapping": Template("`{path}` is {found}, a mapping is wanted"),
    "names-changed": Template(
        "`{name}` changes what the chart's objects are called, and neither deploy nor check nor network rules would find them",
        "take it out: each hub has a namespace of its own, so plain names meet no others",
    ),
    "config-section-name": Template(
        "`{section}` is no class: the hub does not start with it", "sections of hub.config begin with a capital letter"
    ),
    "config-class-unknown": Template("there is no class `{name}`, so nothing reads this", "{advice}"),
    "config-trait-unknown": Template("`{cls}` has no setting `{trait}`", "{advice}"),
    "trait-type": Template("{trait} is {found}, {wanted} is wanted", "{advice}"),
    "trait-word": Template("`{value}` is nothing that `{trait}` can be", "{advice}"),
    "trait-wants-code": Template("`{trait}` is {found}, it can only be set in Python", "set it in hub.extraConfig"),
    "extra-config-syntax": Template("`{name}` is not Python: {reason} (line {line} of it)", "the hub would not start"),
    "extra-config-not-text": Template("`{name}` is {found}, Python source is wanted", "write it as a block of text, after `|`"),
}

_DATABASE: dict[str, Template] = {
    "database-no-address": Template(
        "this is no address of a database: JupyterHub would make a file of that name in the hub's pod, and lose it with the pod",
        "write it like postgresql+psycopg2://hub@db.example.org/hub",
    ),
    "database-driver": Template("the hub's image cannot reach a database of `{scheme}://`: the hub would not start", "{advice}"),
    "database-in-the-pod": Template(
        "a database in a file of the hub's pod is lost with the pod",
        "leave the address out, with db.type sqlite-pvc: then the hub keeps its database on a disk",
    ),
    "database-missing": Template(
        "`{kind}` needs the address of its database: the hub would remember people in its pod only", "say it as hub.db.url"
    ),
    "database-unused": Template(
        "this address is not used: the hub keeps its own database, `{kind}`",
        "say hub.db.type too: postgres, mysql or other",
        Severity.WARNING,
    ),
}

_SERVERS: dict[str, Template] = {
    "image-invalid": Template("`{path}`: {reason}"),
    "image-tag-not-text": Template("`{path}` is a number, text is wanted", 'quote the tag: "{tag}"'),
    "image-without-tag": Template(
        "`{image}` has no tag, so what runs changes by itself", "add the tag that was tested", Severity.WARNING
    ),
    "image-tag-in-name": Template(
        "`{image}` has its tag in the name, and the chart puts another behind it", 'write name: {own}, tag: "{tag}"'
    ),
    "image-tag-of-the-chart": Template(
        "`{image}` gets the tag of the chart's own image", "say `tag` beside `name`", Severity.WARNING
    ),
    "image-latest": Template(
        "`{image}` is another image every time it is pushed", "write the tag that was tested", Severity.WARNING
    ),
    "memory-invalid": Template("`{written}` is no amount of memory", "{advice}"),
    "memory-in-bytes": Template("`{written}` of memory is less than a megabyte, and nothing starts with that", "{advice}"),
    "cpu-invalid": Template("`{written}` is no number of CPUs here", "{advice}"),
    "quantity-invalid": Template("`{written}` is no quantity that Kubernetes reads", "write it like 500m, 2, 512Mi or 10Gi"),
    "guarantee-above-limit": Template("{guarantee} is guaranteed, and {limit} is the limit", "the limit must be the larger one"),
    "extra-file": Template("the file `{name}` needs {missing}", "Kubernetes gets it as a Secret, and mounts it there"),
    "extra-file-mode": Template("`{written}` is no file mode", "write it in octal, without quotes: {octal}"),
    "env-not-text": Template("`{name}` is {found}, an environment variable is text", "{advice}"),
    "env-reserved": Template(
        "`{name}` is what the hub tells each server about itself, and another value takes it away: none could start",
        "take it away, or give the variable another name",
    ),
    "env-shape": Template("`{path}` is {found}, names with values are wanted"),
    "braces-open": Template("the braces in `{name}` do not close, and servers would not start", "write {{{{ and }}}} for braces"),
    "env-itself": Template(
        "`${name}` in `{name}` is passed on as it is written: no shell reads it",
        "write the whole value, or set the variable in the image",
        Severity.WARNING,
    ),
    "field-unknown": Template(
        "`{{{field}}}` in `{name}` is nothing that KubeSpawner fills in: servers would not start", "{advice}"
    ),
    "containers-shape": Template("`{path}` is {found}, a list of containers is wanted"),
    "container-incomplete": Template("`{path}` has no {missing}", "every container needs a name and an image"),
    "container-twice": Template("two containers are called `{name}`", "give one another name"),
    "hub-volumes-shape": Template(
        "`{path}` is {found}, the hub's pod takes a list", "write `- name: NAME` in front of each entry"
    ),
    "volume-without-name": Template("`{path}` has no name", "every volume needs one, and mounts say it"),
    "volume-twice": Template("two volumes are called `{name}`", "give one another name"),
    "pod-name": Template(
        "`{name}` cannot be the name of a {what}: Kubernetes takes lower-case letters, digits and hyphens, at most 63",
        "write {like}, there and where it is named",
    ),
    "mount-twice": Template("`{mount}` is mounted already, by {other}", "choose another path for one of the two"),
    "mount-incomplete": Template("`{path}` has no {missing}", "a mount needs the volume's name and a mountPath"),
    "affinity-term": Template("`{name}` is nothing that such a term has: servers would not start", "{advice}"),
    "affinity-incomplete": Template("`{path}` has no {missing}: servers would not start", "add {missing}"),
    "mount-without-volume": Template("there is no volume `{name}` to mount", "there are: {volumes}"),
}

_PROFILES: dict[str, Template] = {
    "profile-shape": Template("{what} is {found}, {wanted} is wanted"),
    "profile-unknown-key": Template("`{name}` is nothing that {what} has", "{advice}"),
    "profile-without-name": Template("{what} without a display_name: the spawn page cannot be shown", "add display_name"),
    "profile-two-defaults": Template("two {what} are the default; `{first}` is too", "keep one"),
    "profile-twice": Template("two profiles have the slug `{slug}`; only the first could be started", "give one another slug"),
    "profile-nothing-to-choose": Template("`{path}` offers nothing", "add choices, or enable unlisted_choice"),
    "profile-regex": Template("this is no regular expression: {reason}", "write it as Python's `re` reads it"),
    "override-unknown": Template("KubeSpawner has no setting `{name}`, so nothing reads this", "{advice}"),
}

_ROLES: dict[str, Template] = {
    "role-name": Template(
        "`{name}` cannot be the name of a role", "lower-case letters, digits and -._~, at least 3, beginning with a letter"
    ),
    "role-admin": Template("the scopes of the role `admin` cannot be changed", "make a role of another name"),
    "role-twice": Template("two roles are called `{name}`: the hub would not start", "{advice}"),
    "custom-scope-name": Template(
        "`{name}` cannot be the name of a scope: the hub would not start",
        "write custom: and a name of at least three small letters, digits and -_:*",
    ),
    "custom-scope-description": Template("the scope `{name}` has no description: the hub would not start", "add description"),
    "service-without-redirect": Template(
        "the hub would not start: nothing says where the login of this service ends",
        "add oauth_redirect_uri, or the service's url",
    ),
    "service-client-id": Template("the client id of a service begins with `service-`: the hub would not start", "write {right}"),
    "role-unknown-key": Template("`{name}` is nothing that a role has", "{advice}"),
    "role-not-a-list": Template("`{name}` of a role is {found}, a list is wanted", "{advice}"),
    "role-service": Template("there is no service `{service}`: the hub would not start", "{advice}"),
    "scope-unknown": Template("there is no scope `{scope}`: the hub would not start", "{advice}"),
    "scope-filter": Template(
        "`!{condition}` is no filter of a scope", "there are !user=, !group=, !service=, !server=, and !user"
    ),
    "service-unknown-key": Template("`{name}` is nothing that a service has: the hub would not start", "{advice}"),
    "service-token-short": Template(
        "the token is shorter than {shortest} characters: the hub would not start", "leave it out, then one is generated"
    ),
    "service-url": Template("`{url}` is no address of a service", "it begins with http:// or https://"),
}

TEMPLATES: dict[str, Template] = _LOGIN | _CONFIG | _DATABASE | _SERVERS | _PROFILES | _ROLES
