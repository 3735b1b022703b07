"""A cluster says the block of its own cloud, and all that is needed to reach it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from deployer.config.loaded import LoadedCluster, LoadedFleet
from deployer.config.messages import problem
from deployer.config.paths import below, cluster_folder
from deployer.config.shelf import Shelf
from deployer.config.source_text import is_secret
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath, dotted
from deployer.model.problem import Problem

_BLOCKS = ("aws", "gcp", "azure", "kubeconfig", "local")
_EXAMPLES = {
    "aws": 'aws: {account: "123456789012", region: us-west-2, cluster: NAME}',
    "gcp": "gcp: {project: PROJECT, region: us-central1, cluster: NAME}",
    "azure": "azure: {subscription: ID, resource_group: GROUP, location: westeurope, cluster: NAME}",
    "kubeconfig": "kubeconfig: {file: secrets/kubeconfig.secret.yaml}",
}
# Of each group one key must be there; the first is ours, the others are 2i2c's.
_NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "aws": (("account",), ("region",), ("cluster", "clusterName")),
    "gcp": (("project",), ("region", "zone"), ("cluster",)),
    "azure": (("resource_group",), ("cluster",)),
}
_CREDENTIALS = ("token", "password", "client-key-data")


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Blocks of clouds and kubeconfig files."""
    for cluster in fleet.clusters.values():
        yield from _blocks(cluster)
        yield from _files(cluster, shelf)


def _blocks(cluster: LoadedCluster) -> Iterator[Problem]:
    provider = cluster.spec.provider
    for block in _BLOCKS:
        there = getattr(cluster.spec, block) is not None
        if there and block != provider:
            yield problem("cloud-block-other", cluster.source.place((block,), key=True), block=block, provider=provider)
        if not there and block == provider and block in _EXAMPLES:
            place = cluster.source.place(("provider",))
            yield problem("cloud-block-missing", place, provider=provider, example=_EXAMPLES[block])
    said = cluster.source.data.get(provider)
    if isinstance(said, dict):
        for keys in _NEEDED.get(provider, ()):
            if not any(key in said for key in keys):
                place = cluster.source.place((provider,), key=True)
                yield problem("cloud-block-incomplete", place, key=keys[0], block=provider, advice=f"like {_EXAMPLES[provider]}")


def _files(cluster: LoadedCluster, shelf: Shelf) -> Iterator[Problem]:
    """What the blocks name in the cluster's folder: credentials, a kubeconfig."""
    for block, key in (*((cloud, "key") for cloud in _NEEDED), ("kubeconfig", "file")):
        name = getattr(getattr(cluster.spec, block), key, None)
        if name is not None:
            yield from _file(cluster, shelf, (block, key), name)


def _file(cluster: LoadedCluster, shelf: Shelf, where: KeyPath, name: str) -> Iterator[Problem]:
    folder = cluster_folder(cluster.name)
    path = below(folder, name) or ""
    if not shelf.exists(path):
        near = sorted(posixpath.relpath(file, folder) for file in shelf.tree.files if file.startswith(f"{folder}/"))
        advice = did_you_mean(name, near, otherwise="files here")
        yield problem("named-file-missing", cluster.source.place(where), name=name, advice=advice)
    elif where[0] == "kubeconfig" and not is_secret(path):
        yield from _plain_credentials(path, shelf)


def _plain_credentials(path: str, shelf: Shelf) -> Iterator[Problem]:
    document = shelf.values(path)
    if document is None or "sops" in document.data:
        return
    users = document.data.get("users")
    for index, entry in enumerate(users if isinstance(users, list) else []):
        user = entry.get("user") if isinstance(entry, dict) else None
        for key in _CREDENTIALS:
            if isinstance(user, dict) and user.get(key):
                where: KeyPath = ("users", index, "user", key)
                # The line is never shown: it has the credential.
                place = replace(document.place(where, key=True), excerpt=())
                yield problem("kubeconfig-credentials", place, path=dotted(where))
