"""The kinds of objects that a cluster knows, and those that a release needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from deployer.errors import ExternalError, GuardError
from deployer.model.protocols import Clock
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Object, conditions, documents_of

_DISCOVERY = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
"""All groups, versions and kinds in one answer (https://kubernetes.io/docs/concepts/overview/kubernetes-api/)."""
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_DEFINITION = "CustomResourceDefinition"
_SUPPORT = ("cert-manager.io", "traefik.io")
"""Groups that the support stack defines."""
_SECONDS = 30


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """One kind in one version: `cert-manager.io/v1` and `Certificate`."""

    version: str
    name: str

    @property
    def group(self) -> str:
        """Empty for Kubernetes' own first kinds: Pod, Secret ..."""
        return self.version.rpartition("/")[0]


def known_kinds(connection: Connection) -> frozenset[Kind]:
    """All that the API server has but the core group's, which every cluster knows."""
    groups = (connection.request("GET", "/apis", accept=_DISCOVERY) or {}).get("items", [])
    return frozenset(
        Kind(f"{group['metadata']['name']}/{version['version']}", resource["responseKind"]["kind"])
        for group in groups
        for version in group["versions"]
        for resource in version.get("resources") or []
        if resource.get("responseKind")
    )


def api_versions(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """As `helm template --api-versions` takes them."""
    return tuple(sorted({name for kind in kinds for name in (kind.version, f"{kind.version}/{kind.name}")}))


def defined_by(definitions: Iterable[Object]) -> frozenset[Kind]:
    """The kinds that CustomResourceDefinitions define."""
    specs = [entry["spec"] for entry in definitions]
    return frozenset(
        Kind(f"{spec['group']}/{version['name']}", spec["names"]["kind"])
        for spec in specs
        for version in spec["versions"]
        if version.get("served")
    )


def require_known(ref: HubRef, documents: Mapping[str, str], known: frozenset[Kind], definitions: Iterable[Object]) -> None:
    """Raises ExternalError for objects of a kind that neither the cluster knows nor the release defines."""
    objects = [entry for text in documents.values() for entry in documents_of(text)]
    own = defined_by([*definitions, *(entry for entry in objects if entry["kind"] == _DEFINITION)])
    needed = {Kind(entry["apiVersion"], entry["kind"]) for entry in objects if "/" in entry["apiVersion"]}
    for kind in sorted(needed - known - own):
        raise unknown_kind(ref, kind)


def unknown_kind(ref: HubRef, kind: Kind) -> ExternalError:
    """The cluster has no such kind."""
    if kind.group.endswith(_SUPPORT):
        hint = f"`deployer support deploy {ref.cluster}` installs what defines it."
    else:
        hint = "Install what defines it (`kubectl api-resources` lists what there is), or take the object out of the chart."
    return ExternalError(
        f"cluster {ref.cluster} does not know objects of kind {kind.name} ({kind.version}), which {ref} needs", hint=hint
    )


def missing(definitions: Iterable[Object], known: frozenset[Kind]) -> list[Object]:
    """Definitions of kinds that the cluster does not know. One that is there stays as it is: other hubs use it too."""
    return [entry for entry in definitions if defined_by([entry]) - known]


def define(connection: Connection, definitions: Iterable[Object], clock: Clock) -> None:
    """Make them and wait until the API server serves them. Raises ExternalError."""
    for definition in definitions:
        name = definition["metadata"]["name"]
        with suppress(GuardError):  # somebody else made it at the same time
            connection.request("POST", _DEFINITIONS, body=definition)
        deadline = clock.monotonic() + _SECONDS
        while not _established(connection.request("GET", f"{_DEFINITIONS}/{name}")):
            if clock.monotonic() > deadline:
                raise ExternalError(
                    f"cluster {connection.cluster} does not take the definition {name}",
                    hint=f"Look with `kubectl describe crd {name}`.",
                )
            clock.sleep(0.5)


def _established(definition: Object | None) -> bool:
    return definition is not None and conditions(definition).get("Established", {}).get("status") == "True"
