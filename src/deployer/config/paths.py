"""Where files stand in a fleet."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deployer.config.source_text import is_secret

FLEET_FILE = "config/fleet.yaml"
POLICY_FILE = "config/policy.yaml"
CLUSTERS = "config/clusters"


def cluster_of(path: str) -> str:
    """The cluster in whose folder a file stands; empty for one of the whole fleet."""
    return path.split("/", 3)[2] if path.startswith(f"{CLUSTERS}/") and path.count("/") > 2 else ""


def cluster_folder(cluster: str) -> str:
    """The folder of a cluster."""
    return f"{CLUSTERS}/{cluster}"


def cluster_file(cluster: str) -> str:
    """`cluster.yaml` of a cluster."""
    return f"{CLUSTERS}/{cluster}/cluster.yaml"


def hubs_folder(cluster: str) -> str:
    """The folder of a cluster's hub files."""
    return f"{CLUSTERS}/{cluster}/hubs"


def hub_file(cluster: str, hub: str) -> str:
    """The file of a hub."""
    return f"{CLUSTERS}/{cluster}/hubs/{hub}.yaml"


def secret_file(cluster: str, hub: str) -> str:
    """The encrypted file of a hub."""
    return f"{CLUSTERS}/{cluster}/secrets/{hub}.secret.yaml"


def below(folder: str, path: str) -> str | None:
    """`path` from `folder`, as a path in the fleet; None where it leaves the folder."""
    joined = posixpath.normpath(posixpath.join(folder, path))
    return joined if joined.startswith(f"{folder}/") else None


@dataclass(frozen=True, slots=True)
class ClusterFiles:
    """What stands in one cluster's folder, as paths in the fleet."""

    name: str
    hubs: tuple[str, ...]
    """Hub files, in order of name; those with a leading underscore are `shared`, and one whose name says secret is neither."""
    shared: tuple[str, ...]
    other: tuple[str, ...]


def clusters(files: Iterable[str]) -> Mapping[str, ClusterFiles]:
    """The folders below config/clusters that hold a cluster: a cluster.yaml or a hubs/ folder."""
    found: dict[str, list[str]] = {}
    for path in sorted(files):
        parts = path.split("/", 3)
        if len(parts) == 4 and path.startswith(f"{CLUSTERS}/"):
            found.setdefault(parts[2], []).append(path)
    return {name: _sorted_out(name, paths) for name, paths in found.items() if _is_cluster(name, paths)}


def _is_cluster(name: str, paths: list[str]) -> bool:
    return cluster_file(name) in paths or any(
        path.startswith((f"{hubs_folder(name)}/", f"{cluster_folder(name)}/cluster.")) for path in paths
    )


def _sorted_out(name: str, paths: list[str]) -> ClusterFiles:
    folder = f"{hubs_folder(name)}/"
    inside = [(path, path.removeprefix(folder)) for path in paths if path.startswith(folder)]
    yaml = [path for path, rest in inside if rest.endswith(".yaml") and "/" not in rest and not is_secret(path)]
    shared = tuple(path for path in yaml if path.removeprefix(folder).startswith("_"))
    hubs = tuple(path for path in yaml if path not in shared)
    return ClusterFiles(name, hubs, shared, tuple(path for path in paths if path not in yaml and path != cluster_file(name)))
