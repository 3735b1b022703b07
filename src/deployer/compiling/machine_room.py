"""How much of a machine servers may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.said import Said
from deployer.config.scalars import memory_bytes


@dataclass(frozen=True, slots=True)
class MachineRoom:
    """Memory in bytes and CPUs that servers share; `cpu_limit` is what one of them may use while the others are idle.

    `memory_said` and `cpu_said` are the lines of cluster.yaml that decide.
    """

    memory: int
    cpu: float
    cpu_limit: float
    memory_said: Said[Any]
    cpu_said: Said[Any]


def room_of(of: Inputs, name: str) -> MachineRoom | None:
    """The room on one machine of the pool; None where nobody knows the machine."""
    pool = of.cluster.value.node_pools.get(name)
    if pool is None:
        return None
    said = Said(pool, of.cluster.source, ("node_pools", name))
    if pool.memory is not None and pool.cpu is not None:
        return MachineRoom(memory_bytes(pool.memory), float(pool.cpu), float(pool.cpu), said["memory"], said["cpu"])
    return None
