"""The reference page of typed keys and the values that they set, and the words of it that no code knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from docs.typed_values import EXAMPLES, MODELS, examples, found, shortened, typed_keys

from deployer.compiling.hub import compile_hub
from deployer.compiling.layers import leaves
from deployer.compiling.login_providers import PROVIDERS
from deployer.config.paths import hub_file
from deployer.model.release import HubRef
from deployer.reporting.explain import ExplainedLeaf, Explanation, to_text

TITLES: Mapping[str, str] = {
    "hub": "The hub's file",
    "secret": "The hub's secret file",
    "cluster": "`cluster.yaml`",
    "fleet": "`fleet.yaml`",
}
NOTES: Mapping[str, Mapping[str, str]] = {
    "hub": {
        "buckets": "Servers run as the hub's own account, which the cloud knows.",
        "content": "Three arguments a repository, of a script of the deployer.",
        "domain": "Not on this machine, where hubs have ports.",
        "environments": "One profile holds all environments that run on the same machines.",
        "environments[].machines": "Environments that run on fewer machines than others are a profile of their own.",
        "extras.dask_gateway": "In `env` the hub's own variables win over these.",
        "files[].path": "NAME is made of the path. One of the deployer's own files gives way to yours of the same path.",
        "home.kind": "The cluster's when empty: `storage.homes.kind`, else what fits its `provider`.",
        "home.size": "`capacity` with `kind: disk`, of each home; else of all homes together.",
        "hub.database.size": "Without `url`: the hub's own SQLite database.",
        "hub.python": "NAME is the file's. They run in the order of the list, after the deployer's own.",
        "idle.kernels_after": "The time of `idle.stop_after` when empty.",
        "idle.terminals_after": "The time of `idle.kernels_after` when empty.",
        "login.admins": "`allowed_users` where people log in by a form: JupyterHub does not let administrators in by itself.",
        "login.allow": "`everyone` sets `allow_all`. Whoever is taken out of the file is out: `allow_existing_users` is `false`.",
        "login.allow.hosted_domains": "`allow_all` where neither `users` nor `groups` are named.",
        "login.blocked": "The health check's own user is always there, too.",
        "login.options": "Any trait of the class, by its own name.",
        "login.provider": "Without `login` the class is `null`, and nobody gets in. `users` with `tmp`.",
        "machines": "The list of machines; one machine in one size stands in the profile itself.",
        "machines[].pool": "`node_selector` has the pool's `labels` instead, where `cluster.yaml` says some.",
        "roles.NAME.scopes": "In the role `user` the services of `extras` are added.",
        "shared_folders[].name": "`adminFolders` with `writable_by: admins`: a snippet makes them writable for administrators.",
    },
    "secret": {
        "login.password": "The shared password, or that of `dummy`.",
    },
    "cluster": {
        "node_pools.NAME.machine": "By a table of the clouds' machines; `memory`, `cpu` and `gpu` of the pool win.",
        "provider": "Where neither `home.kind` nor `storage.homes.kind` says what homes are.",
        "storage.homes.kind": "Where the hub has no `home.kind`.",
        "storage.homes.path": "Where the hub has no `home.path`.",
        "storage.homes.server": "Where the hub has no `home.server`.",
        "storage.homes.size": "Where the hub has no `home.size`.",
    },
    "fleet": {},
}
"""What a person should know of a key besides what it sets."""
SETS_NOTHING: Mapping[str, Mapping[str, str]] = {
    "hub": {
        "name": "Must equal the file's name.",
        "stage": "Says when the hub is deployed.",
        "extends": "The keys of those files set what they would set here.",
        "metadata": "Free: nothing reads it.",
        "community.representatives": "Who may change the file; `policy.yaml` says what of it.",
        "environments[].any_image": "Makes the entry the `unlisted_choice` of its list; its other keys have rows above.",
        "chart": "Which chart the values are for.",
        "values": "Is values already, and wins over all others.",
    },
    "secret": {
        "builder_login.server": "The server is `registry` of `extras.image_builder` or `extras.binder`.",
        "values": "Is values already, and wins over all others.",
    },
    "cluster": {
        "name": "Must equal the folder's name.",
        "provider_url": "For people.",
        "account": "For people.",
        "tenancy": "For people.",
        "metadata": "Free: nothing reads it.",
        "aws": "How the cluster is reached and made.",
        "gcp": "How the cluster is reached and made.",
        "azure": "How the cluster is reached and made.",
        "kubeconfig": "How the cluster is reached.",
        "local": "The first hub's port, which a local hub gets without values.",
        "kubernetes": "Infrastructure.",
        "node_pools.NAME.purpose": "Which pods run there; `labels` and `taints` have rows above.",
        "node_pools.NAME.min": "Infrastructure.",
        "node_pools.NAME.max": "Infrastructure.",
        "node_pools.NAME.zones": "Infrastructure.",
        "node_pools.NAME.spot": "Infrastructure.",
        "storage.homes.backups": "Infrastructure.",
        "storage.buckets": "Infrastructure; `buckets` of the hub says who reaches them.",
        "dns": "Infrastructure.",
        "support": "Values of the support stack. The class of its Traefik is `ingressClassName` of each hub with a `domain`.",
        "hubs": "Hubs in the older format bring their values themselves.",
    },
    "fleet": {
        "deployer": "Which deployer may touch the fleet.",
        "contact": "Certificates and alerts, so the support stack's.",
        "tools": "Infrastructure.",
        "state": "Infrastructure.",
        "chart_mirrors": "Where charts come from.",
        "alerts": "The support stack's.",
        "rings": "Says when hubs are deployed.",
        "defaults": "Its keys set what they would set in the file of their kind.",
    },
}
"""Keys that set no value by nature, and what they are for: with all keys below them."""
_WINNER = (HubRef("my-cloud", "native"), "interface", ("jupyterhub", "singleuser", "defaultUrl"))
"""An example hub that says the same by a typed key and in the chart's own words."""
_INTRO = """# From typed keys to values

Each table has the keys of one file, and the Helm values that they set, in the charts' own words. Below `jupyterhub` these are
the values of zero-to-jupyterhub, below `dask-gateway`, `binderhub-service` and `jupyterhub-home-nfs` those of these charts; the
others are our own chart's. [How a hub file becomes a hub](../../explanation/compiling.md) says what happens on the way, and
[the reference of the hub's file](hub.md) what each key means.

The page is made from the compiler: example hubs that together use every key are compiled, and each value says which key set it.
So a value stands beside the key that decides it, also where other keys have a say.

| Written here | Means |
|---|---|
| `[]` | any entry of a list |
| `NAME` | what people call something themselves; in values it is made of that name |
| `CLASS` | the class of the [login provider](#classes-of-login-providers) |
| `PATH.*` | everything that hubs have below that path |
"""
_WINS = """## What wins

`values:` of the hub's file wins over everything that was compiled, and `values:` of its secret file over that.
`deployer explain CLUSTER HUB KEY` shows both, whether KEY is the typed key or the path in the values: the value that runs with
the line that set it, and then what that overrode.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One typed key: the values that it sets, as the page has them."""

    key: str
    values: Sequence[str]
    providers: Sequence[str]
    note: str


@cache
def rows(file: str) -> tuple[Row, ...]:
    """The keys of a kind of file that set something, those of the same first key together, in the order of the model."""
    order = {(info.alias or name): place for place, (name, info) in enumerate(MODELS[file].model_fields.items())}
    return tuple(
        Row(key, shortened(paths, found().everything), sorted(typed_keys(file)[key]), NOTES[file].get(key, ""))
        for key, paths in sorted(found().of(file).items(), key=lambda entry: (order[_first(entry[0])], entry[0]))
    )


def untold(file: str) -> list[str]:
    """Keys with no row and no reason why not; of a key with others below it, those speak."""
    told = {row.key for row in rows(file)}
    keys = typed_keys(file)
    return [key for key in keys if key not in told and not reason(file, key) and not any(_is_below(other, key) for other in keys)]


def reason(file: str, key: str) -> str:
    """Why the key sets nothing; empty where it should."""
    return next((why for above, why in SETS_NOTHING[file].items() if key == above or _is_below(key, above)), "")


def _is_below(key: str, above: str) -> bool:
    return key.startswith((f"{above}.", f"{above}[]"))


def _first(key: str) -> str:
    return key.partition(".")[0].removesuffix("[]")


def values_page() -> str:
    """The whole page."""
    sections = [_INTRO, _WINS, _winner()]
    for file, title in TITLES.items():
        sections += [f"## {title}\n", _table(rows(file)), "These set nothing in a hub's values:\n", _reasons(file)]
    return "\n".join([*sections, *_classes(), *_own(), *_files()])


def _table(told: Sequence[Row]) -> str:
    cells = ((f"`{row.key}`", _listed(row.values), _known(row)) for row in told)
    return f":::{{table}}\n:class: values\n\n{_lines(('key', 'sets', 'to know'), cells)}:::\n"


def _known(row: Row) -> str:
    few = row.providers if len(row.providers) < len(PROVIDERS) else ()
    return " ".join(filter(None, [f"Login by {', '.join(few)}." if few else "", row.note]))


def _reasons(file: str) -> str:
    return _lines(("key", "because"), ((f"`{key}`", why) for key, why in SETS_NOTHING[file].items()))


def _winner() -> str:
    """What `deployer explain` says of it."""
    ref, key, path = _WINNER
    cluster = examples().clusters[ref.cluster]
    release = compile_hub(examples(), cluster, cluster.hubs[ref.hub]).release
    leaf = ExplainedLeaf(path=path, value=dict(leaves(release.values))[path], origin=release.origins[path])
    told = to_text(Explanation(ref=ref, chart=release.chart, key=key, leaves=(leaf,)))
    return f"```console\n$ deployer explain {ref.cluster} {ref.hub} {key}\n{told}```\n"


def _classes() -> Iterator[str]:
    yield "## Classes of login providers\n"
    yield _lines(("`login.provider`", "`CLASS`"), ((f"`{name}`", f"`{one.section}`") for name, one in PROVIDERS.items()))


def _own() -> Iterator[str]:
    """What the deployer sets, whatever the files say."""
    yield "## Set by the deployer itself\n"
    yield "For these `deployer explain` names no line; some have other entries that a key sets.\n"
    yield "\n".join(f"- `{path}`" for path in shortened(found().by_nobody, found().everything)) + "\n"


def _files() -> Iterator[str]:
    """The examples, to look at."""
    yield "## The example hubs\n"
    yield "Every key once, in complete files:\n"
    for ref in (hub.ref for cluster in examples().clusters.values() for hub in cluster.hubs.values()):
        path = hub_file(ref.cluster, ref.hub)
        yield f"- {{download}}`{path} <../{EXAMPLES.name}/{path}>`"
    yield ""


def _lines(head: Sequence[str], cells: Iterator[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *cells)) + "\n"


def _listed(paths: Sequence[str]) -> str:
    return "<br>".join(f"`{path}`" for path in paths)
