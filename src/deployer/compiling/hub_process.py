"""The hub itself: its image, database, limits, roles and its own Python."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from deployer.compiling.extras import EVERYBODY, access_scopes, builds_images
from deployer.compiling.home import MADE_BY_ROOT, SHARED_ROOT, VOLUME, home_kind
from deployer.compiling.inputs import CHECK_NAME, Inputs
from deployer.compiling.said import Said, Tree
from deployer.compiling.snippets import source
from deployer.config.scalars import cpu_range, image_reference, memory_range

PROFILES_SNIPPET = "10-deployer-profiles"
TEAMS_SNIPPET = "10-deployer-github-teams"
BUILDER_SNIPPET = "10-deployer-image-builder"
FOLDERS_SNIPPET = "90-deployer-admin-folders"
OWNER_SNIPPET = "95-deployer-home-owner"
_FIRST_OWN_SNIPPET = 50
"""Snippets run in the order of their names: ours, then the hub's own in the order of the file, then what wraps theirs."""
KEPT_CLAIM: dict[str, Tree] = {"annotations": {"helm.sh/resource-policy": "keep"}}
_DATABASE_TYPES = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql"}

PROFILES_CODE = f"""

import tornado.web
import z2jh

if z2jh.get_config("singleuser.profileList"):
    c.KubeSpawner.profile_list = DeployerProfiles(
        z2jh.get_config("singleuser.profileList"),
        "{CHECK_NAME}",
        lambda: tornado.web.HTTPError(403, "You are in none of the groups that may start a server on this hub."),
    )
"""
TEAMS_CODE = "\n\nc.GitHubOAuthenticator.auth_state_groups_key = deployer_team_groups\n"
FOLDERS_CODE = """

import z2jh

c.KubeSpawner.modify_pod_hook = deployer_admin_folders(
    z2jh.get_config("custom.deployer.adminFolders", []), c.KubeSpawner.get("modify_pod_hook")
)
"""

BUILDER_CODE = "\n\ndeployer_building_form(c)\n"
OWNER_CODE = f"""

import z2jh

# A hub that is tried on this machine runs in no image, and makes homes by itself.
if z2jh.get_config("hub.image.name") and z2jh.get_config("hub.image.tag"):
    c.KubeSpawner.modify_pod_hook = deployer_home_owner(
        "{VOLUME}", "{SHARED_ROOT}", z2jh.get_config("hub.image"), c.KubeSpawner.get("modify_pod_hook")
    )
"""


def hub_tree(of: Inputs) -> Tree:
    """`hub`, besides login and landing page."""
    process, named = of.hub["hub"], of.hub["named_servers"]
    check = check_tree()
    return {
        "hub": {
            "image": process["image"].map(chart_image),
            "concurrentSpawnLimit": process["concurrent_spawns"],
            "activeServerLimit": process["active_servers"],
            "allowNamedServers": named.map(bool),
            "namedServerLimitPerUser": named if named else None,
            "db": _database(process["database"]),
            "resources": _resources(process["memory"], process["cpu"]),
            "extraConfig": _snippets(of),
            "services": check["services"],
            "loadRoles": {**_roles(of), **check["loadRoles"]},
        },
        "proxy": {"chp": {"resources": _resources(process["proxy_memory"], process["proxy_cpu"])}},
    }


def chart_image(reference: str) -> Tree:
    """`name` and `tag` as charts join them: `name:tag`, also where there is nothing but a digest."""
    name, tag, digest = image_reference(reference)
    if not digest:
        return {"name": name, "tag": tag or "latest"}
    if tag:
        return {"name": name, "tag": f"{tag}@{digest}"}
    algorithm, _, value = digest.partition(":")
    return {"name": f"{name}@{algorithm}", "tag": value}


def _database(database: Said[Any]) -> Tree:
    """The claim survives an uninstall: losing the database by accident would be worse than a forgotten disk."""
    url = database["url"]
    if url:
        kind = _DATABASE_TYPES.get(urlsplit(url.value).scheme.partition("+")[0], "other")
        return {"type": url.decides(kind), "url": url}
    return {
        "type": "sqlite-pvc",
        "pvc": {"storage": database["size"], **KEPT_CLAIM},
    }


def _resources(memory: Said[Any], cpu: Said[Any]) -> Tree:
    return {
        "requests": {"memory": memory.map(lambda text: memory_range(text)[0]), "cpu": cpu.map(lambda text: cpu_range(text)[0])},
        "limits": {"memory": memory.map(lambda text: memory_range(text)[1]), "cpu": cpu.map(lambda text: cpu_range(text)[1])},
    }


def _snippets(of: Inputs) -> dict[str, Tree]:
    own = {
        f"{_FIRST_OWN_SNIPPET + index}-{name.value.rpartition('/')[2].removesuffix('.py')}": name.map(of.loaded.snippets.get)
        for index, name in enumerate(of.hub["hub"]["python"].each())
    }
    login, folders = of.hub["login"].value, of.hub["shared_folders"]
    builder, kind = builds_images(of), home_kind(of)
    teams = login is not None and login.provider == "github" and login.populate_teams and not login.groups_claim
    return {
        PROFILES_SNIPPET: source("profile_groups.py") + PROFILES_CODE,
        TEAMS_SNIPPET: of.hub["login"]["populate_teams"].decides(source("github_teams.py") + TEAMS_CODE) if teams else None,
        BUILDER_SNIPPET: builder.decides(source("image_builder.py") + BUILDER_CODE) if builder else None,
        FOLDERS_SNIPPET: folders.decides(source("admin_folders.py") + FOLDERS_CODE)
        if any(folder.writable_by == "admins" for folder in folders.value)
        else None,
        OWNER_SNIPPET: kind.decides(source("home_owner.py") + OWNER_CODE) if kind.value in MADE_BY_ROOT else None,
        **own,
    }


def check_tree() -> dict[str, Tree]:
    """The check's service may make, start, use and remove its own user's servers, and see nothing else."""
    scopes = [f"{scope}!user={CHECK_NAME}" for scope in ("admin:users", "servers", "access:servers")]
    role = {
        "description": "The deployer's health check, and its own user only",
        "scopes": scopes,
        "services": [CHECK_NAME],
    }
    return {"services": {CHECK_NAME: {"display": False}}, "loadRoles": {CHECK_NAME: role}}


def _roles(of: Inputs) -> dict[str, Tree]:
    return {
        name: role.decides(
            {
                "description": role["description"],
                "scopes": _scopes(of, name, role) or None,
                **{field: list(role[field].each()) or None for field in ("users", "groups", "services")},
            }
        )
        for name, role in of.hub["roles"].entries()
        if name != CHECK_NAME
    }


def _scopes(of: Inputs, name: str, role: Said[Any]) -> list[Tree]:
    """The hub's own, and in everybody's role also what the hub's extras need; there JupyterHub's own scope is `self`."""
    own: list[Tree] = list(role["scopes"].each())
    needed = [scope for scope in access_scopes(of) if scope.value not in role.value.scopes] if name == EVERYBODY else []
    return [*(own or (["self"] if needed else [])), *needed]
