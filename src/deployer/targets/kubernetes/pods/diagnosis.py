"""Why one person's server does not start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from deployer.errors import ExternalError
from deployer.model.findings import Finding, Findings, Verdict
from deployer.model.health import LogTail
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.objects import Namespace, Object, conditions
from deployer.targets.kubernetes.pods.mounting import kept_waiting, moment
from deployer.targets.kubernetes.pods.quotas import judged
from deployer.targets.kubernetes.pods.rollout import is_ready
from deployer.targets.kubernetes.pods.slugs import names_of
from deployer.targets.kubernetes.pods.words import refusal, telling_container, troubles

SERVERS = "component=singleuser-server"
_NAME = "hub.jupyter.org/username"
SERVER = "notebook"
"""The container of a pod in which a person's server runs."""
_LINES = 15
_SEARCHED = 500
_EVENTS = 5
_GOING = ("Pending", "Running")


def owner(found: Object) -> str:
    """Whose server or volume it is."""
    return str((found["metadata"].get("annotations") or {}).get(_NAME, ""))


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One person on one hub."""

    namespace: Namespace
    ref: HubRef
    user: str

    def findings(self) -> Findings:
        """Hub, pod, image, volume, quota, node, events, logs; in this order."""
        pods = [pod for pod in self.namespace.list("pods", labels=SERVERS) if owner(pod) == self.user]
        homes = [claim for claim in self.namespace.list("persistentvolumeclaims") if owner(claim)]
        claims = [claim for claim in homes if owner(claim) == self.user]
        events = self._complaints([*pods, *claims])
        found = (
            self._hub(),
            *self._server(pods, events),
            *self._home(claims),
            *self._quota(pods, homeless=bool(homes) and not claims),
            *(finding for pod in pods for finding in self._node(pod)),
            *_told(events[-_EVENTS:]),
        )
        return Findings(cluster=self.ref.cluster, hub=self.ref.hub, user=self.user, findings=found, logs=tuple(self._logs(pods)))

    def _hub(self) -> Finding:
        hub = self.namespace.get("deployments", "hub")
        if hub is None:
            return Finding("hub", Verdict.FAILED, "it is not deployed", f"deployer deploy {self.ref.cluster} {self.ref.hub}")
        if not is_ready(hub):
            return Finding("hub", Verdict.FAILED, "it is not ready", f"deployer logs {self.ref.cluster} {self.ref.hub}")
        return Finding("hub", Verdict.OK, "it runs")

    def _server(self, pods: list[Object], events: list[Object]) -> Iterator[Finding]:
        if not pods:
            yield Finding("server", Verdict.OK, f"{self.user} has none now", "What follows is what is left of the last start.")
        for pod in pods:
            name = pod["metadata"]["name"]
            found = [*troubles(pod), *kept_waiting(pod, events)]
            for trouble in found:
                yield Finding("server", Verdict.FAILED, trouble.what, trouble.hint)
            if not found:
                ready = _runs(pod)
                since = pod["metadata"]["creationTimestamp"]
                said = "runs" if ready else f"is {pod['status'].get('phase', 'unknown').lower()}, not ready yet"
                yield Finding("server", Verdict.OK if ready else Verdict.WARNING, f"pod {name} {said}; made at {since}")
            images = ", ".join(container["image"] for container in pod["spec"]["containers"])
            yield Finding("image", Verdict.OK, images)

    def _home(self, claims: list[Object]) -> Iterator[Finding]:
        for claim in claims:
            name, phase = claim["metadata"]["name"], (claim.get("status") or {}).get("phase", "unknown")
            bound = phase == "Bound"
            hint = "" if bound else "Is there a storage class, and room? `deployer doctor` looks."
            yield Finding("home", Verdict.OK if bound else Verdict.FAILED, f"volume {name} is {phase.lower()}", hint)

    def _quota(self, pods: list[Object], *, homeless: bool) -> Iterator[Finding]:
        """Kubernetes asks quotas before it makes a pod: one that waits has its place already, and only another would get none."""
        going = [pod for pod in pods if (pod.get("status") or {}).get("phase") in _GOING]
        verdict = Verdict.FAILED if not going else Verdict.OK if all(map(_runs, going)) else Verdict.WARNING
        for quota in self.namespace.list("resourcequotas"):
            yield judged(quota, pod=verdict, volume=verdict if homeless else Verdict.OK)

    def _node(self, pod: Object) -> Iterator[Finding]:
        name = pod["spec"].get("nodeName")
        if not name:
            return
        try:
            node = self.namespace.connection.request("GET", f"/api/v1/nodes/{name}")
        except ExternalError as error:
            yield Finding("node", Verdict.UNKNOWN, error.message)
            return
        ready = bool(node) and conditions(node).get("Ready", {}).get("status") == "True"
        yield Finding("node", Verdict.OK if ready else Verdict.FAILED, f"{name} is {'ready' if ready else 'not ready'}")

    def _complaints(self, own: list[Object]) -> list[Object]:
        """Events of the person's pods, gone ones too, as long as the cluster remembers (an hour); the last is the newest."""
        name, known = names_of(self.user), {found["metadata"]["name"] for found in own}
        events = [
            event
            for event in self.namespace.list("events", fields="type=Warning")
            if event["involvedObject"].get("name") in known or name.fullmatch(event["involvedObject"].get("name", ""))
        ]
        return sorted(events, key=moment)

    def _logs(self, pods: list[Object]) -> Iterator[LogTail]:
        for pod in pods:
            container = telling_container(pod, SERVER)
            lines = self.namespace.log(pod["metadata"]["name"], container=container, lines=_LINES)
            if lines:
                which = "" if container == SERVER else f", container {container}"
                yield LogTail(f"server of {self.user}{which}", lines)
        hubs = self.namespace.list("pods", labels="component=hub")
        mentions = re.compile(rf"(?<![\w-]){re.escape(self.user)}(?![\w-])")
        for hub in hubs[-1:]:
            lines = self.namespace.log(hub["metadata"]["name"], container="hub", lines=_SEARCHED)
            mine = tuple(line for line in lines if mentions.search(line))[-_LINES:]
            if mine:
                yield LogTail(f"the hub, about {self.user}", mine)


def _runs(pod: Object) -> bool:
    return conditions(pod).get("Ready", {}).get("status") == "True"


def _told(events: Iterable[Object]) -> Iterator[Finding]:
    for event in events:
        said = refusal(event.get("message", ""))
        yield Finding("event", Verdict.WARNING, f"{moment(event)} {event.get('reason', '')}: {said}")
