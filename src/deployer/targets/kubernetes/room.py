"""What the pods of a release ask of nodes. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.targets.kubernetes.objects import documents_of

_PLACING = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "priorityClassName")


def asks_for_more(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """A Deployment asks for another place or for more or less room than it did, or is new: documents by their titles."""
    return any(before.get(title) is None or _asked(before[title]) != _asked(text) for title, text in after.items() if _is(title))


def _is(title: str) -> bool:
    return title.startswith("Deployment/")


def _asked(text: str) -> list[Any]:
    (deployment,) = documents_of(text)
    pod = deployment["spec"]["template"]["spec"]
    return [[pod.get(name) for name in _PLACING], list(_requests(pod))]


def _requests(pod: Mapping[str, Any]) -> Iterator[Any]:
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        yield container.get("resources") or {}
