"""What Kubernetes says of a pod, and what people are told."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.pods.words import refusal, troubles

CONTAINER = "containerStatuses"


def pod(**status: Any) -> dict[str, Any]:
    return {"metadata": {"name": "hub-1"}, "status": status}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    state = {"waiting": {"reason": reason, "message": message}}
    return pod(**{CONTAINER: [{"name": "hub", "image": "quay.io/hub:1", "state": state}]})


def ended(reason: str, code: int) -> dict[str, Any]:
    state = {"terminated": {"reason": reason, "exitCode": code}}
    return pod(**{CONTAINER: [{"name": "hub", "image": "quay.io/hub:1", "state": state}]})


UNSCHEDULED = {
    "type": "PodScheduled",
    "status": "False",
    "message": "0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available.",
}


UNBOUND = {
    "type": "PodScheduled",
    "status": "False",
    "message": "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. "
    "no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
}
NO_CLAIM = {
    "type": "PodScheduled",
    "status": "False",
    "message": '0/1 nodes are available: persistentvolumeclaim "course" not found. preemption: 0/1 nodes are available.',
}


@pytest.mark.parametrize(
    ("seen", "told", "final"),
    [
        (waiting("ErrImagePull"), "the image quay.io/hub:1 of pod hub-1 cannot be had (ErrImagePull)", True),
        (waiting("ImagePullBackOff"), "the image quay.io/hub:1 of pod hub-1 cannot be had (ImagePullBackOff)", True),
        (
            waiting("CreateContainerConfigError", 'secret "x" not found'),
            'container hub of pod hub-1 cannot be made: secret "x" not found',
            True,
        ),
        (
            waiting("CreateContainerConfigError", "failed to sync secret cache: timed out waiting for the condition"),
            "container hub of pod hub-1 cannot be made yet: failed to sync secret cache: timed out waiting for the condition",
            False,
        ),
        (ended("Error", 1), "container hub of pod hub-1 ended with 1", True),
        (ended("OOMKilled", 137), "container hub of pod hub-1 was killed: it used more memory than its limit", True),
        (
            pod(conditions=[UNSCHEDULED]),
            "no node takes pod hub-1: 0/3 nodes are available: 3 Insufficient memory",
            False,
        ),
        (
            pod(conditions=[UNBOUND]),
            "pod hub-1 waits for its volume: 0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims",
            False,
        ),
        (pod(conditions=[NO_CLAIM]), "pod hub-1 names the volume claim `course`, which is not there", True),
        (pod(reason="Evicted", message="low on disk"), "pod hub-1 was evicted: low on disk", True),
    ],
)
def test_what_keeps_a_pod_from_running(seen: dict[str, Any], told: str, final: bool) -> None:
    (trouble,) = troubles(seen)
    assert (trouble.what, trouble.final) == (told, final)


@pytest.mark.parametrize("seen", [pod(), waiting("ContainerCreating"), ended("Completed", 0)])
def test_what_takes_its_time_is_no_trouble(seen: dict[str, Any]) -> None:
    assert not list(troubles(seen))


def test_a_quota_is_told_with_its_figures() -> None:
    said = 'pods "hub-1" is forbidden: exceeded quota: small, requested: memory=1G, used: memory=7G, limited: memory=8G'
    assert refusal(said) == "quota `small` is used up: memory=1G asked for, memory=7G of memory=8G used"


REFUSALS = {
    'secrets is forbidden: User "v" cannot create resource "secrets" in API group "" in the namespace "prod"': (
        "the account may not create secrets in namespace prod of cluster aurora"
    ),
    'namespaces is forbidden: User "v" cannot list resource "namespaces" in API group "" at the cluster scope': (
        "the account may not list namespaces of cluster aurora"
    ),
    'Secret "hub" is invalid: data: Too long: may not be more than 1048576 bytes': (
        "what is to be kept in cluster aurora is larger than the 1 MiB that Kubernetes and helm can store"
    ),
    "Error: Kubernetes cluster unreachable: the server has asked for the client to provide credentials: Unauthorized": (
        "cluster aurora does not accept the credentials: they have expired or are wrong"
    ),
}
WEBHOOKS = {
    'Internal error occurred: failed calling webhook "webhook.cert-manager.io": failed to call webhook: '
    'Post "https://cert-manager-webhook.cert-manager.svc:443/validate?timeout=30s": '
    "dial tcp 10.0.0.7:443: connect: connection refused": (
        "cluster aurora cannot ask its webhook `webhook.cert-manager.io`, without which it takes no such change: "
        "dial tcp 10.0.0.7:443: connect: connection refused",
        "Look at its pods: `kubectl get pods -n cert-manager`. Once it answers, run the same command again.",
    ),
    'failed calling webhook "policy.example.org": Post https://10.0.0.7:9443/: Unauthorized': (
        "cluster aurora cannot ask its webhook `policy.example.org`, without which it takes no such change: Unauthorized",
        "`kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations` shows whose it is. "
        "Once it answers, run the same command again.",
    ),
    "conversion webhook for example.org/v1, Kind=Plant failed: Post "
    '"https://plants.garden.svc:443/convert?timeout=30s": service "plants" not found': (
        "cluster aurora cannot ask its webhook `example.org/v1, Kind=Plant`, without which it takes no such change: "
        'service "plants" not found',
        "Look at its pods: `kubectl get pods -n garden`. Once it answers, run the same command again.",
    ),
}


@pytest.mark.parametrize("said", REFUSALS)
def test_what_the_api_server_refuses_most_often(said: str) -> None:
    known = Connection.known_refusal(_aurora(), said)
    assert known is not None
    assert known.message == REFUSALS[said]
    assert known.hint


@pytest.mark.parametrize("said", WEBHOOKS)
def test_a_webhook_that_cannot_be_asked_is_named_with_where_to_look(said: str) -> None:
    known = Connection.known_refusal(_aurora(), said)
    assert known is not None
    assert (known.message, known.hint) == WEBHOOKS[said]


def test_what_is_not_known_is_left_to_others() -> None:
    assert Connection.known_refusal(_aurora(), "spec.replicas: Invalid value: -1") is None


def _aurora() -> Connection:
    from pathlib import Path

    from deployer.model.access import Kubeconfig
    from deployer.tools.clock import SystemClock

    return Connection("aurora", Kubeconfig(Path("nowhere")), SystemClock())
