"""How much of a machine servers may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.said import Said
from deployer.config.instance_types import InstanceType, instance_type, room
from deployer.config.scalars import memory_bytes


@dataclass(frozen=True, slots=True)
class MachineRoom:
    """Memory in bytes and CPUs that servers share, each with the line of cluster.yaml that decides it.

    `cpu_limit` is what one server may use while the others are idle.
    """

    memory: Said[int]
    cpu: Said[float]
    cpu_limit: Said[float]


def pool_of(of: Inputs, name: str) -> Said[Any] | None:
    """The node pool of that name; None where the cluster has none."""
    pool = of.cluster.value.node_pools.get(name)
    return None if pool is None else Said(pool, of.cluster.source, ("node_pools", name))


def room_of(of: Inputs, name: str) -> MachineRoom | None:
    """The room on one machine of the pool: what the pool says, else what is known of its type; None where neither tells."""
    pool = pool_of(of, name)
    if pool is None:
        return None
    known = _type(of, pool)
    memory: Said[int] | None = pool["memory"].map(memory_bytes) if pool["memory"] else None
    cpu: Said[float] | None = pool["cpu"].map(float) if pool["cpu"] else None
    limit = cpu
    if known is not None:
        left = room(known)
        memory = memory or pool["machine"].decides(left.memory)
        cpu, limit = cpu or pool["machine"].decides(left.cpu), limit or pool["machine"].decides(float(known.cpu))
    return MachineRoom(memory, cpu, limit) if memory and cpu and limit else None


def gpus_of(of: Inputs, name: str) -> Said[int] | None:
    """GPUs of one machine: what the pool says, else what its type has; None where there are none."""
    pool = pool_of(of, name)
    if pool is None:
        return None
    known = _type(of, pool)
    gpus = pool["gpu"] if pool["gpu"].written or known is None else pool["machine"].decides(known.gpu)
    return gpus or None


def _type(of: Inputs, pool: Said[Any]) -> InstanceType | None:
    return instance_type(of.cluster.value.provider, pool.value.machine)
