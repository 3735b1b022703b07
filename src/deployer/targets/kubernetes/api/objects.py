"""Objects of one namespace, as plain data in the API's own words."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

from deployer.errors import ExternalError, NotAllowedError
from deployer.model.protocols import Clock
from deployer.targets.kubernetes.api.connection import Connection

Object: TypeAlias = dict[str, Any]

_GROUPS = {
    "pods": "/api/v1",
    "services": "/api/v1",
    "secrets": "/api/v1",
    "configmaps": "/api/v1",
    "events": "/api/v1",
    "serviceaccounts": "/api/v1",
    "persistentvolumeclaims": "/api/v1",
    "resourcequotas": "/api/v1",
    "deployments": "/apis/apps/v1",
    "statefulsets": "/apis/apps/v1",
    "daemonsets": "/apis/apps/v1",
    "replicasets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "cronjobs": "/apis/batch/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "ingresses": "/apis/networking.k8s.io/v1",
    "networkpolicies": "/apis/networking.k8s.io/v1",
    "poddisruptionbudgets": "/apis/policy/v1",
    "roles": "/apis/rbac.authorization.k8s.io/v1",
    "rolebindings": "/apis/rbac.authorization.k8s.io/v1",
}
_GROUPS_OF_ALL = {
    "persistentvolumes": "/api/v1",
    "clusterroles": "/apis/rbac.authorization.k8s.io/v1",
    "clusterrolebindings": "/apis/rbac.authorization.k8s.io/v1",
    "priorityclasses": "/apis/scheduling.k8s.io/v1",
}
"""Of objects that are in no namespace."""
PLURALS = {
    "ClusterRole": "clusterroles",
    "ClusterRoleBinding": "clusterrolebindings",
    "ConfigMap": "configmaps",
    "CronJob": "cronjobs",
    "DaemonSet": "daemonsets",
    "Deployment": "deployments",
    "Ingress": "ingresses",
    "NetworkPolicy": "networkpolicies",
    "PersistentVolume": "persistentvolumes",
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "PriorityClass": "priorityclasses",
    "Role": "roles",
    "RoleBinding": "rolebindings",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "StatefulSet": "statefulsets",
}
"""Kinds of objects that stay as long as a release does. Jobs end and go."""
_METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_MERGE = "application/merge-patch+json"
_OPERATIONS = "application/json-patch+json"
_CASCADE = {"propagationPolicy": "Background"}
FRESH = 5.0


@dataclass(frozen=True, slots=True)
class Question:
    """Which objects of a kind: those that the selectors match; with `metadata_only`, without what they hold."""

    plural: str
    labels: str = ""
    fields: str = ""
    metadata_only: bool = False

    def ask(self, connection: Connection, path: str) -> list[Object]:
        """Those at `path`: of a namespace, or of the whole cluster."""
        query = {name: value for name, value in (("labelSelector", self.labels), ("fieldSelector", self.fields)) if value}
        answer = connection.request("GET", path, query=query, accept=_METADATA if self.metadata_only else "")
        return list(answer["items"] or []) if answer else []


_Answer: TypeAlias = Mapping[str, list[Object]] | ExternalError | None


@dataclass(slots=True)
class Glance:
    """What all namespaces of a cluster hold: each question is asked once for all of them, and again after `FRESH` seconds, even
    if nobody answered. For looking at many hubs; never for changing one."""

    connection: Connection
    clock: Clock
    _answers: dict[Question, tuple[float, _Answer]] = field(default_factory=dict)
    _asking: dict[Question, Lock] = field(default_factory=dict)

    def look(self, question: Question) -> Mapping[str, list[Object]] | None:
        """The objects by their namespaces; None where the account may look into single namespaces only. Raises ExternalError."""
        with self._asking.setdefault(question, Lock()):
            asked, known = self._answers.get(question, (-math.inf, None))
            if self.clock.monotonic() > asked + FRESH:
                known = self._everywhere(question)
                self._answers[question] = self.clock.monotonic(), known
        if isinstance(known, ExternalError):
            raise known
        return known

    def _everywhere(self, question: Question) -> _Answer:
        try:
            found = question.ask(self.connection, _path(question.plural))
        except NotAllowedError:
            return None
        except ExternalError as error:
            return error
        by_namespace: dict[str, list[Object]] = {}
        for entry in found:
            by_namespace.setdefault(entry["metadata"].get("namespace", ""), []).append(entry)
        return by_namespace


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace of a cluster. With a `glance` its objects are those that it knows of."""

    connection: Connection
    name: str
    glance: Glance | None = None

    def get(self, plural: str, name: str) -> Object | None:
        """One object; None where it is not there."""
        if self.glance:
            return next(iter(self.list(plural, fields=f"metadata.name={name}")), None)
        found: Object | None = self.connection.request("GET", self._path(plural, name))
        return found

    def list(self, plural: str, *, labels: str = "", fields: str = "", metadata_only: bool = False) -> list[Object]:
        """All objects of a kind that the selectors match; with `metadata_only`, without what they hold. Of a kind that is in no
        namespace, those of the whole cluster."""
        question = Question(plural, labels, fields, metadata_only)
        known = self.glance.look(question) if self.glance else None
        if known is None:
            return question.ask(self.connection, self._path(plural))
        return known.get("" if plural in _GROUPS_OF_ALL else self.name, [])

    def create(self, plural: str, manifest: Object) -> Object:
        """Make an object."""
        made: Object = self.connection.request("POST", self._path(plural), body=manifest)
        return made

    def replace(self, plural: str, manifest: Object) -> Object | None:
        """Replace an object; with its `resourceVersion`, only where nobody changed it since. None where it is not there."""
        name = manifest["metadata"]["name"]
        made: Object | None = self.connection.request("PUT", self._path(plural, name), body=manifest)
        return made

    def put(self, plural: str, manifest: Object) -> None:
        """Make an object, or replace the one that is there."""
        if self.get(plural, manifest["metadata"]["name"]):
            self.replace(plural, manifest)
        else:
            self.create(plural, manifest)

    def patch(self, plural: str, name: str, change: Object, *, part: str = "") -> None:
        """Merge a change into an object, or into a part of it such as `scale`."""
        path = self._path(plural, name) + (f"/{part}" if part else "")
        self.connection.request("PATCH", path, body=change, kind=_MERGE)

    def rewrite(self, plural: str, manifest: Object) -> None:
        """What an object holds becomes what the manifest says; none is fine. Its metadata stay: controllers write there too."""
        parts = [part for part in manifest if part not in ("apiVersion", "kind", "metadata")]
        operations = [{"op": "add", "path": f"/{part}", "value": manifest[part]} for part in parts]  # also what is there
        self.connection.request("PATCH", self._path(plural, manifest["metadata"]["name"]), body=operations, kind=_OPERATIONS)

    def delete(self, plural: str, name: str) -> None:
        """Remove an object and all that it owns; none is fine."""
        self.connection.request("DELETE", self._path(plural, name), body=_CASCADE)

    def discard(self, manifest: Object) -> None:
        """Remove an object of any kind; none is fine. The plural of one that is not in `PLURALS` has no more than an s."""
        kind, version, name = manifest["kind"], manifest["apiVersion"], manifest["metadata"]["name"]
        if kind in PLURALS:
            self.delete(PLURALS[kind], name)
            return
        group = f"apis/{version}" if "/" in version else f"api/{version}"
        self.connection.request("DELETE", f"/{group}/namespaces/{self.name}/{kind.lower()}s/{name}", body=_CASCADE)

    def log(self, pod: str, *, container: str = "", lines: int = 20, previous: bool = False) -> tuple[str, ...]:
        """The last lines of a container's log; none where it has not started."""
        query = {"tailLines": str(lines)} | ({"container": container} if container else {})
        try:
            text = self.connection.request(
                "GET", f"{self._path('pods', pod)}/log", query=query | ({"previous": "true"} if previous else {})
            )
        except ExternalError:
            return ()
        return tuple(str(text).splitlines()) if isinstance(text, str) else ()

    def followed_log(self, pod: str, *, container: str, lines: int) -> Iterator[str]:
        """The last lines of a container's log, then each further one until it ends. Raises as `Connection.request` does."""
        query = {"tailLines": str(lines), "container": container, "follow": "true"}
        return self.connection.lines(f"{self._path('pods', pod)}/log", query)

    def manifest(self) -> Object | None:
        """The namespace itself."""
        found: Object | None = self.connection.request("GET", f"/api/v1/namespaces/{self.name}")
        return found

    def remove(self) -> None:
        """The namespace itself, with all that it holds."""
        self.connection.request("DELETE", f"/api/v1/namespaces/{self.name}")

    def secret(self, name: str) -> Mapping[str, str]:
        """A Secret's entries as text; empty where it is not there."""
        found = self.get("secrets", name)
        return {key: base64.b64decode(value).decode() for key, value in ((found or {}).get("data") or {}).items()}

    def _path(self, plural: str, name: str = "") -> str:
        return _path(plural, self.name) + (f"/{name}" if name else "")


def _path(plural: str, namespace: str = "") -> str:
    """Of a kind's objects, in all namespaces unless one is named."""
    if plural in _GROUPS_OF_ALL:
        return f"{_GROUPS_OF_ALL[plural]}/{plural}"
    return f"{_GROUPS[plural]}/" + (f"namespaces/{namespace}/" if namespace else "") + plural


def conditions(found: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """An object's conditions by their type."""
    return {entry["type"]: entry for entry in (found.get("status") or {}).get("conditions") or []}


def documents_of(manifests: str) -> Iterator[Object]:
    """The objects of a rendered text."""
    import yaml

    yield from (entry for entry in yaml.load_all(manifests, yaml.CSafeLoader) if entry)


def plain_json(value: Any) -> str:
    """JSON that is the same for the same data."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
