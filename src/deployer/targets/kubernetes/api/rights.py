"""The rights that deploying needs, asked of the API server one by one (SelfSubjectAccessReview)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from deployer.targets.kubernetes.api.connection import Connection

_LOOK = ("get", "list")
_KEEP = ("get", "list", "create", "patch", "delete")
_ENTER = ("get", "create")
"""A websocket begins as a GET, for which Kubernetes asks `get`; newer API servers ask `create` as well."""
_NEEDED = {
    ("", "namespaces"): ("get", "list", "create", "delete"),
    ("", "pods"): ("get", "list", "delete"),
    ("", "pods/log"): ("get",),
    ("", "pods/exec"): _ENTER,
    ("", "pods/portforward"): _ENTER,
    ("", "secrets"): (*_KEEP, "update"),
    ("", "configmaps"): _KEEP,
    ("", "services"): _KEEP,
    ("", "serviceaccounts"): _KEEP,
    ("", "persistentvolumeclaims"): _KEEP,
    ("", "events"): ("list",),
    ("", "resourcequotas"): ("list",),
    ("apps", "deployments"): _KEEP,
    ("apps", "deployments/scale"): ("patch",),
    ("apps", "replicasets"): ("list",),
    ("apps", "statefulsets"): ("list",),
    ("batch", "jobs"): ("get", "create", "delete"),
    ("coordination.k8s.io", "leases"): ("get", "create", "update", "delete"),
    ("networking.k8s.io", "ingresses"): _KEEP,
    ("networking.k8s.io", "networkpolicies"): _KEEP,
    ("rbac.authorization.k8s.io", "roles"): _KEEP,
    ("rbac.authorization.k8s.io", "rolebindings"): _KEEP,
    ("policy", "poddisruptionbudgets"): _KEEP,
    ("", "nodes"): _LOOK,
}
"""(API group, resource) -> verbs, in any namespace: each hub has one of its own, and the locks another."""
_RENDERED = {
    "ClusterRole": ("rbac.authorization.k8s.io", "clusterroles"),
    "ClusterRoleBinding": ("rbac.authorization.k8s.io", "clusterrolebindings"),
    "CronJob": ("batch", "cronjobs"),
    "DaemonSet": ("apps", "daemonsets"),
    "PersistentVolume": ("", "persistentvolumes"),
    "PriorityClass": ("scheduling.k8s.io", "priorityclasses"),
    "StatefulSet": ("apps", "statefulsets"),
}
"""Kinds of which some hubs have objects."""


@dataclass(frozen=True, slots=True)
class Right:
    """One verb on one resource."""

    group: str
    resource: str
    verb: str


def needed(kinds: Collection[str]) -> Iterator[Right]:
    """All of them, where hubs have objects of these kinds."""
    rendered = {resource: _KEEP for kind, resource in _RENDERED.items() if kind in kinds}
    for (group, resource), verbs in (_NEEDED | rendered).items():
        yield from (Right(group, resource, verb) for verb in verbs)


def lacking(connection: Connection, kinds: Collection[str] = ()) -> tuple[Right, ...]:
    """Those that this account does not have. Raises ExternalError where the API server cannot be asked."""
    rights = tuple(needed(kinds))
    with ThreadPoolExecutor(8) as pool:
        allowed = pool.map(lambda right: _may(connection, right), rights)
        return tuple(right for right, may in zip(rights, allowed, strict=True) if not may)


def _may(connection: Connection, right: Right) -> bool:
    resource, _, part = right.resource.partition("/")
    attributes = {"group": right.group, "resource": resource, "subresource": part, "verb": right.verb}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = connection.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=review)
    return bool(answer["status"]["allowed"])
