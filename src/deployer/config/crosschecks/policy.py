"""The policy speaks of settings that exist, with limits that mean something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, TypeAlias, get_args, get_origin

from deployer.config import paths, scalars
from deployer.config.documents import Document
from deployer.config.loaded import LoadedFleet
from deployer.config.messages import problem
from deployer.config.model_fields import expanded, fields_of
from deployer.config.models import base
from deployer.config.models.fleet import Bound
from deployer.config.models.hub import HubFile
from deployer.config.shelf import Shelf
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath
from deployer.model.problem import Problem

Reading: TypeAlias = Callable[[Any], float]
"""A bound as a number that can be compared."""

_READINGS: Mapping[Any, Reading] = {
    **dict.fromkeys((base.Duration, base.DurationOrNone, base.IdleTime), lambda value: scalars.duration_seconds(str(value))),
    base.Disk: lambda value: scalars.memory_size(str(value)),
    base.CpuRange: scalars.cpu_count,
}


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Paths and limits of policy.yaml."""
    document = shelf.typed(paths.POLICY_FILE) if shelf.exists(paths.POLICY_FILE) else None
    if document is None:
        return
    rules = fleet.policy.representatives
    for index, path in enumerate(rules.may_change):
        if _annotation(path) is None:
            place = document.place(("representatives", "may_change", index))
            yield problem("policy-path", place, path=path, advice=_advice(path))
    for path, bound in rules.bounds.items():
        yield from _bound(document, rules.may_change, path, bound)


def _bound(document: Document, may_change: list[str], path: str, bound: Bound) -> Iterator[Problem]:
    where: KeyPath = ("representatives", "bounds", path)
    key = document.place(where, key=True)
    annotation = _annotation(path)
    if annotation is None:
        yield problem("policy-path", key, path=path, advice=_advice(path))
        return
    reading = _reading(annotation)
    if reading is None:
        yield problem("policy-bound-kind", key, path=path)
        return
    if not any(path == allowed or path.startswith(f"{allowed}.") for allowed in may_change):
        yield problem("policy-bound-idle", key, path=path)
    limits: dict[str, float] = {}
    for name in ("min", "max"):
        value = getattr(bound, name)
        if value is not None:
            try:
                limits[name] = reading(value)
            except ValueError as error:
                yield problem("policy-bound-value", document.place((*where, name)), path=path, value=value, reason=str(error))
                return
    if not limits or limits.get("min", float("-inf")) > limits.get("max", float("inf")):
        yield problem("policy-bound-empty", key)


def _annotation(path: str) -> Any:
    """What the hub's model says of a dotted path; None where there is no such setting."""
    kinds: list[Any] = [HubFile]
    annotation: Any = None
    for step in path.split("."):
        annotation = next((fields_of(kind)[step].rebuild_annotation() for kind in kinds if step in fields_of(kind)), None)
        if annotation is None:
            free = any(get_origin(kind) is dict for kind in kinds)
            return Any if free else None
        kinds = expanded(annotation)
    return annotation


def _reading(annotation: Any) -> Reading | None:
    for known, reading in _READINGS.items():
        if any(part == known for part in _alternatives(annotation)):
            return reading
    return _number if any(kind in (int, float) for kind in expanded(annotation)) else None


def _number(value: Any) -> float:
    if isinstance(value, str):
        raise ValueError("write a number")
    return float(value)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    return (annotation, *(part for part in get_args(annotation) if get_origin(annotation) is not Literal))


def _advice(path: str) -> str:
    """A setting beside it, or the list that it would be in an entry of."""
    above, _, _ = path.rpartition(".")
    while above and _annotation(above) is None:
        above = above.rpartition(".")[0]
    fields = [f"{above}.{field}" if above else field for field in _fields_under(above)]
    return did_you_mean(path, fields, otherwise="settings there") if fields else f"`{above}` has no settings of its own: write it"


def _fields_under(path: str) -> list[str]:
    kinds = expanded(_annotation(path)) if path else [HubFile]
    return [name for kind in kinds for name in fields_of(kind)]
