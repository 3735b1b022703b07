"""Write a new hub's file for the cluster that it is for: its machines, its homes, a login that works there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from deployer.config.loaded import LoadedCluster, LoadedFleet
from deployer.config.scalars import memory_bytes
from deployer.errors import UsageError
from deployer.model.protocols import Effects
from deployer.workflows.choosing import cluster_names
from deployer.workflows.new import CLUSTERS, YamlEditor, filled, refuse_wrong, scalar
from deployer.workflows.reading import read_fleet
from deployer.workflows.selection import known


@dataclass(frozen=True, slots=True)
class HubWishes:
    """What is known of a new hub; what is empty is chosen."""

    domain: str = ""
    title: str = ""
    stage: str = ""
    organization: str = ""
    admins: tuple[str, ...] = ()
    """Who is to be one, where the fleet's staff are not made administrators by themselves."""


_OPTIONS = {"--domain": "domain", "--display-name": "display_name", "--organization": "organizations"}


def new_hub(effects: Effects, editor: YamlEditor, cluster: str, name: str, wishes: HubWishes) -> tuple[str, ...]:
    """Write `hubs/NAME.yaml`, or an entry in cluster.yaml where the cluster has its hubs there. Returns the paths.

    Raises UnknownNameError, and UsageError where the hub exists or its cluster's file is wrong.
    """
    fleet = read_fleet(effects)
    loaded = fleet.clusters.get(known("cluster", cluster, cluster_names(fleet)))
    if loaded is None:
        raise UsageError(f"the file of cluster `{cluster}` is wrong", hint=f"`deployer validate {cluster}` says where")
    if name in loaded.hubs or any(ref.cluster == cluster and ref.hub == name for ref in fleet.broken):
        raise UsageError(f"cluster `{cluster}` has a hub `{name}` already", hint="choose another name, or edit what is there")
    _fit(fleet, loaded, wishes)
    write = _write_entry if loaded.spec.hubs else _write_file
    return write(effects, editor, loaded, name, _complete(fleet, loaded, name, wishes))


def _fit(fleet: LoadedFleet, cluster: LoadedCluster, wishes: HubWishes) -> None:
    """A hub of this machine has no domain, and everybody logs in there; into any other hub somebody must be able to."""
    if cluster.spec.provider == "local":
        for option, value in (("--domain", wishes.domain), ("--organization", wishes.organization)):
            if value:
                raise UsageError(f"a hub of this machine has no use for {option}", hint=f"leave {option} out")
    elif not (wishes.organization or fleet.fleet.staff.github):
        raise UsageError(
            "nobody could log in to this hub: the fleet has no staff on GitHub",
            hint="name those who may by --organization ORGANIZATION, or yourself at staff.github in config/fleet.yaml",
        )


def _complete(fleet: LoadedFleet, cluster: LoadedCluster, name: str, wishes: HubWishes) -> HubWishes:
    zone = cluster.spec.dns.zone if cluster.spec.dns else f"{cluster.name}.example.org"
    taken = {hub.spec.domain for every in fleet.clusters.values() for hub in every.hubs.values()}
    domain = wishes.domain or f"{name}.{zone}"
    if domain in taken:
        raise UsageError(f"another hub has the domain {domain} already", hint="name another one by --domain")
    title = wishes.title or f"{name.replace('-', ' ').capitalize()} of {cluster.name}"
    stage = wishes.stage or ("staging" if name == "staging" else "production")
    return HubWishes(domain, title, stage, wishes.organization, tuple(fleet.fleet.staff.github))


def _write_file(effects: Effects, editor: YamlEditor, cluster: LoadedCluster, name: str, wishes: HubWishes) -> tuple[str, ...]:
    local = cluster.spec.provider == "local"
    path = f"{CLUSTERS}{cluster.name}/hubs/{name}.yaml"
    text = filled(
        "hub.yaml",
        name=name,
        cluster=cluster.name,
        title=scalar(editor, wishes.title),
        stage=wishes.stage,
        domain="" if local else f"domain: {scalar(editor, wishes.domain)}\n",
        login=_lines(_local_login() if local else _github_login(_items(editor, wishes.organization))),
        machines=_lines(_machines(cluster)),
        home=_home(cluster),
    )
    refuse_wrong(effects, {path: text}, _OPTIONS)
    effects.fleet.write(path, text)
    return (path,)


def _write_entry(effects: Effects, editor: YamlEditor, cluster: LoadedCluster, name: str, wishes: HubWishes) -> tuple[str, ...]:
    folder = f"{CLUSTERS}{cluster.name}"
    file, values = f"{folder}/cluster.yaml", f"{folder}/{name}.values.yaml"
    tree = effects.fleet.read()
    entry = {"name": name, "display_name": wishes.title, "domain": wishes.domain, "helm_chart": "basehub"}
    text = editor.add_item(tree.files[file].decode(), ("hubs",), entry | {"helm_chart_values_files": [f"{name}.values.yaml"]})
    content = filled(
        "entry.values.yaml",
        name=name,
        cluster=cluster.name,
        title=scalar(editor, wishes.title),
        hostname=wishes.domain,
        organizations=_items(editor, wishes.organization),
        admins=_items(editor, *wishes.admins),
    )
    refuse_wrong(effects, {file: text, values: content}, _OPTIONS)
    effects.fleet.write(values, content)
    effects.fleet.replace(file, text)
    return values, file


def _local_login() -> Iterator[str]:
    yield "login:"
    yield "  provider: dummy                     # any name, no password: for this machine only, nobody else reaches it"
    yield "  allow: everyone"
    yield "  admins: [admin]"


def _items(editor: YamlEditor, *texts: str) -> str:
    """Between the brackets of a list; what is empty is left out."""
    return ", ".join(scalar(editor, text) for text in texts if text)


def _github_login(organizations: str) -> Iterator[str]:
    yield "login:                                # who may log in"
    yield "  provider: github                    # cilogon, google, auth0, generic-oauth, ldap, lti13, native ..."
    allow = f"  allow: {{organizations: [{organizations}]}}"
    yield f"{allow:<37} # or teams as organization:team, or users: [NAME]{'' if organizations else '; now staff only'}"
    yield "  # populate_teams: true              # teams become groups, named organization:team"
    yield "  admins: []                          # besides the fleet's staff"


def _machines(cluster: LoadedCluster) -> Iterator[str]:
    """Every pool for notebooks, each with two sizes that fit it."""
    pools = {name: pool for name, pool in cluster.spec.node_pools.items() if pool.purpose == "notebook"}
    if not pools:
        yield "# machines: [{pool: POOL, shares: [1/8, 1/2]}]   # once the cluster has a node pool for notebooks"
        return
    yield "machines:                             # where; `sizes` say memory and CPU as guarantee..limit"
    for index, (name, pool) in enumerate(pools.items()):
        small = pool.memory is not None and memory_bytes(pool.memory) < memory_bytes("8G")
        yield f"  - pool: {name}"
        yield "    sizes:"
        yield f"      - {{name: Small, memory: 256M..1G, cpu: 0.05..1{', default: true' if index == 0 else ''}}}"
        yield f"      - {{name: Large, memory: {'512M..2G, cpu: 0.1..1' if small else '1G..4G, cpu: 0.1..2'}}}"


def _home(cluster: LoadedCluster) -> str:
    """The cluster's own homes where it names some, which then need not be said here."""
    homes = cluster.spec.storage.homes
    if cluster.spec.provider == "local":
        return "home: {kind: folder}\n"
    if homes is None and cluster.spec.provider == "kubeconfig":
        return "home: {kind: disk, size: 10Gi}        # a volume for each person, made by the cluster's storage class\n"
    if homes is None:
        return "home: {kind: home-nfs, size: 100Gi, quota: 10Gi}\n"
    quota = ", quota: 10Gi" if homes.kind == "home-nfs" else ""
    return (
        f"home: {{size: {homes.size}{quota}}}\n"
        if homes.size
        else "home: {}                              # as the cluster says\n"
    )


def _lines(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
