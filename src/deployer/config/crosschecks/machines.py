"""Machines and environments of a hub against the cluster's node pools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from deployer.config import scalars
from deployer.config.instance_types import GIB, MIB, SMALLEST_SERVER, Room, instance_type, instance_types
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.messages import problem
from deployer.config.models.cluster import NodePool
from deployer.config.models.hub import Machine, Size
from deployer.config.pool_machines import pool_room
from deployer.config.shelf import Shelf
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath
from deployer.model.problem import Problem, of_hub

_AZURE_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
"""learn.microsoft.com/azure/aks/create-node-pools, limitations."""


def check(fleet: LoadedFleet, _shelf: Shelf) -> Iterator[Problem]:
    """Pools, shares, sizes and defaults of every typed hub, and that its own pod can start."""
    for cluster in fleet.clusters.values():
        yield from _pools(cluster)
        for hub in cluster.hubs.values():
            yield from of_hub(hub.ref, _of_hub(cluster, hub))


def _of_hub(cluster: LoadedCluster, hub: LoadedHub) -> Iterator[Problem]:
    yield from _environments(hub)
    yield from _machines(cluster, hub)
    if hub.spec.hub.memory:
        yield from _too_small(hub, ("hub", "memory"), hub.spec.hub.memory)


def _pools(cluster: LoadedCluster) -> Iterator[Problem]:
    for name, pool in cluster.spec.node_pools.items():
        if pool.min > pool.max:
            place = cluster.source.place(("node_pools", name, "min"))
            yield problem("pool-range", place, min=pool.min, max=pool.max)
        if cluster.spec.provider == "azure" and not _AZURE_NAME.fullmatch(name):
            yield problem("pool-name-azure", cluster.source.place(("node_pools", name), key=True), name=name)
        yield from _instance_type(cluster, name, pool)


def _instance_type(cluster: LoadedCluster, name: str, pool: NodePool) -> Iterator[Problem]:
    known = instance_types(cluster.spec.provider)
    machine = instance_type(cluster.spec.provider, pool.machine)
    if known and machine is None and not (pool.memory and pool.cpu):
        advice = did_you_mean(pool.machine, known) or "say memory and cpu of one machine"
        yield problem(
            "pool-machine-unknown", cluster.source.place(("node_pools", name, "machine")), machine=pool.machine, advice=advice
        )
    # Google Cloud attaches GPUs to machines that have none themselves.
    if machine and pool.gpu and not machine.gpu and machine.cloud != "gcp":
        yield problem("pool-without-gpu", cluster.source.place(("node_pools", name, "gpu")), machine=pool.machine)


def _environments(hub: LoadedHub) -> Iterator[Problem]:
    for index, environment in enumerate(hub.spec.environments):
        path: KeyPath = ("environments", index)
        if environment.image and environment.any_image:
            yield problem("environment-both", hub.source.place((*path, "any_image"), key=True), name=environment.name)
        if not environment.image and not environment.any_image:
            yield problem("environment-empty", hub.source.place((*path, "name")), name=environment.name)


def _one_default(hub: LoadedHub, paths: Iterable[KeyPath]) -> Iterator[Problem]:
    first, *others = [*paths] or [()]
    for path in others:
        yield problem("default-twice", hub.source.place(path), first=hub.source.place(first).line)


def _machines(cluster: LoadedCluster, hub: LoadedHub) -> Iterator[Problem]:
    yield from _one_default(
        hub, [("machines", i, "default") for i, entry in enumerate(hub.spec.machines) if entry.default is True]
    )
    seen: set[str] = set()
    for index, machine in enumerate(hub.spec.machines):
        path: KeyPath = ("machines", index)
        pool = cluster.spec.node_pools.get(machine.pool)
        if machine.pool in seen:
            yield problem("pool-twice", hub.source.place((*path, "pool")), pool=machine.pool)
        seen.add(machine.pool)
        if pool is None:
            advice = did_you_mean(machine.pool, cluster.spec.node_pools, otherwise="node pools")
            place = hub.source.place((*path, "pool"))
            yield problem("pool-unknown", place, pool=machine.pool, advice=advice or "write node_pools in cluster.yaml")
        elif pool.purpose != "notebook":
            place = hub.source.place((*path, "pool"))
            yield problem("pool-purpose", place, pool=machine.pool, purpose=pool.purpose)
        available = pool_room(cluster.spec.provider, pool) if pool else None
        yield from _shares(hub, path, machine, available)
        yield from _sizes(hub, path, machine, pool, available)


def _shares(hub: LoadedHub, path: KeyPath, machine: Machine, available: Room | None) -> Iterator[Problem]:
    if machine.shares and machine.sizes:
        yield problem("shares-and-sizes", hub.source.place((*path, "sizes"), key=True))
    offered: list[Fraction] = []
    for index, written in enumerate(machine.shares):
        fraction = scalars.share(written)
        offered.append(fraction)
        if available and available.memory * fraction < SMALLEST_SERVER:
            memory = _readable(int(available.memory * fraction))
            least = _readable(SMALLEST_SERVER)
            place = hub.source.place((*path, "shares", index))
            yield problem("share-too-small", place, share=fraction, pool=machine.pool, memory=memory, least=least)
    default = machine.default
    if (
        machine.shares
        and isinstance(default, str | int)
        and not isinstance(default, bool)
        and scalars.share(default) not in offered
    ):
        shares = ", ".join(str(written) for written in machine.shares)
        yield problem("default-not-offered", hub.source.place((*path, "default")), share=default, shares=shares)


def _sizes(hub: LoadedHub, path: KeyPath, machine: Machine, pool: NodePool | None, available: Room | None) -> Iterator[Problem]:
    yield from _one_default(hub, [(*path, "sizes", i, "default") for i, size in enumerate(machine.sizes) if size.default])
    for index, size in enumerate(machine.sizes):
        yield from _too_small(hub, (*path, "sizes", index, "memory"), size.memory)
        if pool is not None and available is not None:
            for key, wanted, has in _exceeding(size, available):
                place = hub.source.place((*path, "sizes", index, key))
                about = {"size": size.name, "pool": machine.pool, "machine": pool.machine}
                yield problem("size-too-large", place, wanted=wanted, room=has, **about)


def _too_small(hub: LoadedHub, path: KeyPath, memory: str) -> Iterator[Problem]:
    limit = scalars.memory_range(memory)[1]
    if limit < SMALLEST_SERVER:
        yield problem(
            "memory-too-small", hub.source.place(path), memory=memory.rpartition("..")[2], least=_readable(SMALLEST_SERVER)
        )


def _exceeding(size: Size, available: Room) -> Iterator[tuple[str, str, str]]:
    """(key, guaranteed, available) of what no machine of the pool has."""
    memory = scalars.memory_range(size.memory)[0]
    if memory > available.memory:
        yield "memory", size.memory.partition("..")[0], _readable(available.memory)
    if size.cpu is not None and scalars.cpu_range(size.cpu)[0] > available.cpu:
        yield "cpu", f"{scalars.cpu_range(size.cpu)[0]:g} CPUs", f"{available.cpu:.2f} CPUs"


def _readable(memory: int) -> str:
    return f"{memory / GIB:.1f}Gi" if memory >= GIB else f"{memory // MIB}Mi"
