"""How much of a real fleet's hubs a typed hub file can say without `values`.

    scripts/measure_typed_share.py CLONE [--hubs]

CLONE is a fleet in 2i2c's format. Every path of the values that its hubs set is looked up in the table below: the typed key that
says it, or who else decides it. Left out are secret files, what charts compute, and what repeats the default of the hub's chart.
The table is a judgement made by reading values, not a translation that was run: a hub counts as sayable when each of its paths
has a row. tests/unit/compiling/test_typed_share.py holds each row to what the deployer makes of the key that it names.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from deployer.compiling.layers import layer_data
from deployer.config.loaded import ChartKeys, LoadedHub
from deployer.config.loading import load_fleet
from deployer.model.release import merged
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.resources import carried_fleet

DEPLOYER = "(the deployer decides)"
PYTHON = "hub.python, as c.CLASS.TRAIT = ..."
"""Any trait of the hub can be set there, so this says least of all rows; the summary counts without it, too."""
CLUSTER = "(cluster.yaml, or an output of its infrastructure)"

_SPAWNED = r"(?:profileList\.\[\](?:\.profile_options\.\w+\.(?:choices\.[^.]+|unlisted_choice))?\.kubespawner_override)"
_CLASS = r"(?:Authenticator|OAuthenticator|\w+OAuthenticator|TmpAuthenticator)"

_IDPS = r"hub\.config\.CILogonOAuthenticator\.idps\..*"
_TEMPLATE = r"hub\.templateVars\.deployer"


class Row(NamedTuple):
    """Who says the paths of a pattern. `ours`: what the deployer makes of that key, where this is not the same paths. Paths below
    `jupyterhub` are without it, others begin with `/`."""

    pattern: str
    says: str
    ours: str = ""


_TABLE: tuple[tuple[str, ...], ...] = (
    # who operates it, landing page
    (r"custom\.2i2c\.add_staff_user_ids.*", "fleet.yaml: staff", r"hub\.config\.\w+\.admin_users\.\[\]"),
    (r"custom\.homepage\.templateVars\.operated_by\..*", "fleet.yaml: operated_by", rf"{_TEMPLATE}\.operated_by\.\w+"),
    (r"custom\.homepage\.templateVars\.designed_by\..*", DEPLOYER),
    (r"custom\.homepage\.templateVars\.org\.(name|url|logo_url)", "community", rf"{_TEMPLATE}\.(name|url|logo)"),
    (r"custom\.homepage\.templateVars\.funded_by\.(name|url)", "community.funded_by", rf"{_TEMPLATE}\.funded_by\.name"),
    (r"custom\.homepage\.templateVars\.announcements\.\[\]", "community.announcements", rf"{_TEMPLATE}\.announcements\.\[\]"),
    (r"custom\.homepage\.templateVars\.learn_more", "community.links", rf"{_TEMPLATE}\.links\.\[\]\.url"),
    (r"custom\.homepage\.templateVars\.default_url", "interface", r"singleuser\.defaultUrl"),
    (r"custom\.homepage\.templateVars\.enabled", DEPLOYER),
    (r"custom\.homepage\.(gitRepoBranch|gitRepoUrl)", DEPLOYER),
    (r"ingress\..*", "domain"),
    # login
    (r"hub\.config\.JupyterHub\.authenticator_class", "login.provider"),
    (rf"hub\.config\.{_CLASS}\.admin_users(\.\[\])?", "login.admins"),
    (
        rf"hub\.config\.{_CLASS}\.(allowed_users|allow_all|allowed_organizations|allowed_groups|hosted_domain)(\.\[\])?",
        "login.allow",
    ),
    (rf"hub\.config\.{_CLASS}\.(allowed_hosted_domains|allowed_google_groups.*)(\.\[\])?", "login.allow"),
    (rf"hub\.config\.{_CLASS}\.allow_existing_users", DEPLOYER),
    (rf"hub\.config\.{_CLASS}\.blocked_users\.\[\]", "login.blocked"),
    (rf"hub\.config\.{_CLASS}\.auto_login", "login.auto_login"),
    (rf"hub\.config\.{_CLASS}\.scope\.\[\]", "login.scopes"),
    (rf"hub\.config\.{_CLASS}\.(enable_auth_state)", "login.auth_state"),
    (rf"hub\.config\.{_CLASS}\.auth_refresh_age", "login.refresh_after"),
    (rf"hub\.config\.{_CLASS}\.logout_redirect_url", "login.logout_url"),
    (rf"hub\.config\.{_CLASS}\.(manage_groups|auth_state_groups_key|claim_groups_key)", "login.groups_claim"),
    (rf"hub\.config\.{_CLASS}\.populate_teams_in_auth_state", "login.populate_teams"),
    (rf"hub\.config\.{_CLASS}\.(authorize_url|token_url|userdata_url|username_claim|login_service)", "login"),
    (rf"hub\.config\.{_CLASS}\.(strip_domain|oauth_callback_url)", DEPLOYER),
    (rf"hub\.config\.{_CLASS}\.admin_groups\.\[\]", "login.admin_groups"),
    (r"hub\.config\.CILogonOAuthenticator\.allowed_idps\..*\.(username_claim|action|domain|prefix)", "login.allow.idps", _IDPS),
    (
        r"hub\.config\.CILogonOAuthenticator\.allowed_idps\..*\.(allow_all|allowed_domains(_claim)?(\.\[\])?)",
        "login.allow.idps",
        _IDPS,
    ),
    (r"hub\.config\.CILogonOAuthenticator\.allowed_idps\..*\.default", "login.shown_idps", _IDPS),
    (r"hub\.config\.CILogonOAuthenticator\.shown_idps\.\[\]", "login.shown_idps", _IDPS),
    # what may be started
    (r"singleuser\.image\.(name|tag|pullPolicy)", "environments", rf"singleuser\.{_SPAWNED}\.image"),
    (r"singleuser\.defaultUrl", "interface"),
    (r"singleuser\.(memory|cpu)\.(limit|guarantee)", "machines", rf"singleuser\.{_SPAWNED}\.(mem|cpu)_(limit|guarantee)"),
    (r"singleuser\.(nodeSelector|extraTolerations|extraNodeAffinity)\..*", "machines, with node_pools of cluster.yaml"),
    (r"singleuser\.profileList", "environments", rf"singleuser\.{_SPAWNED}\.image"),
    (r"singleuser\.profileList\.\[\]\.(display_name|description|slug|default|allowed_groups\.\[\])", "environments, machines"),
    (r"singleuser\.profileList\.\[\]\.profile_options(\.\w+(\.(display_name|choices))?)?", "environments, machines"),
    (
        r"singleuser\.profileList\.\[\]\.profile_options\.\w+\.choices\.[^.]+"
        r"(\.(display_name|description|slug|default|allowed_groups\.\[\]|kubespawner_override))?",
        "environments, machines",
    ),
    (
        r"singleuser\.profileList\.\[\]\.profile_options\.\w+\.unlisted_choice\.(?!kubespawner_override).*",
        "environments, with any_image",
    ),
    (r"singleuser\.profileList\.\[\]\.profile_options\.\w+\.dynamic_image_building\.enabled", "extras.image_builder"),
    (rf"singleuser\.{_SPAWNED}\.(image|default_url)", "environments"),
    (rf"singleuser\.{_SPAWNED}\.image_pull_policy", DEPLOYER),
    (rf"singleuser\.{_SPAWNED}\.(mem|cpu)_(limit|guarantee)", "machines"),
    (
        rf"singleuser\.{_SPAWNED}\.(node_selector|tolerations|extra_resource_(limits|guarantees))\..*",
        "machines, with node_pools of cluster.yaml",
    ),
    (rf"singleuser\.{_SPAWNED}\.environment\..*", "environments.env"),
    (rf"singleuser\.{_SPAWNED}\.default", "environments.default", r"singleuser\.profileList\..*\.default"),
    (r"singleuser\.profileList\.\[\]\.kubespawner_override", "environments", rf"singleuser\.{_SPAWNED}\.image"),
    (rf"singleuser\.{_SPAWNED}\.working_dir", "environments.working_dir"),
    (rf"singleuser\.{_SPAWNED}\.init_containers(\.\[\]\..*)?", "<content>", r"singleuser\.lifecycleHooks\.postStart\..*"),
    # servers
    (r"singleuser\.extraEnv\.(SCRATCH_BUCKET|PERSISTENT_BUCKET|PANGEO_SCRATCH)", "env, with buckets"),
    (r"singleuser\.extraEnv\.[A-Za-z_0-9]+", "env"),
    (r"singleuser\.extraFiles\..*\.(mountPath|stringData|mode|data(\..*)?)", "files"),
    (r"singleuser\.(cloudMetadata\.blockWithIptables|networkPolicy\.egressAllowRules\.cloudMetadataServer)", "network"),
    (r"singleuser\.lifecycleHooks\.postStart\..*", "content"),
    (r"cull\.(enabled|timeout|maxAge|every|users)", "idle"),
    # homes
    (r"/nfs\.(enabled|pv\..*|shareCreator\..*|dirsizeReporter\..*|volumeReporter\..*)", "home", r"/homes\.kind"),
    (r"/jupyterhub-home-nfs\.quotaEnforcer\.config\.QuotaManager\.hard_quota", "home.quota"),
    (r"/jupyterhub-home-nfs\.(eks|gke|azure|openstack)\..*", CLUSTER),
    (r"/jupyterhub-home-nfs\.(enabled|fullnameOverride)", "home.kind"),
    (r"/jupyterhub-home-nfs\.nfsServer\.qos\..*", "home.bandwidth"),
    (r"/jupyterhub-home-nfs\.(\w+\.)?(resources\..*|enabled)", DEPLOYER),
    (r"singleuser\.storage\.type", "home.kind"),
    (r"singleuser\.initContainers(\.\[\]\..*)?", "<ownership>", r"hub\.extraConfig\.95-deployer-home-owner"),
    (r"singleuser\.storage\.extraVolumeMounts(\.[^.]*\.(name|mountPath|subPath|readOnly))?", "<shared>"),
    (r"singleuser\.storage\.extraVolumes", DEPLOYER),
    (r"singleuser\.storage\.extraVolumes\.[^.]+\.(name|emptyDir\.sizeLimit)", "<temporary>"),
    (r"scheduling\.userPlaceholder\.(replicas|resources\.requests\.memory)", "spare_room"),
    (r"/jupyterhub-home-nfs\.config\.groupsExporter\..*", DEPLOYER),
    (r"custom\.singleuserAdmin\.extraVolumeMounts(\..*)?", "shared_folders", r"custom\.deployer\.adminFolders\.\[\]"),
    # the hub itself
    (r"hub\.image\.(name|tag)", "hub.image"),
    (r"hub\.extraConfig(\..*)?", "hub.python"),
    (r"hub\.db\.pvc\.storage", "hub.database.size"),
    (r"hub\.db\.pvc\.storageClassName", CLUSTER),
    (r"hub\.(allowNamedServers|namedServerLimitPerUser)", "named_servers"),
    (r"hub\.loadRoles\.[^.]+\.(scopes|users|groups|services|description)(\.\[\])?", "roles"),
    (r"hub\.(concurrentSpawnLimit|activeServerLimit)", "hub"),
    (
        r"hub\.config\.JupyterHub\.(concurrent_spawn_limit|active_server_limit)",
        "hub",
        r"hub\.(concurrentSpawnLimit|activeServerLimit)",
    ),
    (r"hub\.resources\..*", "hub.memory, hub.cpu"),
    (r"proxy\.chp\.resources\..*", "hub.proxy_memory, hub.proxy_cpu"),
    (r"hub\.config\.KubeSpawner\.(image_pull_policy)", DEPLOYER),
    (r"hub\.annotations\.cluster-autoscaler.*", DEPLOYER),
    (r"imagePullSecret\..*", "secret file: registry_login"),
    (r"hub\.config\.[A-Z]\w+\..*", PYTHON, r"hub\.extraConfig\..*"),
    (r"(scheduling|prePuller)\.(userScheduler|continuous|hook)\.enabled", DEPLOYER),
    (r"prePuller\.(extraTolerations\..*|extraImages\..*|pullProfileListImages)", DEPLOYER),
    (r"(hub|proxy\.\w+|scheduling\.userScheduler|prePuller\.hook)\.nodeSelector\..*", CLUSTER),
    (r"scheduling\.(userPods|corePods)\.nodeAffinity\..*", CLUSTER),
    # what comes along
    (r"(custom\.daskhubSetup\.enabled|/dask-gateway\.enabled|/dask-gateway\.gateway\.auth\..*)", "extras.dask_gateway"),
    (r"/dask-gateway\.gateway\.backend\.scheduler\.(memory|cores)\..*", "extras.dask_gateway"),
    (r"/dask-gateway\.gateway\.backend\.imagePullSecrets\..*", "extras.dask_gateway, with the secret file: registry_login"),
    (
        r"/binderhub-service\.(enabled|networkPolicy\.enabled|nodeSelector\..*|dockerApi\.nodeSelector\..*)",
        "extras.image_builder",
    ),
    (r"/binderhub-service\.config\.(BinderHub\.image_prefix|DockerRegistry\..*)", "extras.image_builder"),
    (r"/binderhub-service\.config\.KubernetesBuildExecutor\.node_selector\..*", CLUSTER),
    (r"/binderhub-service\.extraEnv\.\[\]\..*", "<builder>"),
    (r"/binderhub-service\.buildPodsRegistryCredentials\..*", "secret file: builder_login"),
    (r"/binderhub-service\.config\.BinderHub\.(auth_enabled|enable_api_only_mode)", "extras.image_builder, extras.binder"),
)
TABLE = tuple(Row(*row) for row in _TABLE)
_ROWS = tuple((re.compile(row.pattern), row.says) for row in TABLE)


_BUILDER_ENV = {"JUPYTERHUB_API_URL", "JUPYTERHUB_API_TOKEN", "JUPYTERHUB_CLIENT_ID", "JUPYTERHUB_BASE_URL"}


def leaves(node: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths of all leaves, with `[]` for a place in a list."""
    if isinstance(node, dict) and node:
        for name, entry in node.items():
            yield from leaves(entry, (*path, str(name)))
    elif isinstance(node, list) and node:
        for entry in node:
            yield from leaves(entry, (*path, "[]"))
    else:
        yield path


def values_of(hub: LoadedHub) -> dict[str, Any]:
    """What the hub's own files set, the chart around a chart taken off."""
    values: dict[str, Any] = {}
    for layer in hub.layers:
        if not layer.file.startswith("helm-charts/"):
            values = merged(values, layer_data(layer))
    inner = values.pop("basehub", {})
    return dict(merged(values, inner))


def defaults_of(chart: ChartKeys | None) -> dict[str, Any]:
    """What the hub's chart says already."""
    defaults = dict(chart.defaults) if chart else {}
    inner = defaults.pop("basehub", {})
    return dict(merged(defaults, inner))


def differing(values: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The values without those that repeat the chart's default."""
    kept: dict[str, Any] = {}
    for name, entry in values.items():
        default = defaults.get(name)
        if isinstance(entry, dict) and entry and isinstance(default, dict):
            if below := differing(entry, default):
                kept[name] = below
        elif name not in defaults or entry != default:
            kept[name] = entry
    return kept


def as_written(path: tuple[str, ...]) -> str:
    """As the table has it."""
    return ".".join(path[1:]) if path[0] == "jupyterhub" else "/" + ".".join(path)


def says(path: tuple[str, ...], values: dict[str, Any]) -> str:
    """The typed key, or who else decides; empty where nothing says it."""
    written = as_written(path)
    found = next((key for pattern, key in _ROWS if pattern.fullmatch(written)), "")
    match found:
        case "<ownership>":
            containers = values["jupyterhub"]["singleuser"].get("initContainers") or []
            return "home.kind" if all(map(_gives_the_home, containers)) else "content" if all(map(_pulls, containers)) else ""
        case "<content>":
            return (
                "content" if all(map(_pulls, _all(values["jupyterhub"]["singleuser"]["profileList"], "init_containers"))) else ""
            )
        case "<builder>":
            names = {entry.get("name") for entry in values["binderhub-service"]["extraEnv"]}
            return "extras.image_builder" if names <= _BUILDER_ENV else ""
        case "<shared>":
            return _mount(path, values)
        case "<temporary>":
            volume = values["jupyterhub"]["singleuser"]["storage"]["extraVolumes"][path[4]]
            return "temporary_folders" if "emptyDir" in volume else ""
        case _:
            return found


def _gives_the_home(container: Any) -> bool:
    """It gives the home to its user, which the hub does itself where the kind of home needs it."""
    return "ownership" in str(container.get("name")) or "chown" in str(container)


def _pulls(container: Any) -> bool:
    """It pulls a git repository into the home, or gives the home to its user."""
    return "gitpuller" in str(container.get("image")) or _gives_the_home(container)


def _all(node: Any, key: str) -> Iterator[Any]:
    """Every entry of the lists called `key`, at any depth."""
    if isinstance(node, dict):
        for name, entry in node.items():
            yield from (entry or []) if name == key else _all(entry, key)
    elif isinstance(node, list):
        for entry in node:
            yield from _all(entry, key)


def _mount(path: tuple[str, ...], values: dict[str, Any]) -> str:
    """Shared folders are folders of the homes' volume; temporary ones have one of their own."""
    storage = values["jupyterhub"]["singleuser"]["storage"]
    if path[-1] == "extraVolumeMounts" or not isinstance(storage["extraVolumeMounts"], dict):
        return "shared_folders" if not storage["extraVolumeMounts"] else ""
    mount = storage["extraVolumeMounts"][path[4]]
    if mount is None or (mount.get("name") == "home" and "_shared" in str(mount.get("subPath"))):
        return "shared_folders"
    volumes = (storage.get("extraVolumes") or {}).values()
    temporary = {volume["name"] for volume in volumes if isinstance(volume, dict) and "sizeLimit" in str(volume.get("emptyDir"))}
    return "temporary_folders" if mount.get("name") in temporary else ""


def main() -> None:
    """Print what is sayable and what is not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("clone", type=Path)
    parser.add_argument("--hubs", action="store_true", help="also each hub that is not sayable, with what it lacks")
    arguments = parser.parse_args()
    fleet = load_fleet(FolderFiles(arguments.clone).read(), FolderFiles(carried_fleet()).read())
    said: Counter[tuple[str, str]] = Counter()
    lacking: dict[str, set[str]] = defaultdict(set)
    without_python: set[str] = set()
    hubs = [hub for cluster in fleet.clusters.values() for hub in cluster.hubs.values()]
    for hub in hubs:
        values = differing(values_of(hub), defaults_of(fleet.chart_of(hub)))
        for path, by in {(path, says(path, values)) for path in leaves(values) if path}:
            said[".".join(path), by] += 1
            if not by:
                lacking[str(hub.ref)].add(".".join(path))
            if by in ("", PYTHON):
                without_python.add(str(hub.ref))
    for (path, by), count in sorted(said.items(), key=lambda entry: (-entry[1], entry[0])):
        print(f"{count:4}  {path:100}  {by or 'NOT SAYABLE'}")
    _summary(hubs, set(lacking), without_python)
    for name, paths in sorted(lacking.items()) if arguments.hubs else ():
        print(f"{name}: {', '.join(sorted(paths))}")


def _summary(hubs: list[LoadedHub], lacking: set[str], without_python: set[str]) -> None:
    clusters = Counter(hub.ref.cluster for hub in hubs)
    largest = clusters.most_common(1)[0][0]
    rest = [hub for hub in hubs if hub.ref.cluster != largest]
    print()
    for title, chosen in (
        (("all hubs", hubs), (f"without the largest cluster, {largest}", rest)) if rest else (("all hubs", hubs),)
    ):
        for how, not_so in (("", lacking), (", and without traits set in hub.python", without_python)):
            good = sum(str(hub.ref) not in not_so for hub in chosen)
            print(f"{title}{how}: {good} of {len(chosen)} sayable without values, {good / len(chosen):.1%}")


if __name__ == "__main__":
    main()
