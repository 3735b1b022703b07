"""Homes, quotas and buckets: what the cloud has, and what fits."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.config import scalars
from deployer.config.instance_types import GIB
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub, Sourced
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath
from deployer.model.problem import Problem, of_hub

_ON_CLUSTERS = ("aws", "gcp", "azure", "kubeconfig")
_PROVIDERS = {
    "home-nfs": ("aws", "gcp", "azure"),
    "efs": ("aws",),
    "filestore": ("gcp",),
    "azure-files": ("azure",),
    "nfs": _ON_CLUSTERS,
    "disk": _ON_CLUSTERS,
    "folder": ("local",),
    "none": (*_ON_CLUSTERS, "local"),
}
_QUOTAS = frozenset({"home-nfs"})
_WRITERS = {"nobody": "no server", "admins": "only servers of admins"}
"""Who can write into a shared folder that not everyone may write to."""
_SIZED = frozenset({"home-nfs", "disk"})


def check(fleet: LoadedFleet, _shelf: Shelf) -> Iterator[Problem]:
    """Storage of every cluster and of every typed hub."""
    for cluster in fleet.clusters.values():
        homes = cluster.spec.storage.homes
        if homes:
            yield from _kind(cluster, homes.kind, cluster.source, ("storage", "homes", "kind"))
        buckets = [bucket.name for bucket in cluster.spec.storage.buckets]
        yield from _twice("bucket-twice", buckets, cluster.source, ("storage", "buckets"))
        for hub in cluster.hubs.values():
            if not hub.legacy:
                yield from of_hub(hub.ref, _of_hub(cluster, hub))


def _of_hub(cluster: LoadedCluster, hub: LoadedHub) -> Iterator[Problem]:
    yield from _home(cluster, hub)
    yield from _buckets(cluster, hub)
    folders = [folder.name for folder in hub.spec.shared_folders]
    yield from _twice("folder-twice", folders, hub.source, ("shared_folders",))
    yield from _content(hub)


def _kind(cluster: LoadedCluster, kind: str, source: Sourced, path: KeyPath) -> Iterator[Problem]:
    provider = cluster.spec.provider
    if provider not in _PROVIDERS[kind]:
        kinds = ", ".join(other for other, providers in _PROVIDERS.items() if provider in providers)
        about = {"clouds": ", ".join(_PROVIDERS[kind]), "kinds": kinds}
        yield problem("home-kind-cloud", source.place(path), kind=kind, provider=provider, **about)


def _home(cluster: LoadedCluster, hub: LoadedHub) -> Iterator[Problem]:
    home, homes = hub.spec.home, cluster.spec.storage.homes
    kind = home.kind or (homes.kind if homes else None)
    if kind is None:
        return
    if home.kind:
        yield from _kind(cluster, kind, hub.source, ("home", "kind"))
    inherited = homes if homes and homes.kind == kind else None
    size = home.size or (inherited.size if inherited else None)
    if kind in _SIZED and size is None:
        advice = "such as size: 500Gi, here or in the cluster's storage.homes"
        if homes and not inherited:
            advice = f"write it here, such as size: 10Gi; what storage.homes of the cluster says is for kind {homes.kind}"
        yield problem("home-size-missing", hub.source.place(("home",), key=True), kind=kind, advice=advice)
    for key in ("server", "path") if kind == "nfs" else ():
        if not (getattr(home, key) or getattr(inherited, key, None)):
            yield problem("home-server-missing", hub.source.place(("home",), key=True), key=key)
    if home.bandwidth and kind not in _QUOTAS:
        yield problem("bandwidth-without", hub.source.place(("home", "bandwidth")), kind=kind)
    if home.quota is None:
        return
    if kind not in _QUOTAS:
        yield problem("quota-without", hub.source.place(("home", "quota")), kind=kind)
    elif scalars.memory_bytes(home.quota) % GIB:
        place = hub.source.place(("home", "quota"))
        yield problem("quota-not-whole", place, quota=home.quota, next=scalars.memory_bytes(home.quota) // GIB + 1)
    elif size and scalars.memory_bytes(home.quota) > scalars.memory_bytes(size):
        yield problem("quota-too-large", hub.source.place(("home", "quota")), quota=home.quota, size=size)


def _buckets(cluster: LoadedCluster, hub: LoadedHub) -> Iterator[Problem]:
    known = [bucket.name for bucket in cluster.spec.storage.buckets]
    for index, name in enumerate(hub.spec.buckets):
        if name not in known:
            advice = did_you_mean(name, known, otherwise="buckets") or "write it into storage.buckets of cluster.yaml"
            yield problem("bucket-unknown", hub.source.place(("buckets", index)), bucket=name, advice=advice)


def _content(hub: LoadedHub) -> Iterator[Problem]:
    """What every server pulls goes where every server may write."""
    closed = [folder for folder in hub.spec.shared_folders if folder.writable_by in _WRITERS]
    for index, content in enumerate(hub.spec.content):
        shared = next((folder for folder in closed if f"{content.folder}/".startswith(f"{folder.name}/")), None)
        if shared:
            place = hub.source.place(("content", index, "folder"))
            yield problem("content-in-shared-folder", place, folder=shared.name, who=_WRITERS[shared.writable_by])


def _twice(code: str, names: list[str], source: Sourced, path: KeyPath) -> Iterator[Problem]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield problem(code, source.place((*path, index, "name")), name=name)
