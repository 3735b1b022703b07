"""Memory and CPU limits of one server: a control group where this machine lets us make one, else a limit for each process.

cgroup v1: https://docs.kernel.org/admin-guide/cgroup-v1/memory.html; v2: https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CGROUPS = Path("/sys/fs/cgroup")
_PARENT = "deployer"
_PERIOD = 100_000
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "m": 1e-3}
_QUANTITY = re.compile(r"^([0-9.]+(?:e[0-9]+)?)([a-zA-Z]*)$")


def quantity(text: str | float | None) -> float | None:
    """A quantity of Kubernetes (`512Mi`, `0.5`, `500m`) as a number; None where there is none. Raises ValueError."""
    if text is None or isinstance(text, int | float):
        return text
    match = _QUANTITY.match(text.strip())
    if not match or match[2] not in _UNITS:
        raise ValueError(f"`{text}` is no quantity")
    return float(match[1]) * _UNITS[match[2]]


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` in bytes, `cpu` in cores."""

    memory: int | None = None
    cpu: float | None = None


class Enforced(Protocol):
    """How a server is held to its limits."""

    def join(self) -> list[str]:
        """Files to which the server's first process writes itself."""

    def rlimits(self) -> dict[str, int]:
        """Limits of each process."""

    def kills(self) -> int:
        """How many of its processes the kernel has killed for want of memory."""

    def remove(self) -> None:
        """Clean up after the last process has ended."""


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """Without control groups: each process alone may have so much private memory; CPU is not limited."""

    limits: Limits

    def join(self) -> list[str]:
        return []

    def rlimits(self) -> dict[str, int]:
        return {"RLIMIT_DATA": self.limits.memory} if self.limits.memory else {}

    def kills(self) -> int:
        return 0

    def remove(self) -> None:
        return


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """One folder a controller (v1), or one folder (v2)."""

    folders: tuple[Path, ...]

    def join(self) -> list[str]:
        return [str(folder / "cgroup.procs") for folder in self.folders]

    def rlimits(self) -> dict[str, int]:
        return {}

    def kills(self) -> int:
        return sum(_count(folder / name) for folder in self.folders for name in ("memory.oom_control", "memory.events"))

    def remove(self) -> None:
        for folder in self.folders:
            try:
                folder.rmdir()
            except OSError:
                continue


def _count(path: Path) -> int:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def control_group(name: str, root: Path = CGROUPS) -> ControlGroup:
    """The group of that name, whether it exists or not."""
    if (root / "cgroup.controllers").exists():
        return ControlGroup((root / _PARENT / name,))
    return ControlGroup(tuple(root / controller / _PARENT / name for controller in ("memory", "cpu")))


def enforce(name: str, limits: Limits, root: Path = CGROUPS) -> tuple[Enforced, str]:
    """Make the group and set its limits. Returns what holds the server, and a sentence where that is less than was asked."""
    if limits.memory is None and limits.cpu is None:
        return ProcessLimits(limits), ""
    group = control_group(name, root)
    try:
        _set_v2(group.folders[0], limits) if len(group.folders) == 1 else _set_v1(group.folders, limits)
    except OSError as error:
        group.remove()
        return ProcessLimits(limits), _told(limits, error)
    return group, ""


def _told(limits: Limits, error: OSError) -> str:
    memory = "the memory limit holds for each process by itself" if limits.memory else ""
    cpu = "the CPU limit does not hold" if limits.cpu else ""
    return f"no control group can be made ({error.strerror}): {' and '.join(filter(None, (memory, cpu)))}"


def _write(path: Path, content: object) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, str(content).encode())
    finally:
        os.close(descriptor)


def _set_v1(folders: tuple[Path, ...], limits: Limits) -> None:
    memory, cpu = folders
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    _write(memory / "memory.limit_in_bytes", limits.memory or -1)
    if limits.cpu:
        _write(cpu / "cpu.cfs_period_us", _PERIOD)
    _write(cpu / "cpu.cfs_quota_us", max(1000, int(limits.cpu * _PERIOD)) if limits.cpu else -1)


def _set_v2(folder: Path, limits: Limits) -> None:
    parent = folder.parent
    parent.mkdir(parents=True, exist_ok=True)
    for above in (parent.parent, parent):
        _write(above / "cgroup.subtree_control", "+memory +cpu")
    folder.mkdir(exist_ok=True)
    _write(folder / "memory.max", limits.memory or "max")
    _write(folder / "memory.oom.group", 0)
    _write(folder / "cpu.max", f"{max(1000, int(limits.cpu * _PERIOD))} {_PERIOD}" if limits.cpu else f"max {_PERIOD}")
