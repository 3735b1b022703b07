"""What Kubernetes says of a pod, in words: the cause, and what to do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from deployer.targets.kubernetes.api.objects import Object, conditions

_IMAGE_REASONS = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
_CONFIG_REASONS = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError"})
_AGAIN = re.compile("timed out waiting|context deadline exceeded|failed to reserve container name")
"""What a busy node says of its own slowness: it tries again."""
_CRASHED = frozenset({"CrashLoopBackOff", "Error", "OOMKilled", "ContainerCannotRun", "StartError"})
_ROOM = "A node pool that can grow may still make room; else look at the node pools and at what the hub asks for."
_VOLUME = "Is what it mounts there, under this name, and does its file server answer?"
_MOUNTING = ("FailedMount", "FailedAttachVolume")
_NO_CLAIM = re.compile(r'persistentvolumeclaim "([^"]+)" not found')
_ASIDE = re.compile(r" no new claims to deallocate| preemption:")
_QUOTA = re.compile(r"exceeded quota: ([^,]+), requested: (\S+), used: (\S+), limited: (\S+)")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that keeps a pod from running. `final`: waiting does not help. `room`: no node takes it. `claim`: what it names
    and is not there. `container`: whose log says more, or empty; it has been started again so many times (`restarts`)."""

    what: str
    hint: str
    final: bool = True
    room: bool = False
    pod: str = ""
    claim: str = ""
    container: str = ""
    restarts: int = 0


def troubles(pod: Object) -> Iterator[Trouble]:
    """What is wrong with a pod now."""
    name = pod["metadata"]["name"]
    status = pod.get("status") or {}
    yield from _unscheduled(name, pod)
    if status.get("reason") == "Evicted":
        yield Trouble(f"pod {name} was evicted: {status.get('message', '')}", "The node lacks memory or disk.", pod=name)
    for entry in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        yield from _of_container(name, entry)


def _unscheduled(name: str, pod: Object) -> Iterator[Trouble]:
    scheduled = conditions(pod).get("PodScheduled", {})
    if scheduled.get("status") != "False":
        return
    reason = unscheduled_reason(scheduled.get("message", ""))
    if match := _NO_CLAIM.search(reason):
        yield Trouble(
            f"pod {name} names the volume claim `{match[1]}`, which is not there",
            "Correct the name, or make the claim, then deploy again.",
            pod=name,
            claim=match[1],
        )
    elif "persistentvolumeclaim" in reason.lower():
        yield Trouble(
            f"pod {name} waits for its volume: {reason}",
            "Is there a storage class that makes one, and room? `deployer doctor` looks.",
            final=False,
            pod=name,
        )
    else:
        yield Trouble(f"no node takes pod {name}: {reason}", _ROOM, final=False, room=True, pod=name)


def unmounted(pod: str, events: Iterable[Object]) -> Iterator[Trouble]:
    """What events of a pod tell of its volumes, each once."""
    for said in dict.fromkeys(event.get("message", "") for event in events if event.get("reason") in _MOUNTING):
        yield Trouble(f"pod {pod} waits for a volume: {said}", _VOLUME, final=False, pod=pod)


def unscheduled_reason(message: str) -> str:
    """The scheduler's count of nodes and reasons, without its talk of preemption and of devices."""
    return _ASIDE.split(message, maxsplit=1)[0].rstrip(". ") or "the scheduler has not said why"


def _of_container(pod: str, entry: Mapping[str, Any]) -> Iterator[Trouble]:
    container, state = entry["name"], entry.get("state") or {}
    waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
    last = (entry.get("lastState") or {}).get("terminated") or {}
    reason = waiting.get("reason", "")
    if reason in _IMAGE_REASONS:
        yield Trouble(
            f"the image {entry.get('image', '')} of pod {pod} cannot be had ({reason})",
            "Look at its name and tag, and whether the registry needs a login.",
            pod=pod,
        )
    elif reason in _CONFIG_REASONS:
        said = waiting.get("message", reason)
        again = bool(_AGAIN.search(said))
        made = "cannot be made yet" if again else "cannot be made"
        yield Trouble(f"container {container} of pod {pod} {made}: {said}", "", final=not again, pod=pod)
    elif reason == "CrashLoopBackOff" or (ended.get("exitCode") and ended.get("reason") in _CRASHED):
        yield _crash(pod, container, ended or last, entry.get("restartCount", 0))


def _crash(pod: str, container: str, ended: Mapping[str, Any], restarts: int) -> Trouble:
    if ended.get("reason") == "OOMKilled":
        return Trouble(
            f"container {container} of pod {pod} was killed: it used more memory than its limit", "Give it more memory.", pod=pod
        )
    return Trouble(
        f"container {container} of pod {pod} ended with {ended.get('exitCode', 'an error')}",
        "Mend what its log says, then deploy again.",
        pod=pod,
        container=container,
        restarts=restarts,
    )


def telling_container(pod: Object, usual: str) -> str:
    """The container whose log says why the pod does not run: one that runs before the usual one, and ended badly; else that."""
    before = {entry["name"] for entry in (pod.get("status") or {}).get("initContainerStatuses") or []}
    return next((trouble.container for trouble in troubles(pod) if trouble.container in before), usual)


def refused_pods(owners: Iterable[Object]) -> Iterator[Trouble]:
    """Deployments, ReplicaSets and Jobs for which the API server takes no pod: quota, admission."""
    for owner in owners:
        failure = conditions(owner).get("ReplicaFailure") or conditions(owner).get("FailedCreate")
        if failure and failure.get("status") == "True":
            yield Trouble(f"no pod of {owner['metadata']['name']} may be made: {refusal(failure.get('message', ''))}", "")


def refusal(message: str) -> str:
    """Why the API server took no pod."""
    if match := _QUOTA.search(message):
        return f"quota `{match[1]}` is used up: {match[2]} asked for, {match[3]} of {match[4]} used"
    return message.rsplit(" is forbidden: ", maxsplit=1)[-1]
