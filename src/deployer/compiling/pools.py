"""What a cluster's file says of its nodes, for comparing it with those that there are."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.compiling.sizes import POOL_LABEL
from deployer.config.instance_types import instance_type, room
from deployer.config.models.cluster import ClusterFile, NodePool
from deployer.config.scalars import memory_bytes
from deployer.model.findings import Pool


def node_pools(cluster: ClusterFile) -> Iterator[Pool]:
    """All of them, with what people's servers ask of their nodes."""
    for name, pool in cluster.node_pools.items():
        memory, cpu = _room(cluster.provider, pool)
        looked_for = {POOL_LABEL: name} if pool.purpose == "notebook" else {}
        yield Pool(
            name=name,
            labels=pool.labels or looked_for,
            taints=tuple(pool.taints),
            minimum=pool.min,
            memory=memory,
            cpu=cpu,
        )


def _room(provider: str, pool: NodePool) -> tuple[int, float]:
    known = instance_type(provider, pool.machine)
    left = room(known) if known else None
    memory = memory_bytes(pool.memory) if pool.memory else left.memory if left else 0
    return memory, float(pool.cpu or (left.cpu if left else 0))
