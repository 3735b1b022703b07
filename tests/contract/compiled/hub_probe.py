"""Runs in the hub's interpreter: what JupyterHub and KubeSpawner make of compiled values.

Reads `{"hubs": {NAME: {"jupyterhub": VALUES, "choices": [OPTIONS, ...]}}}` from stdin and writes what came of each to stdout.
"""

import asyncio
import json
import sys
import types

import kubespawner.spawner
from jupyterhub import orm
from jupyterhub.app import JupyterHub
from kubespawner import KubeSpawner
from tornado.web import HTTPError
from traitlets.config import Config

# There is no cluster here, and nothing asks one.
kubespawner.spawner.load_config = kubespawner.spawner.shared_client = lambda *args, **options: None

PERSON = "Ada.Byron@example.org"


class Group:
    def __init__(self, name):
        self.name = name


class User:
    """As much of JupyterHub's user as KubeSpawner asks for."""

    def __init__(self, name, groups=()):
        self.name, self.groups, self.id, self.admin = name, [Group(group) for group in groups], 1, False
        self.url = self.server = ""


class Authenticator:
    blocked_users = frozenset({"deployer-check"})


def configured(values):
    """The configuration as z2jh makes it: `hub.config`, and our own snippets that only need `c` and the values."""
    config = Config(values["hub"]["config"])
    config.KubeSpawner.environment = values["singleuser"].get("extraEnv", {})
    config.KubeSpawner.profile_list = values["singleuser"].get("profileList", [])
    reader = types.ModuleType("z2jh")
    reader.get_config = lambda path, default=None: looked_up(values, path, default)
    sys.modules["z2jh"] = reader
    for name, source in sorted(values["hub"]["extraConfig"].items()):
        if "deployer" in name:
            exec(compile(source, name, "exec"), {"c": config})
    return config


def looked_up(values, path, default):
    for step in path.split("."):
        if not isinstance(values, dict) or step not in values:
            return default
        values = values[step]
    return values


def spawner(config, user):
    made = KubeSpawner(_mock=True, config=config, user=user)
    made.authenticator = Authenticator()
    return made


def started(config, user, options):
    """What a server would be started with, or why not."""
    made = spawner(config, user)
    made.user_options = options
    try:
        asyncio.run(made.load_user_options())
        environment = {name: made._expand_user_properties(text) for name, text in made.environment.items()}
    except (ValueError, KeyError, HTTPError) as error:
        return {"refused": f"{type(error).__name__}: {error}"}
    return {
        "image": made.image,
        "memory": made.mem_limit,
        "url": made.default_url,
        "env": environment,
        "node_selector": made.node_selector,
        "gpus": made.extra_resource_limits,
    }


def authenticator(config):
    """The authenticator, made from the configuration; unknown traits are told as warnings, wrong values are errors."""
    hub = JupyterHub(config=config)
    made = hub.authenticator_class(config=config, db=orm.new_session_factory("sqlite://")())
    unknown = [
        f"{section}.{trait}"
        for section in config
        if section in {type(made).__name__, "Authenticator"}
        for trait in config[section]
        if not made.has_trait(trait)
    ]
    return {"class": type(made).__name__, "unknown": unknown, "blocked": sorted(made.blocked_users)}


def probed(hub):
    values = hub["jupyterhub"]
    config = configured(values)
    check, person = User("deployer-check"), User(PERSON)
    profiles = config.KubeSpawner.profile_list
    groups = hub.get("groups", [])
    return {
        "authenticator": authenticator(config),
        "choices": [started(config, check, options) for options in hub["choices"]],
        "person": [started(config, person, options) for options in hub["choices"]],
        "member": [started(config, User(PERSON, groups), options) for options in hub["choices"]],
        "form": len(asyncio.run(spawner(config, check)._render_options_form_dynamically(spawner(config, check))))
        if profiles
        else 0,
    }


json.dump({name: probed(hub) for name, hub in json.load(sys.stdin)["hubs"].items()}, sys.stdout)
