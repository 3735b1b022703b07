"""Cases whose input is made, not kept: files too large for the repository, and faults that only a disk can have."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from tests.support.cases import base_files

from deployer.config import jsonnet
from deployer.model.tree import FleetTree

_WELCOME = "config/clusters/here/hubs/welcome.yaml"
_CLUSTER = "config/clusters/here/cluster.yaml"
_GCP_CLUSTER = "config/clusters/borealis/cluster.yaml"


def _with_file(path: str, content: bytes) -> FleetTree:
    return FleetTree({**base_files(), path: content})


def _with_fault(path: str, fault: str) -> FleetTree:
    files = {name: content for name, content in base_files().items() if name != path}
    return FleetTree(files, {path: fault})


class _Slow(dict[str, bytes]):
    """Files of which one takes long to be read, as a jsonnet that imports it does to be evaluated."""

    def get(self, path: str, default: bytes | None = None) -> bytes | None:
        if path.endswith("/slow.libsonnet"):
            time.sleep(jsonnet.SECONDS + 1)
        return super().get(path, default)


def _slow_jsonnet() -> FleetTree:
    cluster = base_files()[_GCP_CLUSTER] + (
        b"hubs:\n  - {name: slow, domain: slow.example.org, helm_chart_values_files: [slow.jsonnet]}\n"
    )
    folder = _GCP_CLUSTER.rpartition("/")[0]
    slow = {f"{folder}/slow.jsonnet": b"import 'slow.libsonnet'\n", f"{folder}/slow.libsonnet": b"{}\n"}
    return FleetTree(_Slow({**base_files(), **slow, _GCP_CLUSTER: cluster}))


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
    "a file where a folder should be": (
        lambda: _with_fault("config", "not-a-folder"),
        "config:1:1: error: a file stands where a folder should be\n   hint: remove or rename the file\n",
    ),
    "a pipe where a hub should be": (
        lambda: _with_fault(_WELCOME, "special-file"),
        f"{_WELCOME}:1:1: error: this is neither a file nor a folder\n   hint: replace it by a file\n",
    ),
    "a jsonnet that takes too long": (
        _slow_jsonnet,
        "config/clusters/borealis/slow.jsonnet:1:1: error: evaluating this jsonnet was given up after 5 s\n"
        "    1 | import 'slow.libsonnet'\n      | ^\n   hint: look for a loop without an end\n",
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
