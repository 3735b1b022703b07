"""Whether a change asks nodes for something else than before: only then it can be its fault that they lack room."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.planning.documents import hub_values, parsed

_DEPLOYMENT = "Deployment/"
_PLACING = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "priorityClassName")
_SERVERS = ("singleuser", "scheduling", "custom")
_OF_THE_HUB = ("config", "extraConfig", "extraFiles")
"""What decides about the room of people's servers: settings of zero-to-jupyterhub's chart, and Python that changes them."""


def pods_ask_otherwise(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """A Deployment asks for another place or for more or less room than it did, or is new: documents by their titles."""
    deployments = {title: text for title, text in after.items() if title.startswith(_DEPLOYMENT)}
    return any(title not in before or _asked(before[title]) != _asked(text) for title, text in deployments.items())


def servers_ask_otherwise(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """People's servers may ask for other room than they did."""
    return _servers(before) != _servers(after)


def _asked(text: str) -> list[Any]:
    pod = parsed(text)["spec"]["template"]["spec"]
    return [[pod.get(name) for name in _PLACING], list(_resources(pod))]


def _resources(pod: Mapping[str, Any]) -> Iterator[Any]:
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        yield container.get("resources") or {}


def _servers(documents: Mapping[str, str]) -> list[Any]:
    values = hub_values(documents)
    hub = values.get("hub") or {}
    return [*(values.get(name) for name in _SERVERS), *(hub.get(name) for name in _OF_THE_HUB)]
