"""Whether hubs can be deployed to a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

from deployer.errors import DeployerError, ExternalError
from deployer.model.findings import Expected, Finding, Findings, Pool, Verdict
from deployer.model.plan import Manifests
from deployer.model.release import Release
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Object, conditions
from deployer.targets.kubernetes.api.rights import Right, lacking
from deployer.targets.kubernetes.pools import compared, room, words
from deployer.tools.helm import Helm

_DEFAULT_STORAGE = "storageclass.kubernetes.io/is-default-class"
_DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class"
_OLDEST = (1, 28)
"""zero-to-jupyterhub 4.4 asks for this Kubernetes (its Chart.yaml, `kubeVersion`)."""
_RENDERED_AT_ONCE = 4


def examine(connection: Connection, helm: Helm, expected: Expected, render: Callable[[Release], Manifests]) -> Findings:
    """Raises ExternalError where the API server does not answer at all."""
    found = (
        _version(connection),
        _helm(helm),
        *_rights(connection, expected.releases, render),
        *_nodes(connection, expected.pools),
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


def _rights(connection: Connection, releases: Sequence[Release], render: Callable[[Release], Manifests]) -> Iterator[Finding]:
    """What hubs have decides about some rights, so they are rendered; a hub that cannot be is told."""
    with ThreadPoolExecutor(_RENDERED_AT_ONCE) as pool:
        rendered = tuple(pool.map(lambda release: _kinds(render, release), releases))
    untried = [
        (release.ref, found) for release, found in zip(releases, rendered, strict=True) if isinstance(found, DeployerError)
    ]
    kinds = frozenset[str]().union(*(found for found in rendered if not isinstance(found, DeployerError)))
    missing = lacking(connection, kinds)
    for ref, error in untried:
        found = f"what {ref} needs is not known: {error.message.splitlines()[0]}"
        yield Finding("rights", Verdict.UNKNOWN, found, error.hint or f"`deployer validate {ref.cluster}` says more.")
    if not missing:
        yield Finding("rights", Verdict.OK, f"all that deploying {'the others ' if untried else ''}needs")
    for (group, resource), rights in groupby(missing, key=lambda right: (right.group, right.resource)):
        yield Finding("rights", Verdict.FAILED, _said(group, resource, list(rights)), "Ask whoever runs the cluster for them.")


def _kinds(render: Callable[[Release], Manifests], release: Release) -> frozenset[str] | DeployerError:
    try:
        return frozenset(title.partition("/")[0] for title in render(release).documents)
    except DeployerError as error:
        return error


def _said(group: str, resource: str, rights: list[Right]) -> str:
    return f"the account may not {', '.join(right.verb for right in rights)} {resource}{f' of {group}' if group else ''}"


def _nodes(connection: Connection, pools: Sequence[Pool]) -> Iterator[Finding]:
    try:
        nodes: list[Object] = connection.request("GET", "/api/v1/nodes")["items"]
    except ExternalError as error:
        yield Finding("nodes", Verdict.UNKNOWN, error.message, error.hint)
        return
    ready = [node for node in nodes if conditions(node).get("Ready", {}).get("status") == "True"]
    offered = "; ".join(sorted({words(*room(node)) for node in ready}))
    verdict = Verdict.OK if ready else Verdict.FAILED
    yield Finding("nodes", verdict, f"{len(ready)} of {len(nodes)} ready" + (f"; each offers {offered}" if offered else ""))
    for node in nodes:
        yield from _pressure(node)
    yield from compared(pools, nodes, lambda node: _pods_on(connection, node))


def _pods_on(connection: Connection, node: str) -> Sequence[Object]:
    pods: list[Object] = connection.request("GET", "/api/v1/pods", query={"fieldSelector": f"spec.nodeName={node}"})["items"]
    return pods


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
