"""Whether hubs can be deployed to a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from deployer.errors import ExternalError
from deployer.model.findings import Finding, Findings, Verdict
from deployer.targets.kubernetes.connection import Connection
from deployer.targets.kubernetes.objects import Object, conditions
from deployer.targets.kubernetes.rights import Right, lacking
from deployer.tools.helm import Helm

_DEFAULT_STORAGE = "storageclass.kubernetes.io/is-default-class"
_DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class"
_OLDEST = (1, 28)
"""zero-to-jupyterhub 4.4 asks for this Kubernetes (its Chart.yaml, `kubeVersion`)."""


def examine(connection: Connection, helm: Helm) -> Findings:
    """Raises ExternalError where the API server does not answer at all."""
    found = (
        _version(connection),
        _helm(helm),
        *_rights(connection),
        *_nodes(connection),
        _storage(connection),
        _entrance(connection),
    )
    return Findings(cluster=connection.cluster, findings=found)


def _version(connection: Connection) -> Finding:
    version = connection.version
    major, minor = (int("".join(filter(str.isdigit, part))) for part in version.lstrip("v").split(".")[:2])
    if (major, minor) < _OLDEST:
        oldest = ".".join(map(str, _OLDEST))
        return Finding("Kubernetes", Verdict.FAILED, f"{version}, and hubs need {oldest} or newer", "Upgrade the cluster.")
    return Finding("Kubernetes", Verdict.OK, f"{version} answers at {connection.client.configuration.host}")


def _helm(helm: Helm) -> Finding:
    try:
        return Finding("helm", Verdict.OK, ".".join(map(str, helm.version)))
    except ExternalError as error:
        return Finding("helm", Verdict.FAILED, error.message, error.hint)


def _rights(connection: Connection) -> Iterator[Finding]:
    missing = lacking(connection)
    if not missing:
        yield Finding("rights", Verdict.OK, "all that deploying needs")
    for (group, resource), rights in groupby(missing, key=lambda right: (right.group, right.resource)):
        yield Finding("rights", Verdict.FAILED, _said(group, resource, list(rights)), "Ask whoever runs the cluster for them.")


def _said(group: str, resource: str, rights: list[Right]) -> str:
    return f"the account may not {', '.join(right.verb for right in rights)} {resource}{f' of {group}' if group else ''}"


def _nodes(connection: Connection) -> Iterator[Finding]:
    try:
        nodes: list[Object] = connection.request("GET", "/api/v1/nodes")["items"]
    except ExternalError as error:
        yield Finding("nodes", Verdict.UNKNOWN, error.message, error.hint)
        return
    ready = [node for node in nodes if conditions(node).get("Ready", {}).get("status") == "True"]
    room = "; ".join(sorted({_room(node) for node in ready}))
    verdict = Verdict.OK if ready else Verdict.FAILED
    yield Finding("nodes", verdict, f"{len(ready)} of {len(nodes)} ready" + (f"; each offers {room}" if room else ""))
    for node in nodes:
        yield from _pressure(node)


def _room(node: Object) -> str:
    offered = node["status"]["allocatable"]
    return f"{offered['cpu']} CPU and {offered['memory']} of memory"


def _pressure(node: Object) -> Iterator[Finding]:
    for kind, condition in conditions(node).items():
        if kind != "Ready" and condition.get("status") == "True":
            name = node["metadata"]["name"]
            yield Finding("nodes", Verdict.WARNING, f"{name} has {kind}: {condition.get('message', '')}")


def _storage(connection: Connection) -> Finding:
    try:
        _, default = _classes(connection, "storage.k8s.io", "storageclasses", _DEFAULT_STORAGE)
    except ExternalError as error:
        return Finding("storage", Verdict.UNKNOWN, error.message, error.hint)
    if default:
        return Finding("storage", Verdict.OK, f"volumes are made by the storage class {', '.join(default)}")
    return Finding(
        "storage",
        Verdict.FAILED,
        "there is no default storage class, so that databases and homes get no volume",
        f"Mark one with the annotation {_DEFAULT_STORAGE}.",
    )


def _entrance(connection: Connection) -> Finding:
    """Hubs without a domain need none, so that its lack is no failure."""
    try:
        classes, default = _classes(connection, "networking.k8s.io", "ingressclasses", _DEFAULT_INGRESS)
    except ExternalError as error:
        return Finding("entrance", Verdict.UNKNOWN, error.message, error.hint)
    if default:
        return Finding("entrance", Verdict.OK, f"hubs with a domain are reached by the ingress class {', '.join(default)}")
    if classes:
        return Finding(
            "entrance",
            Verdict.WARNING,
            f"none of the ingress classes {', '.join(classes)} is the default, so that a hub's file must name one",
            f"Mark one with the annotation {_DEFAULT_INGRESS}.",
        )
    return Finding(
        "entrance",
        Verdict.WARNING,
        "there is no ingress class, so that no hub is reached by its domain",
        f"Run `deployer support deploy {connection.cluster}`, or install an ingress controller.",
    )


def _classes(connection: Connection, group: str, plural: str, mark: str) -> tuple[list[str], list[str]]:
    """The names of all classes of a kind, and of those that are the default. Raises ExternalError."""
    found: list[Object] = [entry["metadata"] for entry in connection.request("GET", f"/apis/{group}/v1/{plural}")["items"]]
    default = [metadata["name"] for metadata in found if (metadata.get("annotations") or {}).get(mark) == "true"]
    return [metadata["name"] for metadata in found], default
