"""What a cluster's file says of its nodes, for comparing it with those that there are."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.compiling.sizes import POOL_LABEL
from deployer.config.instance_types import Room
from deployer.config.models.cluster import ClusterFile
from deployer.config.pool_machines import pool_gpus, pool_room
from deployer.model.findings import Pool


def node_pools(cluster: ClusterFile) -> Iterator[Pool]:
    """All of them, with what people's servers ask of their nodes."""
    for name, pool in cluster.node_pools.items():
        left = pool_room(cluster.provider, pool) or Room(0, 0)
        looked_for = {POOL_LABEL: name} if pool.purpose == "notebook" else {}
        yield Pool(
            name=name,
            purpose=pool.purpose,
            labels=pool.labels or looked_for,
            taints=tuple(pool.taints),
            minimum=pool.min,
            memory=left.memory,
            cpu=left.cpu,
            gpus=pool_gpus(cluster.provider, pool),
        )
