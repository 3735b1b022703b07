"""A deploy is tried before it happens: the new hub image loads the new configuration, beside the running hub."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deployer.errors import RolledBackError, UnhealthyError
from deployer.model.protocols import Clock
from deployer.targets.kubernetes.api.objects import PLURALS, Namespace, Object
from deployer.targets.kubernetes.pods.mounting import Mounting
from deployer.targets.kubernetes.pods.rollout import Patience, Rollout
from deployer.targets.kubernetes.pods.words import Trouble, refusal, troubles
from deployer.targets.kubernetes.trial.pod import (
    COPIED,
    HUB,
    LABELS,
    NAME,
    Named,
    copy_name,
    hub_of,
    missing,
    trial_pod,
    unsure,
)

_SECONDS = 300
_MEND = "Mend it, then deploy again."
_LOG_LINES = 50
_REFUSED = "the hub does not take its new configuration"
_POLL = 0.25
_ROOM = "Ask whoever runs the cluster for more room, or free some."
_MARK = "deployer-trial:"
_MINE = ",".join(f"{label}={value}" for label, value in LABELS.items())
_UNTOUCHED = "It was only tried: the running hub was not touched."
_NOTHING = "It was only tried: nothing was installed."


@dataclass(frozen=True, slots=True)
class Tried:
    """What the trial told: the schema revision that the new hub's database has, and those that it can be brought there from."""

    schema: str = ""
    schemas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """A Job with copies of what the new hub pod would mount. It owns them and ends by itself, so that the cluster removes what a
    deployer that was killed has left."""

    namespace: Namespace
    rollout: Rollout
    clock: Clock

    def run(self, objects: Sequence[Object]) -> Tried:
        """`objects`: all that the release makes, by hooks too. Raises RolledBackError with what the hub says of its
        configuration, or with what its pod would lack. A release without a hub is not tried. Nothing of the trial stays, at any
        end."""
        hub = hub_of(objects)
        if hub is None:
            return Tried()
        self.remove()
        try:
            lacking = frozenset(what for what in unsure(hub, objects) if not self._has(*what))
            if needed := missing(hub, objects, lacking):
                raise self._incomplete(needed)
            pod, patience = trial_pod(hub, objects, lacking), round(self.rollout.scale_up_seconds + _SECONDS)
            job = self.namespace.create("jobs", _job(pod.spec, patience=patience))
            for original in pod.copied:
                self.namespace.create(PLURALS[original["kind"]], _copy(original, job))
            return self._wait(job["metadata"]["uid"])
        except UnhealthyError as error:
            stays = _UNTOUCHED if self.namespace.get("deployments", HUB) else _NOTHING
            raise RolledBackError(f"{error.message}\n{stays}", hint=error.hint or _MEND) from None
        finally:
            self.remove()

    def remove(self) -> None:
        """Take away what a trial left."""
        self.namespace.delete("jobs", NAME)
        for kind in COPIED:
            for entry in self.namespace.list(PLURALS[kind], labels=_MINE, metadata_only=True):
                self.namespace.delete(PLURALS[kind], entry["metadata"]["name"])

    def _has(self, kind: str, name: str) -> bool:
        return self.namespace.get(PLURALS[kind], name) is not None

    def _incomplete(self, needed: Sequence[Named]) -> UnhealthyError:
        names = ", ".join(f"{kind} `{name}`" for kind, name in needed)
        return UnhealthyError(
            f"the hub needs what neither its release makes nor namespace {self.namespace.name} has: {names}",
            hint="Correct the name where the hub's values say it, or make the object, then deploy again.",
        )

    def _wait(self, uid: str) -> Tried:
        told, patience = set[str](), Patience(self.clock, self.rollout.scale_up_seconds, _SECONDS)
        mounting = Mounting(self.namespace, self.clock)
        while True:
            pods = self.namespace.list("pods", labels=f"batch.kubernetes.io/controller-uid={uid}")
            code = next((code for pod in pods for code in _codes(pod)), None)
            if code == 0:
                return _told(self._said(pods))
            if code is not None or self._failed():
                raise self._refused(pods)
            found = [*self._refusals(uid, pods), *(trouble for pod in pods for trouble in troubles(pod))]
            # A container that ended has more to say than its exit code.
            final = next((trouble for trouble in found if trouble.final and not trouble.container), None)
            if final:
                raise self.rollout.failure(final)
            late = [*(trouble for trouble in found if not trouble.container), *mounting.troubles(pods)]
            self.rollout.tell(late, told)
            if patience.is_over(troubled=bool(found)):
                raise _not_tried(next((trouble.what for trouble in [*found, *late]), "its pod does not start"))
            self.clock.sleep(_POLL)

    def _failed(self) -> bool:
        """Its pod was taken away, or did not get as far as an end of its own."""
        job = self.namespace.get("jobs", NAME) or {}
        return bool((job.get("status") or {}).get("failed"))

    def _refusals(self, uid: str, pods: list[Object]) -> list[Trouble]:
        """Why the API server takes no pod of the Job, which only its events say."""
        events = [] if pods else self.namespace.list("events", fields=f"involvedObject.uid={uid},reason=FailedCreate")
        return [Trouble(f"no pod to try it in may be made: {refusal(event.get('message', ''))}", _ROOM) for event in events]

    def _refused(self, pods: list[Object]) -> UnhealthyError:
        if error := _marked(self._said(pods)).get("error"):
            return UnhealthyError(f"{_REFUSED}: {error}")
        trouble = next((trouble for pod in pods for trouble in troubles(pod)), None)
        if trouble is None:
            return _not_tried("its pod was taken away")
        failure = self.rollout.failure(trouble)
        return UnhealthyError(f"{_REFUSED}: {failure.message}", hint=failure.hint)

    def _said(self, pods: list[Object]) -> tuple[str, ...]:
        return self.namespace.log(pods[0]["metadata"]["name"], container=HUB, lines=_LOG_LINES) if pods else ()


def _not_tried(reason: str) -> UnhealthyError:
    return UnhealthyError(f"the new configuration could not be tried: {reason}", hint="Look at the nodes, then deploy again.")


def _codes(pod: Object) -> Iterator[int]:
    """How its container ended, which the Job's own status tells seconds later; none while it runs."""
    for container in (pod.get("status") or {}).get("containerStatuses") or []:
        if ended := (container.get("state") or {}).get("terminated"):
            yield ended["exitCode"]


def _told(lines: tuple[str, ...]) -> Tried:
    found = _marked(lines)
    return Tried(str(found.get("schema", "")), tuple(found.get("schemas", ())))


def _marked(lines: tuple[str, ...]) -> Mapping[str, Any]:
    """What the trial's program said at its end; empty where it did not come as far."""
    said = next((line.removeprefix(_MARK) for line in reversed(lines) if line.startswith(_MARK)), "{}")
    found: Mapping[str, Any] = json.loads(said)
    return found


def _copy(original: Object, owner: Object) -> Object:
    kept = {key: value for key, value in original.items() if key not in ("metadata", "status")}
    owned_by = {"apiVersion": "batch/v1", "kind": "Job", "name": NAME, "uid": owner["metadata"]["uid"]}
    name = copy_name(original["metadata"]["name"])
    return {**kept, "metadata": {"name": name, "labels": LABELS, "ownerReferences": [owned_by]}}


def _job(pod: Object, *, patience: int) -> Object:
    """Ended after so many seconds of `patience`, which is more than anybody waits for it."""
    template = {"metadata": {"labels": LABELS}, "spec": pod}
    spec = {"backoffLimit": 0, "activeDeadlineSeconds": patience, "ttlSecondsAfterFinished": 600, "template": template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": NAME, "labels": LABELS}, "spec": spec}
