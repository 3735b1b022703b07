"""Names of clusters and hubs: equal to their files, fit for a namespace, there once."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.config import paths, scalars
from deployer.config.loaded import LoadedCluster, LoadedFleet
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.model.place import Place
from deployer.model.problem import Problem, of_hub
from deployer.model.release import HubRef

_LONGEST = 53
"""Helm's limit on the name of a release."""
_RESERVED = frozenset({"cert-manager", "default", "deployer", "support"})
"""Namespaces of the support stack and of the locks."""
_RESERVED_PREFIX = "kube-"


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Everything about names."""
    for name, files in paths.clusters(shelf.tree.files).items():
        for path in files.hubs:
            hub = path.rpartition("/")[2].removesuffix(".yaml")
            yield from of_hub(HubRef(name, hub), _hub_name(hub, Place(path, 1, 1)))
        cluster = fleet.clusters.get(name)
        if cluster:
            yield from _cluster_names(cluster, {path.rpartition("/")[2].removesuffix(".yaml"): path for path in files.hubs})


def _cluster_names(cluster: LoadedCluster, hub_files: dict[str, str]) -> Iterator[Problem]:
    if cluster.spec.name != cluster.name:
        place = cluster.source.place(("name",))
        yield problem("cluster-name", place, name=cluster.spec.name, folder=cluster.name)
    for hub in cluster.hubs.values():
        if not hub.legacy and hub.spec.name not in (None, hub.ref.hub):
            other = problem("hub-name", hub.source.place(("name",)), name=hub.spec.name, file=hub.ref.hub)
            yield from of_hub(hub.ref, [other])
    first = dict(hub_files)
    for index, entry in enumerate(cluster.spec.hubs):
        place = cluster.source.place(("hubs", index, "name"))
        yield from _hub_name(entry.name, place)
        if entry.name in first:
            yield problem("hub-twice", place, name=entry.name, first=first[entry.name])
        first.setdefault(entry.name, str(place))


def _hub_name(name: str, place: Place) -> Iterator[Problem]:
    if name in _RESERVED or name.startswith(_RESERVED_PREFIX):
        yield problem("hub-name-reserved", place, name=name)
    elif len(name) > _LONGEST:
        yield problem("hub-name-long", place, name=name, length=len(name))
    else:
        try:
            scalars.dns_label(name)
        except ValueError:
            yield problem("hub-name-label", place, name=name)
