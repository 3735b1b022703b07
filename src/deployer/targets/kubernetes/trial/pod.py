"""The pod of a trial: the hub's own, with copies of what its release makes, as the cluster may not have it yet. Pure."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeAlias

from deployer.targets.kubernetes.api.objects import Object

NAME = "hub-trial"
HUB = "hub"
LABELS = {"app.kubernetes.io/managed-by": "deployer", "app.kubernetes.io/component": "trial"}
COPIED = ("Secret", "ConfigMap")
_ACCOUNT, _CLAIM = "ServiceAccount", "PersistentVolumeClaim"
_REFERENCES = {
    "secret": "Secret",
    "secretRef": "Secret",
    "secretKeyRef": "Secret",
    "nodePublishSecretRef": "Secret",
    "azureFile": "Secret",
    "configMap": "ConfigMap",
    "configMapRef": "ConfigMap",
    "configMapKeyRef": "ConfigMap",
    "persistentVolumeClaim": _CLAIM,
}
"""Kubernetes' words for a reference, in volumes and environments of a pod, and the kind of what is named there."""
_NAMES = ("name", "secretName", "claimName")
_OF_A_SERVICE = ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "ports")

Named: TypeAlias = tuple[str, str]
"""Kind and name of an object."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a pod names as `holder[key]`, and whether it runs without."""

    kind: str
    holder: Object
    key: str
    needed: bool = True
    mounted: bool = False

    @property
    def what(self) -> Named:
        """What is named."""
        return self.kind, str(self.holder[self.key])


@dataclass(frozen=True, slots=True)
class TrialPod:
    """`copied`: what the release makes and the pod names, in the order in which copies are to be made."""

    spec: Object
    copied: tuple[Object, ...]


def hub_of(objects: Sequence[Object]) -> Object | None:
    """The hub's Deployment."""
    return _by_name(objects).get(("Deployment", HUB))


def unsure(hub: Object, objects: Sequence[Object]) -> frozenset[Named]:
    """What the hub's pod names and may not be in the cluster: all that its release does not make, and its account, of which no
    copy would have its rights."""
    made = _by_name(objects)
    return frozenset(what for what in _all_of(hub) if what not in made or what[0] == _ACCOUNT)


def missing(hub: Object, objects: Sequence[Object], lacking: Collection[Named]) -> tuple[Named, ...]:
    """What the hub's pod needs, and neither its release makes nor the cluster has (`lacking`)."""
    made, promised = _by_name(objects), _promised(objects)
    needed = {reference.what for reference in _references(_pod_of(hub)) if reference.needed}
    return tuple(sorted(what for what in needed if what in lacking and what not in made and what[1] not in promised))


def trial_pod(hub: Object, objects: Sequence[Object], lacking: Collection[Named]) -> TrialPod:
    """The hub's pod with the trial's program, empty volumes for its claims, and no part in any Service."""
    made, pod = _by_name(objects), copy.deepcopy(_pod_of(hub))
    references = list(_references(pod))
    copied = {reference.what for reference in references if reference.kind in COPIED and reference.what in made}
    # A pod pulls and starts nothing before all its volumes are there: what it mounts comes last.
    mounted = {reference.what for reference in references if reference.mounted}
    in_order = sorted(copied, key=lambda what: (what in mounted, what))
    for reference in references:
        if reference.what in copied:
            reference.holder[reference.key] = copy_name(reference.what[1])
        elif reference.what in lacking and reference.kind in COPIED and reference.needed:
            reference.holder["optional"] = True
    if (_ACCOUNT, pod.get("serviceAccountName")) in lacking:
        del pod["serviceAccountName"]
    if ("PriorityClass", pod.get("priorityClassName")) in made:
        del pod["priorityClassName"]
    for volume in pod.get("volumes") or []:
        if volume.pop("persistentVolumeClaim", None):
            volume["emptyDir"] = {}
    container = next(entry for entry in pod["containers"] if entry["name"] == HUB)
    for name in _OF_A_SERVICE:
        container.pop(name, None)
    container.update(command=["python3", "-c", _program()], args=[])
    pod.update(containers=[container], restartPolicy="Never")
    return TrialPod(pod, tuple(made[what] for what in in_order))


def copy_name(name: str) -> str:
    """What the copy of an object is called."""
    return f"{NAME}-{name}"


def _program() -> str:
    return (resources.files("deployer.targets.kubernetes.trial") / "program.py.txt").read_text()


def _pod_of(hub: Object) -> Object:
    pod: Object = hub["spec"]["template"]["spec"]
    return pod


def _all_of(hub: Object) -> set[Named]:
    return {reference.what for reference in _references(_pod_of(hub))}


def _by_name(objects: Sequence[Object]) -> dict[Named, Object]:
    return {(entry["kind"], entry["metadata"]["name"]): entry for entry in objects}


def _promised(objects: Sequence[Object]) -> set[str]:
    """All that objects of others' kinds name: an operator may make a Secret of one of these names."""
    return {text for entry in objects if _is_of_others(entry["apiVersion"]) for text in _texts(entry)}


def _is_of_others(version: str) -> bool:
    """Kubernetes' own API groups are single words, or end so."""
    group = version.rpartition("/")[0]
    return "." in group and not group.endswith(".k8s.io")


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for value in data.values() if isinstance(data, dict) else data:
            yield from _texts(value)


def _references(pod: Object) -> Iterator[Reference]:
    if pod.get("serviceAccountName"):
        yield Reference(_ACCOUNT, pod, "serviceAccountName")
    # The kubelet does without a login that is not there.
    yield from (Reference("Secret", entry, "name", needed=False) for entry in pod.get("imagePullSecrets") or [])
    yield from _within([pod.get("initContainers"), pod.get("containers")], mounted=False)
    yield from _within(pod.get("volumes"), mounted=True)


def _within(data: Any, *, mounted: bool) -> Iterator[Reference]:
    if isinstance(data, list):
        for value in data:
            yield from _within(value, mounted=mounted)
    elif isinstance(data, dict):
        for word, value in data.items():
            names = _NAMES if word in _REFERENCES and isinstance(value, dict) else ()
            if key := next((key for key in names if value.get(key)), ""):
                yield Reference(_REFERENCES[word], value, key, needed=not value.get("optional"), mounted=mounted)
            else:
                yield from _within(value, mounted=mounted)
