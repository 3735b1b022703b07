"""Whether a change asks what is outside of a hub for something else than before: only then a lack of it can be its fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.planning.documents import hub_values, parsed

_DEPLOYMENT = "Deployment/"
_PLACING = ("nodeSelector", "affinity", "tolerations", "topologySpreadConstraints", "priorityClassName")
_OF_ANY_NODE = frozenset({"configMap", "secret", "emptyDir", "projected", "downwardAPI"})
"""Kinds of volumes that every node can have."""
_SERVERS = ("singleuser", "scheduling", "custom")
_PYTHON = ("extraConfig", "extraFiles")
_OF_THE_HUB = ("config", *_PYTHON)
_LIMITS = ("activeServerLimit", "concurrentSpawnLimit")
"""Settings of zero-to-jupyterhub's chart, and Python that changes them."""


def pods_ask_otherwise(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """A Deployment asks for another place, other volumes of a place or more or less room than it did, or is new: documents by
    their titles."""
    deployments = {title: text for title, text in after.items() if title.startswith(_DEPLOYMENT)}
    return any(title not in before or _asked(before[title]) != _asked(text) for title, text in deployments.items())


def use_asks_otherwise(cause: str, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    """Those who use the hub may ask for something else than they did, of what `OutsideError` calls the cause."""
    asked = {"provider": _login, "volume": _volumes, "full": _limits}.get(cause, _servers)
    return asked(hub_values(before)) != asked(hub_values(after))


def _asked(text: str) -> list[Any]:
    pod = parsed(text)["spec"]["template"]["spec"]
    volumes = [volume for volume in pod.get("volumes") or [] if _OF_ANY_NODE.isdisjoint(volume)]
    return [[pod.get(name) for name in _PLACING], volumes, list(_resources(pod))]


def _resources(pod: Mapping[str, Any]) -> Iterator[Any]:
    for container in [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]:
        yield container.get("resources") or {}


def _servers(values: Mapping[str, Any]) -> list[Any]:
    """All that decides about the room of people's servers, and about their images."""
    return [*(values.get(name) for name in _SERVERS), *(_of_the_hub(values, name) for name in _OF_THE_HUB)]


def _volumes(values: Mapping[str, Any]) -> list[Any]:
    storage = (values.get("singleuser") or {}).get("storage")
    return [storage, values.get("custom"), *(_of_the_hub(values, name) for name in _PYTHON)]


def _login(values: Mapping[str, Any]) -> list[Any]:
    config = _of_the_hub(values, "config") or {}
    of_login = {name: said for name, said in config.items() if name.endswith("Authenticator")}
    return [
        of_login,
        (config.get("JupyterHub") or {}).get("authenticator_class"),
        *(_of_the_hub(values, name) for name in _PYTHON),
    ]


def _limits(values: Mapping[str, Any]) -> list[Any]:
    """How many servers there may be, and how many may start at once."""
    return [_of_the_hub(values, name) for name in (*_LIMITS, "config", *_PYTHON)]


def _of_the_hub(values: Mapping[str, Any], name: str) -> Any:
    return (values.get("hub") or {}).get(name)
