"""How much of a machine servers may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.said import Said
from deployer.config.instance_types import room
from deployer.config.pool_machines import pool_gpus, pool_machine


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
    """The room on one machine of the pool; None where nobody knows its size."""
    pool = pool_of(of, name)
    machine = None if pool is None else pool_machine(of.cluster.value.provider, pool.value)
    if pool is None or machine is None:
        return None
    left = room(machine)
    memory, cpu = (pool[size] if pool[size] else pool["machine"] for size in ("memory", "cpu"))
    return MachineRoom(memory.decides(left.memory), cpu.decides(left.cpu), cpu.decides(float(machine.cpu)))


def gpus_of(of: Inputs, name: str) -> Said[int] | None:
    """GPUs of one machine of the pool; None where there are none."""
    pool = pool_of(of, name)
    if pool is None:
        return None
    gpus = pool_gpus(of.cluster.value.provider, pool.value)
    return (pool["gpu"] if pool["gpu"].written else pool["machine"]).decides(gpus) if gpus else None
