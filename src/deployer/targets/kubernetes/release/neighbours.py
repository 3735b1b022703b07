"""What is somebody else's in the namespace that a hub's name stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from deployer.errors import GuardError
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.objects import PLURALS, Namespace, Object
from deployer.targets.kubernetes.release.releases import MARK

WORK: Mapping[str, str] = {kind: PLURALS[kind] for kind in ("PersistentVolumeClaim", "Deployment", "StatefulSet")}
"""Kinds, with their plurals, that would be missed."""
ALL: Mapping[str, str] = {**WORK, "Secret": "secrets", "ConfigMap": "configmaps", "Pod": "pods"}
_OWNER, _, _HELM = MARK.partition("=")
_RELEASE = "meta.helm.sh/release-name"
_HUB = "hub"
_TAKEN = re.compile(r'(?P<kind>\w+) "(?P<name>[^"]+)" in namespace "(?P<where>[^"]*)" exists and cannot be imported')
_OF_EACH_NAMESPACE = ("kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert")
_OF_AN_ACCOUNT = "kubernetes.io/service-account.name"
_OF_RELEASE = re.compile(rf'key "{_RELEASE}" must equal "[^"]*": current value is "([^"]+)"')


def require_alone(ref: HubRef, deployments: Sequence[Object]) -> None:
    """Where the hub has no release. Two hubs of a namespace would take each other's servers for their own. Raises GuardError
    where there is one that is not of the release of the hub's name."""
    for metadata in (entry["metadata"] for entry in deployments):
        release = release_of(metadata)
        if release != ref.hub and (metadata["name"] == _HUB or (metadata.get("labels") or {}).get("component") == _HUB):
            raise GuardError(
                f"namespace {ref.hub} of cluster {ref.cluster} has another hub: "
                f"Deployment {metadata['name']}, {_whose(release)}\nNothing was changed.",
                hint="A hub is the release of its own name in the namespace of its name. Give this hub's file another name; or "
                "save the other hub's homes and database, take it away by what made it, and run the same command again.",
            )


def others(namespace: Namespace, hub: str, kinds: Mapping[str, str]) -> Iterator[str]:
    """What is there of these kinds that neither the hub's release nor the deployer nor the cluster itself has made, and the other
    releases of helm, in words. Raises NotAllowedError where the account may not know."""
    revisions = namespace.list("secrets", labels=MARK, metadata_only=True)
    releases = {entry["metadata"]["labels"].get("name", "") for entry in revisions}
    yield from (f"the helm release `{release}`" for release in sorted(releases - {hub}))
    for kind, plural in kinds.items():
        for metadata in (entry["metadata"] for entry in namespace.list(plural, metadata_only=True)):
            if _is_anothers(metadata, hub) and not _is_told_by_another(kind, metadata):
                release = release_of(metadata)
                yield f"{kind} {metadata['name']}" + (f" of the helm release `{release}`" if release else "")


def taken(ref: HubRef, said: str) -> GuardError | None:
    """What helm says of an object that is there already and of another release; None where it says something else."""
    match, release = _TAKEN.search(said), _OF_RELEASE.search(said)
    if match is None:
        return None
    where = f" in namespace {match['where']}" if match["where"] else ""
    return GuardError(
        f"{match['kind']} {match['name']}{where}, which {ref} needs, is there already, {_whose(release[1] if release else '')}",
        hint="Take it away by what made it, or give one of the two another name; then deploy again.",
    )


def release_of(metadata: Object) -> str:
    """The name of the helm release that an object is of; empty where helm did not make it."""
    return str((metadata.get("annotations") or {}).get(_RELEASE, ""))


def _is_anothers(metadata: Object, hub: str) -> bool:
    """What is on its way out is nobody's."""
    ours = release_of(metadata) == hub or (metadata.get("labels") or {}).get("app.kubernetes.io/managed-by") == "deployer"
    by_cluster = metadata["name"] in _OF_EACH_NAMESPACE or _OF_AN_ACCOUNT in (metadata.get("annotations") or {})
    return not (ours or by_cluster or metadata.get("deletionTimestamp"))


def _is_told_by_another(kind: str, metadata: Object) -> bool:
    """What helm keeps by its release, and a pod by what controls it."""
    if kind == "Pod":
        return bool(metadata.get("ownerReferences"))
    return kind == "Secret" and (metadata.get("labels") or {}).get(_OWNER) == _HELM


def _whose(release: str) -> str:
    return f"of the helm release `{release}`" if release else "made by something else than helm"
