"""Whether quotas of a namespace keep one person's server from starting. Pure."""

from __future__ import annotations

import re

from deployer.model.findings import Finding, Verdict
from deployer.targets.kubernetes.api.objects import Object

_EVERY_POD = re.compile(r"(?:count/)?pods|(?:(?:requests|limits)\.)?(?:cpu|memory|ephemeral-storage)")
_SOME_PODS = re.compile(r"requests\.[^/]+/.+")
"""Devices, such as GPUs."""
_VOLUMES = re.compile(r"(?:count/)?persistentvolumeclaims|requests\.storage")
_OF_SERVERS = frozenset({"NotTerminating", "NotBestEffort"})
"""Scopes that hold every server which is promised some memory, as the chart's are; of others, only some servers are."""
_BAD = (Verdict.OK, Verdict.WARNING, Verdict.FAILED)
_HINT = "Ask whoever runs the cluster for more room, or stop servers that nobody uses."


def judged(quota: Object, *, pod: Verdict, volume: Verdict) -> Finding:
    """`pod`, `volume`: how bad it is for the person's server that no other can be made."""
    status = quota.get("status") or {}
    used, hard = status.get("used") or {}, status.get("hard") or {}
    words = ", ".join(f"{used.get(name, '0')} of {limit} {name}" for name, limit in hard.items())
    full = [name for name, limit in hard.items() if _amount(used.get(name, "0")) >= _amount(limit)]
    counted = ((_EVERY_POD, pod), (_SOME_PODS, _at_most_warning(pod)), (_VOLUMES, volume))
    verdicts = [verdict for name in full for pattern, verdict in counted if pattern.fullmatch(name)]
    worst = max(verdicts, key=_BAD.index, default=Verdict.OK)
    verdict = worst if _scopes(quota) <= _OF_SERVERS else _at_most_warning(worst)
    return Finding("quota", verdict, f"{quota['metadata']['name']}: {words} used", "" if verdict is Verdict.OK else _HINT)


def _at_most_warning(verdict: Verdict) -> Verdict:
    return min(verdict, Verdict.WARNING, key=_BAD.index)


def _scopes(quota: Object) -> frozenset[str]:
    """Which pods it counts: all, where it names none."""
    spec = quota.get("spec") or {}
    selected = (spec.get("scopeSelector") or {}).get("matchExpressions") or []
    return frozenset([*(spec.get("scopes") or []), *(entry["scopeName"] for entry in selected)])


def _amount(quantity: str) -> float:
    from kubernetes.utils.quantity import parse_quantity

    return float(parse_quantity(quantity))
