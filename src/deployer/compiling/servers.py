"""What every server has: variables, files, content, the page it opens, and when it is stopped."""

from __future__ import annotations

from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.interfaces import default_url
from deployer.compiling.said import Said, Tree, first
from deployer.compiling.slugs import slug
from deployer.compiling.snippets import source
from deployer.compiling.templates import environment_value
from deployer.config.scalars import duration_seconds

SERVER_CONFIG_PATH = "/usr/local/etc/jupyter/jupyter_server_config.json"
KERNEL_CONFIG_PATH = "/usr/local/etc/ipython/ipython_kernel_config.json"
_CULL_EVERY = 600
"""Seconds; z2jh's default."""
_KERNELS_EVERY = 300
"""Seconds between two looks for idle kernels and terminals, jupyter-server's default."""


def servers_tree(of: Inputs) -> Tree:
    """`singleuser` and `cull`."""
    return {
        "singleuser": {
            "defaultUrl": of.hub["interface"].map(default_url),
            "extraEnv": {name: text.map(environment_value) for name, text in of.hub["env"].entries()} or None,
            "extraFiles": _files(of),
            "lifecycleHooks": _content(of),
        },
        "cull": _culling(of),
    }


def _files(of: Inputs) -> Tree:
    """People's own files, then ours; who mounts a file where one of ours goes has the last word."""
    theirs = {
        slug(file.value.path): {
            "mountPath": file["path"],
            "stringData": file["content"],
            "mode": file["mode"].map(lambda octal: int(octal, 8)),
        }
        for file in of.hub["files"].each()
    }
    taken = {file.path for file in of.hub.value.files}
    ours = {
        "deployer-server-config": {"mountPath": SERVER_CONFIG_PATH, "data": _server_config(of)},
        "deployer-kernel-config": {"mountPath": KERNEL_CONFIG_PATH, "data": _KERNEL_CONFIG},
    }
    return {name: file for name, file in ours.items() if file["mountPath"] not in taken} | theirs


_KERNEL_CONFIG = {"HistoryManager": {"hist_file": "/tmp/ipython-history.sqlite"}}  # noqa: S108 - a path in the user's server
"""SQLite and network storage do not go together: what Jupyter keeps in SQLite stays off the home."""
_SQLITE_CONFIG = {
    "BaseFileIdManager": {"db_path": "/tmp/jupyter-file-ids.sqlite"},  # noqa: S108 - a path in the user's server
    "SQLiteYStore": {"db_path": "/tmp/jupyter-ystore.sqlite"},  # noqa: S108 - a path in the user's server
}


def _server_config(of: Inputs) -> Tree:
    """Idle kernels are culled with their tab open, else a forgotten tab would keep a server for ever."""
    idle = of.hub["idle"]
    if not idle["enabled"]:
        return _SQLITE_CONFIG
    kernels = first(idle["kernels_after"], idle["stop_after"])
    terminals = first(idle["terminals_after"], idle["kernels_after"], idle["stop_after"])
    return {
        **_SQLITE_CONFIG,
        "MappingKernelManager": {
            "cull_idle_timeout": kernels.map(duration_seconds),
            "cull_interval": _interval(kernels, _KERNELS_EVERY),
            "cull_connected": True,
        },
        "TerminalManager": {
            "cull_inactive_timeout": terminals.map(duration_seconds),
            "cull_interval": _interval(terminals, _KERNELS_EVERY),
        },
    }


def _culling(of: Inputs) -> Tree:
    idle = of.hub["idle"]
    if not idle["enabled"]:
        return {"enabled": idle["enabled"]}
    longest = idle["stop_after_running"]
    return {
        "enabled": idle["enabled"],
        "timeout": idle["stop_after"].map(duration_seconds),
        "every": _interval(idle["stop_after"], _CULL_EVERY),
        "maxAge": longest.map(duration_seconds),
    }


def _interval(after: Said[Any], usual: int) -> Tree:
    """Seconds between two looks: the usual, but at least two in the time after which something is idle."""
    return after.decides(min(usual, max(duration_seconds(after.value) // 2, 10)))


def _content(of: Inputs) -> Tree:
    """Three arguments a repository, so that the script stays the same whatever is pulled."""
    content = of.hub["content"]
    if not content:
        return None
    arguments = [part for entry in content.each() for part in (entry["repo"], entry["branch"], entry["folder"])]
    command = ["/bin/sh", "-c", source("pull_content.sh"), "pull-content", *arguments]
    return content.decides({"postStart": {"exec": {"command": command}}})
