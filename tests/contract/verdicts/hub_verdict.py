"""Runs in the hub's interpreter: would JupyterHub start with these values, and a server after it?

Reads `{"traits": [[PATH, CLASS, TRAIT], ...], "hubs": {NAME: VALUES}}` from stdin, VALUES being zero-to-jupyterhub's; writes what
went wrong with each to stdout, "" where nothing did.
"""

import asyncio
import json
import sys

import kubespawner.spawner
from jupyterhub import orm
from jupyterhub.app import JupyterHub
from jupyterhub.objects import Hub
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.services.service import Service
from kubespawner import KubeSpawner
from sqlalchemy import create_engine
from traitlets.config import Config

# There is no cluster here, and nothing asks one.
kubespawner.spawner.load_config = kubespawner.spawner.shared_client = lambda *args, **options: None

CULLER = "jupyterhub-idle-culler"
SERVERS = {
    "init_containers": "initContainers",
    "extra_containers": "extraContainers",
    "volumes": "storage.extraVolumes",
    "volume_mounts": "storage.extraVolumeMounts",
    "node_affinity_required": "extraNodeAffinity.required",
}
SIZES = {"memory": "mem", "cpu": "cpu"}


class User:
    """As much of JupyterHub's user as KubeSpawner asks for."""

    name, id, admin, url, server, groups, escaped_name = "ada", 1, False, "/user/ada/", "", (), "ada"


def found(values, path):
    for step in path:
        values = values.get(step) if isinstance(values, dict) else None
    return values


def configured(values, traits):
    """The configuration as zero-to-jupyterhub makes it from the values."""
    config = Config()
    for path, owner, trait in traits:
        if found(values, path) is not None:
            config[owner][trait] = found(values, path)
    for section, short in SIZES.items():
        for amount in ("limit", "guarantee"):
            value = found(values, ("singleuser", section, amount))
            if value is not None:
                config.KubeSpawner[f"{short}_{amount}"] = value
    for trait, path in SERVERS.items():
        value = found(values, ("singleuser", *path.split(".")))
        if value is not None:
            config.KubeSpawner[trait] = value
    config.KubeSpawner.environment = found(values, ("singleuser", "extraEnv")) or {}
    config.KubeSpawner.profile_list = found(values, ("singleuser", "profileList")) or []
    for section, settings in (found(values, ("hub", "config")) or {}).items():
        if not section[:1].isupper():
            raise ValueError(f"no class: {section}")
        config[section].update(settings)
    return config


def started(values, traits):
    """Make everything that a start and a login make; raises what they raise."""
    config = configured(values, traits)
    for source in (found(values, ("hub", "extraConfig")) or {}).values():
        exec(source, {"c": config})
    create_engine(config.JupyterHub.get("db_url") or found(values, ("hub", "db", "url")) or "sqlite://")
    ConfigurableHTTPProxy(config=config)
    hub = JupyterHub(config=with_services(config, values))
    asyncio.run(begun(hub))
    assert all(map(hub.authenticator.validate_username, hub.authenticator.blocked_users))
    for name, service in (found(values, ("hub", "services")) or {}).items():
        if "apiToken" in service:
            orm.APIToken.check_token(hub.db, service["apiToken"])
        assert not set(service) - {"apiToken"} - set(Service.class_traits(input=True)), name
    served(config)


def with_services(config, values):
    """Services and roles as zero-to-jupyterhub makes lists of them, with its idle culler's."""
    services = named(values, "services")
    roles = named(values, "loadRoles")
    if found(values, ("cull", "enabled")) is not False:
        services.append({"name": CULLER, "command": ["true"]})
        roles.append({"name": CULLER, "scopes": ["list:users"], "services": [CULLER]})
    config = Config(config)
    config.JupyterHub.update({"services": services, "load_roles": roles, "db_url": "sqlite://", "cookie_secret": b"x" * 32})
    return config


def named(values, key):
    entries = (found(values, ("hub", key)) or {}).items()
    return [{"name": name, **{field: value for field, value in entry.items() if field != "apiToken"}} for name, entry in entries]


async def begun(hub):
    """What a start does before it listens, in JupyterHub's own order."""
    hub.init_db()
    hub.init_hub()
    hub.init_oauth()
    await hub.init_role_creation()
    await hub.init_users()
    await hub.init_groups()
    hub.init_services()
    await hub.init_role_assignment()


def served(config):
    """Every choice of the spawn page, once."""
    spawner = made_spawner(config)
    profiles = spawner._get_initialized_profile_list(spawner._sorted_dict_values(spawner.profile_list))
    if profiles:
        spawner._render_options_form(spawner.profile_list)
    for options in [options for profile in profiles for options in ways(profile)] or [{}]:
        chosen = made_spawner(config)
        chosen.user_options = options
        asyncio.run(chosen.load_user_options())
        asyncio.run(chosen.get_pod_manifest())


def ways(profile):
    """The profile as it is, and each choice of each of its options."""
    yield {"profile": profile["slug"]}
    for name, option in profile.get("profile_options", {}).items():
        yield from ({"profile": profile["slug"], name: choice} for choice in option.get("choices", {}))


def made_spawner(config):
    spawner = KubeSpawner(_mock=True, config=config, user=User())
    spawner.hub = Hub(ip="127.0.0.1", port=8081, base_url="/hub/", public_host="")
    spawner.api_token = "x"
    spawner.authenticator = type("Authenticator", (), {"blocked_users": frozenset()})()
    return spawner


def verdict(values, traits):
    try:
        started(values, traits)
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"
    return ""


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    answers = {name: verdict(values, asked["traits"]) for name, values in asked["hubs"].items()}
    json.dump(answers, sys.stdout)
