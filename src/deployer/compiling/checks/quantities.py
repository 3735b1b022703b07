"""Memory, CPU and disk sizes in the grammar of the one who reads them: KubeSpawner's, or Kubernetes' own."""

from __future__ import annotations

import re
from typing import Any

from deployer.compiling.checks.view import Values
from deployer.config.instance_types import MIB, SMALLEST_SERVER
from deployer.model.place import KeyPath

# jupyterhub.traitlets.ByteSpecification: powers of 1024, one letter.
_BYTES = re.compile(r"(\d+(?:\.\d+)?)([KMGT])", re.ASCII)
_LETTERS = {"K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d+|[KMGTPE]i|[numkMGTPE])?", re.ASCII)
_SUFFIXES = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18}
_SUFFIXES |= {f"{letter}i": 1024.0**power for power, letter in enumerate("KMGTPE", start=1)}

DEFAULT_MEMORY_GUARANTEE = "1G"
"""zero-to-jupyterhub's own, where a hub says nothing."""

_RESOURCES: tuple[KeyPath, ...] = (
    ("hub", "resources"),
    ("proxy", "chp", "resources"),
    ("proxy", "traefik", "resources"),
    ("proxy", "secretSync", "resources"),
    ("prePuller", "resources"),
    ("prePuller", "hook", "resources"),
    ("singleuser", "networkTools", "resources"),
    ("scheduling", "userScheduler", "resources"),
    ("scheduling", "userPlaceholder", "resources"),
)
_DISKS: tuple[KeyPath, ...] = (("hub", "db", "pvc", "storage"), ("singleuser", "storage", "capacity"))


def check_quantities(values: Values) -> None:
    """Every size outside profile lists."""
    memory = ("singleuser", "memory", "guarantee"), ("singleuser", "memory", "limit")
    limits(values, *memory, memory=True, default=DEFAULT_MEMORY_GUARANTEE)
    limits(values, ("singleuser", "cpu", "guarantee"), ("singleuser", "cpu", "limit"), memory=False)
    for path in _DISKS:
        value = values.get(*path)
        if value is not None and values.is_said(*path):
            quantity(values, path, value)
    for path in _RESOURCES:
        if values.is_said(*path):
            resources(values, path, values.get(*path))


def limits(values: Values, guarantee: KeyPath, limit: KeyPath, *, memory: bool, default: Any = None) -> None:
    """Two settings of KubeSpawner that belong together; `default` is guaranteed where nothing is said."""
    read = spawner_memory if memory else spawner_cpu
    said = values.get(*guarantee, default=default), values.get(*limit)
    low, high = read(values, guarantee, said[0]), read(values, limit, said[1])
    if low is not None and high is not None and low > high:
        path = guarantee if values.is_said(*guarantee) else limit
        values.tell("guarantee-above-limit", path, guarantee=said[0], limit=said[1])


def spawner_memory(values: Values, path: KeyPath, value: Any) -> float | None:
    """Bytes, by the rules of JupyterHub: a number, or K, M, G, T behind one."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _enough(values, path, value, float(value))
    match = _BYTES.fullmatch(value) if isinstance(value, str) else None
    if match:
        return _enough(values, path, value, float(match[1]) * _LETTERS[match[2]])
    if values.get(*path) is not None:
        values.tell("memory-invalid", path, written=value, advice=_memory_advice(value))
    return None


def _enough(values: Values, path: KeyPath, written: Any, memory: float) -> float:
    """The memory; told where so little was written by hand that it must have been meant otherwise. Of none there is no limit."""
    if not 0 < memory < SMALLEST_SERVER or not values.is_by_hand(*path):
        return memory
    if memory < MIB:
        values.tell("memory-in-bytes", path, written=written, advice=_with_a_letter(written, "M", "G"))
    elif path[-1] in ("limit", "mem_limit"):
        values.tell("memory-too-small", path, memory=written, least=f"{SMALLEST_SERVER // MIB}M")
    return memory


def _with_a_letter(written: Any, *units: str) -> str:
    number = re.match(r"[\d.]*", str(written))
    return f"write {' or '.join(f'{number[0]}{unit}' for unit in units)}" if number else ""


def _memory_advice(value: Any) -> str:
    text = str(value).replace(" ", "")
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)([KMGTkmgt])(?:i?[bB]?|igs?|egs?)", text, re.ASCII):
        return f"write {match[1]}{match[2].upper()}; K, M, G and T are powers of 1024 here"
    return "write a number and K, M, G or T, such as 512M or 2G (no space)"


def spawner_cpu(values: Values, path: KeyPath, value: Any) -> float | None:
    """CPUs: a number without quotes."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if values.get(*path) is not None:
        match = re.fullmatch(r"(\d+)m", str(value), re.ASCII)
        advice = f"write {int(match[1]) / 1000:g}" if match else "write a number without quotes, such as 0.5 or 2"
        values.tell("cpu-invalid", path, written=value, advice=advice)
    return None


def quantity(values: Values, path: KeyPath, value: Any) -> float | None:
    """A quantity of Kubernetes: `0.5`, `500m`, `2Gi`."""
    match = None if isinstance(value, bool) else _QUANTITY.fullmatch(str(value)) if isinstance(value, str | int | float) else None
    if not match:
        values.tell("quantity-invalid", path, written=value)
        return None
    suffix = match[2] or ""
    if suffix[:1] in "eE" and len(suffix) > 1 and suffix != "Ei":
        return float(f"{match[1]}{suffix}")
    return float(match[1]) * _SUFFIXES.get(suffix, 1.0)


def resources(values: Values, path: KeyPath, said: Any) -> None:
    """Requests and limits of a container."""
    if not isinstance(said, dict):
        return
    found: dict[tuple[str, str], float | None] = {}
    for part in ("requests", "limits"):
        amounts = said.get(part)
        for name, amount in amounts.items() if isinstance(amounts, dict) else ():
            if amount is not None:
                found[part, name] = size = quantity(values, (*path, part, name), amount)
                if name == "memory" and size and size < MIB and values.is_by_hand(*path, part, name):
                    advice = _with_a_letter(amount, "Mi", "Gi")
                    values.tell("memory-in-bytes", (*path, part, name), written=amount, advice=advice)
    for (part, name), amount in found.items():
        most = found.get(("limits", name))
        if part == "requests" and amount is not None and most is not None and amount > most:
            values.tell("guarantee-above-limit", (*path, part, name), guarantee=said[part][name], limit=said["limits"][name])
