"""Runs in the hub's interpreter: would JupyterHub start with these values, and a server after it?

Reads `{"traits": [[PATH, CLASS, TRAIT], ...], "hubs": {NAME: VALUES}}` from stdin, VALUES being zero-to-jupyterhub's; writes what
went wrong with each to stdout, "" where nothing did.
"""

import asyncio
import json
import sys

import kubespawner.spawner
from jupyterhub import orm, roles
from jupyterhub.app import JupyterHub
from jupyterhub.proxy import ConfigurableHTTPProxy
from jupyterhub.services.service import Service
from kubespawner import KubeSpawner
from traitlets.config import Config

# There is no cluster here, and nothing asks one.
kubespawner.spawner.load_config = kubespawner.spawner.shared_client = lambda *args, **options: None

SIZES = {"memory": "mem", "cpu": "cpu"}


class User:
    """As much of JupyterHub's user as KubeSpawner asks for."""

    name, id, admin, url, server, groups = "ada", 1, False, "", "", ()


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
    hub = JupyterHub(config=config)
    db = orm.new_session_factory("sqlite://")()
    authenticator = hub.authenticator_class(config=config, db=db)
    for users in (authenticator.allowed_users, authenticator.admin_users, authenticator.blocked_users):
        assert all(authenticator.validate_username(authenticator.normalize_username(name)) for name in users)
    ConfigurableHTTPProxy(config=config)
    for name, role in (found(values, ("hub", "loadRoles")) or {}).items():
        roles.create_role(db, {"name": name, **role})
    for name, service in (found(values, ("hub", "services")) or {}).items():
        if "apiToken" in service:
            orm.APIToken.check_token(db, service["apiToken"])
        assert not set(service) - {"apiToken"} - set(Service.class_traits(input=True)), name
    served(config)


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
        chosen._expand_env(chosen.environment)


def ways(profile):
    """The profile as it is, and each choice of each of its options."""
    yield {"profile": profile["slug"]}
    for name, option in profile.get("profile_options", {}).items():
        yield from ({"profile": profile["slug"], name: choice} for choice in option.get("choices", {}))


def made_spawner(config):
    spawner = KubeSpawner(_mock=True, config=config, user=User())
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
