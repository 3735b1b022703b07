"""One machine of a node pool: what cluster.yaml says of it, else what is known of its type."""

from __future__ import annotations

from dataclasses import replace

from deployer.config.instance_types import InstanceType, Room, instance_type, room
from deployer.config.models.cluster import NodePool
from deployer.config.scalars import memory_bytes


def pool_machine(provider: str, pool: NodePool) -> InstanceType | None:
    """The machine in its full size; None where neither file nor table tells it."""
    known = instance_type(provider, pool.machine)
    memory = memory_bytes(pool.memory) if pool.memory else known and known.memory
    cpu = pool.cpu or (known and known.cpu)
    if not memory or not cpu:
        return None
    return replace(known or InstanceType(pool.machine, provider, cpu, memory), cpu=cpu, memory=memory)


def pool_room(provider: str, pool: NodePool) -> Room | None:
    """What Kubernetes leaves of it for servers; None where its size is not known."""
    machine = pool_machine(provider, pool)
    return room(machine) if machine else None


def pool_gpus(provider: str, pool: NodePool) -> int:
    """Its GPUs. What the file says wins, be it none."""
    known = instance_type(provider, pool.machine)
    return pool.gpu if known is None or "gpu" in pool.model_fields_set else known.gpu
