"""What a server gets of a machine: whole, a share of it, or a named size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.machine_room import MachineRoom, gpus_of, pool_of, room_of
from deployer.compiling.said import Said, Tree
from deployer.compiling.slugs import slug
from deployer.config.scalars import cpu_range, memory_range, share

MEBIBYTE = 1024**2
POOL_LABEL = "hub.jupyter.org/pool"
"""Label of the nodes of a pool, where the pool's `labels` do not say which nodes are its own."""
GPU_RESOURCE = "nvidia.com/gpu"


@dataclass(frozen=True, slots=True)
class MachineChoice:
    """One entry of the list of machines. `override` is KubeSpawner's; `machine` the entry of the hub file it belongs to."""

    slug: str
    title: Tree
    phrase: str
    """The machine in the description of an environment that has no other."""
    description: Tree
    override: dict[str, Tree]
    machine: Said[Any]
    by: Said[Any]
    preferred: Said[Any] | None

    @property
    def groups(self) -> Said[Any]:
        """Who may choose it; empty: everybody."""
        groups: Said[Any] = self.machine["groups"]
        return groups


def machine_choices(of: Inputs) -> Iterator[MachineChoice]:
    """Every machine in every size, in the order of the file."""
    machines = list(of.hub["machines"].each())
    for machine in machines:
        label = "" if len(machines) == 1 else f"{machine.value.name or machine.value.pool}: "
        if machine.value.sizes:
            yield from _sized(of, machine, label)
        elif machine.value.shares:
            yield from _shared(of, machine, label)
        else:
            yield _whole(of, machine)


def _sized(of: Inputs, machine: Said[Any], label: str) -> Iterator[MachineChoice]:
    for size in machine["sizes"].each():
        guarantee, limit = memory_range(size.value.memory)
        cpu = cpu_range(size.value.cpu) if size.value.cpu is not None else None
        amount = f"{memory_words(limit)} of memory" + (f", up to {_number(cpu[1])} CPU" if cpu else "")
        override = {
            "mem_guarantee": size["memory"].decides(guarantee),
            "mem_limit": size["memory"].decides(limit),
            "cpu_guarantee": size["cpu"].decides(cpu and cpu[0]),
            "cpu_limit": size["cpu"].decides(cpu and cpu[1]),
        }
        chosen = size["default"] if size["default"] else machine["default"] if machine.value.default is True else None
        yield MachineChoice(
            slug=slug(f"{machine.value.pool} {size.value.name}"),
            title=size["name"].decides(f"{label}{size.value.name} ({amount})"),
            phrase=f"With {amount}",
            description=size["description"],
            override=override | _on_pool(of, machine, Fraction(1)),
            machine=machine,
            by=size,
            preferred=chosen,
        )


def _shared(of: Inputs, machine: Said[Any], label: str) -> Iterator[MachineChoice]:
    room = room_of(of, machine.value.pool)
    default = machine["default"]
    for part in machine["shares"].each():
        fraction = share(part.value)
        is_default = default.value is not None and not isinstance(default.value, bool) and share(default.value) == fraction
        whole = default if default.value is True and part.key[-1] == 0 else None
        words = _share_words(fraction, room)
        yield MachineChoice(
            slug=slug(f"{machine.value.pool} {fraction.numerator} {fraction.denominator}"),
            title=part.decides(label + words),
            phrase=f"With {words}",
            description=None,
            override=_part_of(part, fraction, room) | _on_pool(of, machine, fraction),
            machine=machine,
            by=part,
            preferred=default if is_default else whole,
        )


def _whole(of: Inputs, machine: Said[Any]) -> MachineChoice:
    room = room_of(of, machine.value.pool)
    title = machine["name"] if machine["name"] else machine["pool"]
    amount = f" ({_amount_words(Fraction(1), room)})" if room else ""
    return MachineChoice(
        slug=slug(machine.value.pool),
        title=title.decides(f"{title.value}{amount}"),
        phrase=f"On {title.value}{amount}",
        description=None,
        override=_part_of(None, Fraction(1), room) | _on_pool(of, machine, Fraction(1)),
        machine=machine,
        by=machine["pool"],
        preferred=machine["default"] if machine.value.default else None,
    )


def _part_of(part: Said[Any] | None, fraction: Fraction, room: MachineRoom | None) -> dict[str, Tree]:
    """Memory is guaranteed and limited to the part; CPU is guaranteed, and what nobody uses may be used by anybody.

    The memory is rounded down to whole MiB, so that as many servers fit as the share promises.
    """
    if room is None:
        return {}
    memory = (part or room.memory).decides(floor(room.memory.value * fraction) // MEBIBYTE * MEBIBYTE)
    return {
        "mem_guarantee": memory,
        "mem_limit": memory,
        "cpu_guarantee": (part or room.cpu).decides(floor(room.cpu.value * float(fraction) * 1000) / 1000),
        "cpu_limit": room.cpu_limit,
    }


def _on_pool(of: Inputs, machine: Said[Any], fraction: Fraction) -> dict[str, Tree]:
    """Which nodes, and how many of their GPUs: whole ones, at least one. This machine has no nodes to choose from."""
    if of.local:
        return {}
    pool, gpus = pool_of(of, machine.value.pool), gpus_of(of, machine.value.pool)
    labels = dict(pool["labels"].entries()) if pool else {}
    selector: dict[str, Tree] = {"node_selector": labels or {POOL_LABEL: machine["pool"]}}
    if gpus is None:
        return selector
    count = gpus.map(lambda number: str(max(1, floor(number * fraction))))
    return selector | {
        "extra_resource_guarantees": {GPU_RESOURCE: count},
        "extra_resource_limits": {GPU_RESOURCE: count},
        "environment": gpus.decides({"NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}),
    }


def _share_words(fraction: Fraction, room: MachineRoom | None) -> str:
    if room:
        return _amount_words(fraction, room)
    return "a whole machine" if fraction == 1 else f"{fraction} of a machine"


def _amount_words(fraction: Fraction, room: MachineRoom) -> str:
    return f"{memory_words(floor(room.memory.value * fraction))} of memory, {_number(room.cpu.value * float(fraction))} CPU"


def memory_words(count: int) -> str:
    """Bytes as people say it: `3.6 GB`, `512 MB`."""
    for unit, size in (("TB", 1000**4), ("GB", 1000**3), ("MB", 1000**2)):
        if count >= size:
            return f"{_number(count / size)} {unit}"
    return f"{count} B"


def _number(value: float) -> str:
    """One digit after the point, two for less than one, none where it is zero."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 1 else f"{value:.1f}".removesuffix(".0")
