"""Cases whose input is made, not kept: files too large for the repository, and faults that only a disk can have."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.support.cases import base_files

from deployer.model.tree import FleetTree

_WELCOME = "config/clusters/here/hubs/welcome.yaml"
_CLUSTER = "config/clusters/here/cluster.yaml"


def _with_file(path: str, content: bytes) -> FleetTree:
    return FleetTree({**base_files(), path: content})


def _with_fault(path: str, fault: str) -> FleetTree:
    files = {name: content for name, content in base_files().items() if name != path}
    return FleetTree(files, {path: fault})


GENERATED: Mapping[str, tuple[Callable[[], FleetTree], str]] = {
    "fifty megabytes": (
        lambda: _with_file(_WELCOME, b"display_name: Welcome\n" + b"# filler\n" * (50 * 1024**2 // 9)),
        f"{_WELCOME}:1:1: error: this file is larger than 5 MB\n"
        "   hint: nothing that people write comes near it; keep data out of the configuration\n",
    ),
    "a folder where a hub should be": (
        lambda: _with_fault(_WELCOME, "not-a-file"),
        f"{_WELCOME}:1:1: error: a folder stands where a file should be\n   hint: remove or rename the folder\n",
    ),
    "a folder where a cluster.yaml should be": (
        lambda: _with_fault(_CLUSTER, "not-a-file"),
        f"{_CLUSTER}:1:1: error: a folder stands where a file should be\n   hint: remove or rename the folder\n",
    ),
    "a link that leads to itself": (
        lambda: _with_fault(_WELCOME, "symlink-loop"),
        f"{_WELCOME}:1:1: error: this link leads back to itself\n"
        "   hint: replace the link with the file that it should lead to\n",
    ),
    "a link out of the fleet": (
        lambda: _with_fault("config/policy.yaml", "outside-fleet"),
        "config/policy.yaml:1:1: error: this link leads out of the fleet\n"
        "   hint: put a copy of the file into the fleet instead\n",
    ),
    "a file that nobody may read": (
        lambda: _with_fault("config/fleet.yaml", "unreadable"),
        "config/fleet.yaml:1:1: error: this file cannot be read\n   hint: check its permissions\n",
    ),
    "a file that the disk says is too large": (
        lambda: _with_fault(_WELCOME, "file-too-big"),
        f"{_WELCOME}:1:1: error: this file is larger than 5 MB\n"
        "   hint: nothing that people write comes near it; keep data out of the configuration\n",
    ),
}
"""What it is -> its tree, and the text of its problems."""
