"""Machines: CPUs, memory, GPUs of those that clouds rent, and what Kubernetes leaves of any for users' servers.

Sizes are those of the clouds' own pages (AWS: EC2 instance types; Google Cloud: machine families; Azure: sizes for virtual
machines), as of November 2026. What is left is computed as each cloud's Kubernetes does, see `room`; on r5.xlarge that gives
29.08 of 32 GiB and 3.65 of 4 CPUs, as measured in a public fleet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

GIB = 1024**3
MIB = 1024**2
SMALLEST_SERVER = 128 * MIB
"""A JupyterLab server without a kernel; resident memory of 131 MB was measured."""

_MARGIN = 0.02
"""Share of what is left that is not given away, as nodes of one type differ a little."""


@dataclass(frozen=True, slots=True)
class InstanceType:
    """One machine as rented or bought. `memory` in bytes; `pods` is how many pods the cloud allows on it."""

    name: str
    cloud: str
    cpu: float
    memory: int
    gpu: int = 0
    pods: int = 110


@dataclass(frozen=True, slots=True)
class Room:
    """What servers may use of one machine: bytes and CPUs."""

    memory: int
    cpu: float


@dataclass(frozen=True, slots=True)
class _Cloud:
    """`seen`: share of the rented memory that Linux finds. `agents_*`: what daemon sets ask for (bytes, CPUs)."""

    seen: float
    agents_memory: int
    agents_cpu: float


_CLOUDS = {
    "aws": _Cloud(seen=0.9652, agents_memory=250 * MIB, agents_cpu=0.195),
    "gcp": _Cloud(seen=0.98, agents_memory=774 * MIB, agents_cpu=0.472),
    "azure": _Cloud(seen=0.98, agents_memory=774 * MIB, agents_cpu=0.472),
    "kubeconfig": _Cloud(seen=0.98, agents_memory=774 * MIB, agents_cpu=0.472),
}
"""Nobody knows the agents of a cluster that others run: it is taken to have as many as a cloud's."""


def instance_type(cloud: str, name: str) -> InstanceType | None:
    """The type of that name; None where this table does not know it."""
    return _table(cloud).get(name)


def instance_types(cloud: str) -> tuple[str, ...]:
    """The names that this table knows of a cloud."""
    return tuple(_table(cloud))


def room(machine: InstanceType) -> Room:
    """What is left for servers: its size, less the kernel's part, the kubelet's reserve, daemon sets and a margin.

    Reserves: github.com/awslabs/amazon-eks-ami (255 MiB and 11 MiB a pod), cloud.google.com/kubernetes-engine/docs/concepts/
    plan-node-sizes (25 % of the first 4 GiB ...), learn.microsoft.com/azure/aks/node-resource-reservations (20 MB a pod
    and 50 MB, at most a quarter); each with 100 MiB that eviction keeps free. What other clusters reserve is up to whoever runs
    them (kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources): they are taken to do as Google's do, whose
    formula asks for the size alone. A machine without Kubernetes is left whole.
    """
    cloud = _CLOUDS.get(machine.cloud)
    if cloud is None:
        return Room(machine.memory, float(machine.cpu))
    seen = int(machine.memory * cloud.seen)
    memory = seen - _reserved_memory(machine, seen) - 100 * MIB - cloud.agents_memory
    cpu = machine.cpu - _reserved_cpu(machine) - cloud.agents_cpu
    return Room(max(0, int(memory * (1 - _MARGIN))), max(0.0, round(cpu * (1 - _MARGIN), 3)))


def _reserved_memory(machine: InstanceType, seen: int) -> int:
    if machine.cloud == "aws":
        return (255 + 11 * machine.pods) * MIB
    if machine.cloud == "azure":
        return min((20 * machine.pods + 50) * 1000**2, seen // 4)
    steps = ((4, 0.25), (4, 0.20), (8, 0.10), (112, 0.06), (float("inf"), 0.02))
    return _stepped(seen / GIB, steps) * GIB // 1000


def _reserved_cpu(machine: InstanceType) -> float:
    if machine.cloud == "azure":
        return 0.06 if machine.cpu == 1 else 0.1 + 0.02 * (machine.cpu - 2)
    steps = ((1, 0.06), (1, 0.01), (2, 0.005), (float("inf"), 0.0025))
    return _stepped(machine.cpu, steps) / 1000


def _stepped(amount: float, steps: tuple[tuple[float, float], ...]) -> int:
    """Thousandths that are kept of `amount`: of each stretch its own share."""
    kept, left = 0.0, amount
    for width, share in steps:
        kept += min(left, width) * share
        left = max(0.0, left - width)
    return round(kept * 1000)


# AWS ------------------------------------------------------------------------------------------------------------------------

_AWS_SIZES = {
    "large": (2, 29),
    "xlarge": (4, 58),
    "2xlarge": (8, 58),
    "4xlarge": (16, 234),
    "8xlarge": (32, 234),
    "12xlarge": (48, 234),
    "16xlarge": (64, 737),
    "24xlarge": (96, 737),
}
"""Size -> CPUs and pods; the latter from github.com/awslabs/amazon-eks-ami, eni-max-pods.txt."""
_AWS_FAMILIES = {
    2: ("c6i", "c6a", "c7i", "c7a"),
    4: ("m5", "m5a", "m5d", "m6i", "m6a", "m6id", "m7i", "m7a"),
    8: ("r5", "r5a", "r5d", "r6i", "r6a", "r6id", "r7i", "r7a"),
}
"""GiB of memory a CPU -> families."""
_AWS_OTHERS = """
t3.medium 2 4 0 17 | t3.large 2 8 0 35 | t3.xlarge 4 16 0 58 | t3.2xlarge 8 32 0 58
t3a.medium 2 4 0 17 | t3a.large 2 8 0 35 | t3a.xlarge 4 16 0 58 | t3a.2xlarge 8 32 0 58
c5.large 2 4 0 29 | c5.xlarge 4 8 0 58 | c5.2xlarge 8 16 0 58 | c5.4xlarge 16 32 0 234 | c5.9xlarge 36 72 0 234
g4dn.xlarge 4 16 1 29 | g4dn.2xlarge 8 32 1 29 | g4dn.4xlarge 16 64 1 29 | g4dn.8xlarge 32 128 1 58
g4dn.12xlarge 48 192 4 234 | g4dn.16xlarge 64 256 1 58
g5.xlarge 4 16 1 58 | g5.2xlarge 8 32 1 58 | g5.4xlarge 16 64 1 234 | g5.8xlarge 32 128 1 234
g5.12xlarge 48 192 4 737 | g5.16xlarge 64 256 1 234 | g5.24xlarge 96 384 4 737 | g5.48xlarge 192 768 8 345
g6.xlarge 4 16 1 58 | g6.2xlarge 8 32 1 58 | g6.4xlarge 16 64 1 234 | g6.8xlarge 32 128 1 234
g6.12xlarge 48 192 4 234 | g6.16xlarge 64 256 1 737 | g6.24xlarge 96 384 4 737 | g6.48xlarge 192 768 8 737
p3.2xlarge 8 61 1 58 | p3.8xlarge 32 244 4 234 | p3.16xlarge 64 488 8 234
"""

# Google Cloud ---------------------------------------------------------------------------------------------------------------

_GCP_FAMILIES = {
    "e2-standard": (4, (2, 4, 8, 16, 32)),
    "e2-highmem": (8, (2, 4, 8, 16)),
    "n1-standard": (3.75, (1, 2, 4, 8, 16, 32, 64, 96)),
    "n1-highmem": (6.5, (2, 4, 8, 16, 32, 64, 96)),
    "n2-standard": (4, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128)),
    "n2-highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80)),
    "n2-highcpu": (1, (2, 4, 8, 16, 32, 48, 64, 80, 96)),
    "n2d-standard": (4, (2, 4, 8, 16, 32, 48, 64, 80, 96, 128)),
    "n2d-highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80, 96)),
    "n4-standard": (4, (2, 4, 8, 16, 32, 48, 64, 80)),
    "n4-highmem": (8, (2, 4, 8, 16, 32, 48, 64, 80)),
    "c2-standard": (4, (4, 8, 16, 30, 60)),
    "c3-standard": (4, (4, 8, 22, 44, 88, 176)),
    "c3-highmem": (8, (4, 8, 22, 44, 88, 176)),
}
"""Family -> GiB of memory a CPU, CPUs."""
_GCP_OTHERS = """
g2-standard-4 4 16 1 110 | g2-standard-8 8 32 1 110 | g2-standard-12 12 48 1 110 | g2-standard-16 16 64 1 110
g2-standard-24 24 96 2 110 | g2-standard-32 32 128 1 110 | g2-standard-48 48 192 4 110 | g2-standard-96 96 384 8 110
a2-highgpu-1g 12 85 1 110 | a2-highgpu-2g 24 170 2 110 | a2-highgpu-4g 48 340 4 110 | a2-highgpu-8g 96 680 8 110
"""

# Azure ----------------------------------------------------------------------------------------------------------------------

_AZURE_SERIES = {
    "D": (4, (2, 4, 8, 16, 32, 48, 64), ("s_v3", "s_v4", "s_v5", "as_v4", "as_v5", "ds_v4", "ds_v5", "ads_v5")),
    "E": (8, (2, 4, 8, 16, 20, 32, 48), ("s_v3", "s_v4", "s_v5", "as_v4", "as_v5", "ds_v4", "ds_v5", "ads_v5")),
    "F": (2, (2, 4, 8, 16, 32, 48, 64), ("s_v2",)),
}
"""Series -> GiB of memory a CPU, CPUs, versions."""
_AZURE_OTHERS = """
Standard_NC4as_T4_v3 4 28 1 110 | Standard_NC8as_T4_v3 8 56 1 110
Standard_NC16as_T4_v3 16 110 1 110 | Standard_NC64as_T4_v3 64 440 4 110
Standard_NC6s_v3 6 112 1 110 | Standard_NC12s_v3 12 224 2 110 | Standard_NC24s_v3 24 448 4 110
Standard_NC24ads_A100_v4 24 220 1 110 | Standard_NC48ads_A100_v4 48 440 2 110 | Standard_NC96ads_A100_v4 96 880 4 110
"""


@cache
def _table(cloud: str) -> Mapping[str, InstanceType]:
    makers = {"aws": _aws, "gcp": _gcp, "azure": _azure}
    return {machine.name: machine for machine in makers[cloud]()} if cloud in makers else {}


def _aws() -> Iterator[InstanceType]:
    for ratio, families in _AWS_FAMILIES.items():
        for family in families:
            for size, (cpu, pods) in _AWS_SIZES.items():
                yield InstanceType(f"{family}.{size}", "aws", cpu, ratio * cpu * GIB, pods=pods)
    yield from _listed("aws", _AWS_OTHERS)


def _gcp() -> Iterator[InstanceType]:
    for family, (ratio, sizes) in _GCP_FAMILIES.items():
        for cpu in sizes:
            yield InstanceType(f"{family}-{cpu}", "gcp", cpu, int(ratio * cpu * GIB))
    yield from _listed("gcp", _GCP_OTHERS)


def _azure() -> Iterator[InstanceType]:
    for series, (ratio, sizes, versions) in _AZURE_SERIES.items():
        for version in versions:
            for cpu in sizes:
                yield InstanceType(f"Standard_{series}{cpu}{version}", "azure", cpu, ratio * cpu * GIB)
    yield from _listed("azure", _AZURE_OTHERS)


def _listed(cloud: str, text: str) -> Iterator[InstanceType]:
    """Lines of `name CPUs GiB GPUs pods`, separated by bars."""
    for entry in text.replace("\n", "|").split("|"):
        if entry.strip():
            name, cpu, memory, gpu, pods = entry.split()
            yield InstanceType(name, cloud, int(cpu), int(memory) * GIB, int(gpu), int(pods))
