"""Files that would be read by nobody, and secrets in clear."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from deployer.config import paths
from deployer.config.encryption import is_encrypted
from deployer.config.loaded import LoadedCluster, LoadedFleet
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.config.source_text import is_secret
from deployer.config.suggestions import closest, did_you_mean
from deployer.model.place import Place
from deployer.model.problem import Problem

_WRITTEN = re.compile(r"(?P<stem>.+?)\.(?:ya?ml|json)(?:\.txt)?", re.IGNORECASE)
"""Names of files that people write, also as an editor may have changed their end."""
_ALMOST = frozenset({"hub", "hubs", "secret", "secrets"})
"""Folders that are `hubs` and `secrets`, or are meant to be."""


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Names that are almost right, and files whose name says secret but whose text is not encrypted."""
    clusters = paths.clusters(shelf.tree.files)
    for files in clusters.values():
        for path in files.other:
            yield from _unread(files, path, fleet, shelf)
    yield from _beside_fleet_file(shelf)
    for path, content in shelf.tree.files.items():
        if is_secret(path) and _of_the_fleet(path, clusters) and not is_encrypted(content):
            yield problem("secret-not-encrypted", Place(path, 1, 1), file=path)


def _of_the_fleet(path: str, clusters: Container[str]) -> bool:
    """Not in a folder beside the clusters, which may hold templates."""
    inside = path.removeprefix(f"{paths.CLUSTERS}/").split("/")[0]
    return path.startswith("config/") and (not path.startswith(f"{paths.CLUSTERS}/") or inside in clusters)


def _beside_fleet_file(shelf: Shelf) -> Iterator[Problem]:
    """Files of config/ itself, of which two have a reader."""
    right = {"fleet": paths.FLEET_FILE, "policy": paths.POLICY_FILE}
    for path in shelf.tree.files:
        folder, _, name = path.rpartition("/")
        match = _WRITTEN.fullmatch(name)
        if folder != "config" or match is None or path in right.values() or is_secret(path):
            continue
        meant = right.get(closest(match["stem"], right) or "")
        if meant and (match["stem"].lower() in right or not shelf.exists(meant)):
            yield problem("file-place", Place(path, 1, 1), right=meant)
        elif name.endswith((".yaml", ".yml")):
            yield problem("file-idle", Place(path, 1, 1), advice="in config/ itself, fleet.yaml and policy.yaml are read")


def _unread(files: paths.ClusterFiles, path: str, fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """A file that looks as if somebody should read it, which scripts, texts and what editors keep do not.

    Of a cluster that lists hubs in 2i2c's format, only what is certain: such hubs have files of any name beside it.
    """
    *folders, name = path.removeprefix(f"{paths.cluster_folder(files.name)}/").split("/")
    match = _WRITTEN.fullmatch(name)
    if match is None or shelf.was_read(path):
        return
    cluster = fleet.clusters.get(files.name)
    listed = cluster is None or bool(cluster.spec.hubs)
    if not folders:
        yield from _beside_cluster_file(path, named=cluster is None or listed or path in _named(cluster))
    elif (folders == ["secrets"] and _hub_of_secret(files, path)) or (cluster and path in _named(cluster)):
        return
    elif folders[0] == "hubs":
        yield from _in_hubs(files.name, path, match, nested=len(folders) > 1)
    elif folders == ["secrets"]:
        yield from _in_secrets(files, path, match["stem"].removesuffix(".secret"), known=not listed)
    elif len(folders) == 1 and folders[0].lower() in _ALMOST and not listed:
        yield problem("file-place", Place(path, 1, 1), right=_right_place(files.name, name, match["stem"]))


def _beside_cluster_file(path: str, *, named: bool) -> Iterator[Problem]:
    name = path.rpartition("/")[2].lower()
    if name in ("cluster.yaml", "cluster.yml", "cluster.json"):
        yield problem("cluster-file-name", Place(path, 1, 1))
    elif not named and not is_secret(path) and not name.endswith(".json"):
        yield problem(
            "file-idle", Place(path, 1, 1), advice="a hub's file stands in hubs/; of other files cluster.yaml has the names"
        )


def _in_hubs(cluster: str, path: str, match: re.Match[str], *, nested: bool) -> Iterator[Problem]:
    place = Place(path, 1, 1)
    if is_secret(path):
        yield problem("file-place", place, right=_right_place(cluster, path, match["stem"]))
    elif not nested:
        yield problem("hub-file-name", place, name=match["stem"])
    elif path.endswith((".yaml", ".yml")):
        yield problem("hub-file-nested", place)


def _in_secrets(files: paths.ClusterFiles, path: str, hub: str, *, known: bool) -> Iterator[Problem]:
    """`known`: all hubs of the cluster have files."""
    if paths.hub_file(files.name, hub) in files.hubs:
        yield problem("file-place", Place(path, 1, 1), right=paths.secret_file(files.name, hub))
    elif known:
        hubs = [file.rpartition("/")[2].removesuffix(".yaml") for file in files.hubs]
        advice = did_you_mean(hub, hubs, otherwise="hubs of this cluster")
        yield problem("file-idle", Place(path, 1, 1), advice=advice)


def _hub_of_secret(files: paths.ClusterFiles, path: str) -> bool:
    """It is the secret file of a hub."""
    hub = path.rpartition("/")[2].removesuffix(".secret.yaml")
    return path == paths.secret_file(files.name, hub) and paths.hub_file(files.name, hub) in files.hubs


def _right_place(cluster: str, path: str, stem: str) -> str:
    return paths.secret_file(cluster, stem.removesuffix(".secret")) if is_secret(path) else paths.hub_file(cluster, stem)


def _named(cluster: LoadedCluster) -> set[str]:
    """Paths that texts of cluster.yaml lead to."""
    folder = paths.cluster_folder(cluster.name)
    return {posixpath.normpath(f"{folder}/{text}") for text in _texts(cluster.source.data)}


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping | list):
        for part in node.values() if isinstance(node, Mapping) else node:
            yield from _texts(part)
