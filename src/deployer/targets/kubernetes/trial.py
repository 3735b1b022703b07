"""A deploy is tried before it happens: the new hub image loads the new configuration, beside the running hub."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

from deployer.errors import RolledBackError, UnhealthyError
from deployer.model.protocols import Clock
from deployer.targets.kubernetes.objects import Namespace, Object
from deployer.targets.kubernetes.rollout import Patience, Rollout
from deployer.targets.kubernetes.words import Trouble, refusal, troubles

NAME = "hub-trial"
_HUB = "hub"
_SECONDS = 300
_MEND = "Mend it, then deploy again."
_LOG_LINES = 25
_POLL = 0.25
_ROOM = "Ask whoever runs the cluster for more room, or free some."
_MARK = "deployer-trial:"
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

    def run(self, manifests: list[Object]) -> Tried:
        """Raises RolledBackError with what the hub says of its configuration. A release without a hub is not tried. Nothing of
        the trial stays, at any end."""
        hub = _find(manifests, "Deployment", _HUB)
        if hub is None:
            return Tried()
        self.remove()
        try:
            own_account = self.namespace.get("deployments", _HUB) is not None
            patience = round(self.rollout.scale_up_seconds + _SECONDS)
            job = self.namespace.create("jobs", _job(hub, own_account=own_account, patience=patience))
            for plural, kind in (("secrets", "Secret"), ("configmaps", "ConfigMap")):
                if original := _find(manifests, kind, _HUB):
                    self.namespace.create(plural, _copy(original, job))
            return self._wait(job["metadata"]["uid"])
        except UnhealthyError as error:
            stays = _UNTOUCHED if self.namespace.get("deployments", _HUB) else _NOTHING
            raise RolledBackError(f"{error.message}\n{stays}", hint=error.hint or _MEND) from None
        finally:
            self.remove()

    def remove(self) -> None:
        """Take away what a trial left."""
        for plural in ("jobs", "secrets", "configmaps"):
            self.namespace.delete(plural, NAME)

    def _wait(self, uid: str) -> Tried:
        told, patience = set[str](), Patience(self.clock, self.rollout.scale_up_seconds, _SECONDS)
        while True:
            pods = self.namespace.list("pods", labels=f"batch.kubernetes.io/controller-uid={uid}")
            code = next((code for pod in pods for code in _codes(pod)), None)
            if code == 0:
                return _told(self.namespace.log(pods[0]["metadata"]["name"], lines=50))
            if code is not None or self._failed():
                raise self._refused(pods)
            found = [*self._refusals(uid, pods), *(trouble for pod in pods for trouble in troubles(pod))]
            # A container that ended has more to say than its exit code.
            final = next((trouble for trouble in found if trouble.final and not trouble.container), None)
            if final:
                raise self.rollout.failure(final)
            self.rollout.tell([trouble for trouble in found if not trouble.container], told)
            if patience.is_over(troubled=bool(found)):
                reason = found[0].what if found else "its pod does not start"
                raise UnhealthyError(
                    f"the new configuration could not be tried: {reason}", hint="Look at the nodes, then deploy again."
                )
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
        lines = self.namespace.log(pods[0]["metadata"]["name"], lines=_LOG_LINES) if pods else ()
        said = next((line.removeprefix(_MARK) for line in reversed(lines) if line.startswith(_MARK)), "")
        reason = json.loads(said)["error"] if said else "\n".join(f"  {line}" for line in lines)
        return UnhealthyError(f"the hub does not take its new configuration: {reason}")


def _codes(pod: Object) -> Iterator[int]:
    """How its container ended, which the Job's own status tells seconds later; none while it runs."""
    for container in (pod.get("status") or {}).get("containerStatuses") or []:
        if ended := (container.get("state") or {}).get("terminated"):
            yield ended["exitCode"]


def _told(lines: tuple[str, ...]) -> Tried:
    said = next((line.removeprefix(_MARK) for line in reversed(lines) if line.startswith(_MARK)), "{}")
    found = json.loads(said)
    return Tried(str(found.get("schema", "")), tuple(found.get("schemas", ())))


def _find(manifests: list[Object], kind: str, name: str) -> Object | None:
    return next((entry for entry in manifests if entry["kind"] == kind and entry["metadata"]["name"] == name), None)


def _copy(original: Object, owner: Object) -> Object:
    kept = {key: value for key, value in original.items() if key not in ("metadata", "status")}
    owned_by = {"apiVersion": "batch/v1", "kind": "Job", "name": NAME, "uid": owner["metadata"]["uid"]}
    labels = {"app.kubernetes.io/managed-by": "deployer"}
    return {**kept, "metadata": {"name": NAME, "labels": labels, "ownerReferences": [owned_by]}}


def _job(hub: Object, *, own_account: bool, patience: int) -> Object:
    """The hub's pod, but with the trial's program, an empty database volume and no part in any Service; ended after so many
    seconds of `patience`, which is more than anybody waits for it."""
    pod = copy.deepcopy(hub["spec"]["template"]["spec"])
    for volume in pod.get("volumes") or []:
        _redirect(volume)
    container = next(entry for entry in pod["containers"] if entry["name"] == _HUB)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "ports"):
        container.pop(probe, None)
    for variable in container.get("env") or []:
        reference = (variable.get("valueFrom") or {}).get("secretKeyRef") or {}
        if reference.get("name") == _HUB:
            reference["name"] = NAME
    program = (resources.files("deployer.targets.kubernetes") / "trial_program.py.txt").read_text()
    container.update(command=["python3", "-c", program], args=[])
    pod.update(containers=[container], restartPolicy="Never")
    if not own_account:
        pod.pop("serviceAccountName", None)
    labels = {"app.kubernetes.io/managed-by": "deployer", "app.kubernetes.io/component": "trial"}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"backoffLimit": 0, "activeDeadlineSeconds": patience, "ttlSecondsAfterFinished": 600, "template": template}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": NAME, "labels": labels}, "spec": spec}


def _redirect(volume: Object) -> None:
    """To the trial's copies; the database's claim becomes empty; what a first install has not made yet may be missing."""
    if "persistentVolumeClaim" in volume:
        del volume["persistentVolumeClaim"]
        volume["emptyDir"] = {}
    for kind, key in (("configMap", "name"), ("secret", "secretName")):
        if kind in volume:
            if volume[kind].get(key) == _HUB:
                volume[kind][key] = NAME
            else:
                volume[kind]["optional"] = True
