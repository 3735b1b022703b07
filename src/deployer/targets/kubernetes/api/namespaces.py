"""A hub's namespace: made, waited for while an older one of its name goes, and found again."""

from __future__ import annotations

import re
from contextlib import suppress

from deployer.errors import ExternalError, NotAllowedError
from deployer.model.protocols import Clock, Progress
from deployer.model.release import HubRef
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Namespace, Object, Question, conditions

LABEL_CLUSTER, LABEL_HUB = "deployer/cluster", "deployer/hub"

REMOVAL_SECONDS = 120
"""How long an older namespace of the same name may take to go."""
_LEFT = re.compile(r"(?P<kind>[\w.-]+?)\.? has (?P<count>\d+) resource instances?")
_HOLDERS = re.compile(r"(?P<finalizer>\S+) in \d+ resource instances?")


def make(namespace: Namespace, labels: dict[str, str], clock: Clock, progress: Progress, patience: float) -> None:
    """Make it, unless it is there. Raises ExternalError where an older one does not go in time, with what keeps it."""
    deadline, told = clock.monotonic() + patience, ""
    while (found := namespace.manifest()) is not None:
        if stands(found):
            return
        why = what_keeps(found)
        if clock.monotonic() > deadline:
            raise ExternalError(
                f"namespace {namespace.name} is still being removed: {why}",
                hint=f"Let whoever set it finish, or take it away: `{_look(found, namespace.name)}`. Then deploy again.",
            )
        if why != told:
            told = why
            progress.say(f"namespace {namespace.name} is being removed, waiting for it: {why}")
        clock.sleep(1)
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace.name, "labels": labels}}
    namespace.connection.request("POST", "/api/v1/namespaces", body=manifest)


def labels_of(ref: HubRef | None = None) -> dict[str, str]:
    """Of what the deployer makes; of a hub's, those by which the hub is found."""
    found = {LABEL_CLUSTER: ref.cluster, LABEL_HUB: ref.hub} if ref else {}
    return {"app.kubernetes.io/managed-by": "deployer", **found}


def hubs(connection: Connection) -> tuple[HubRef, ...]:
    """Those whose namespace has their labels or, where somebody else made the namespace, whose record has. The records are left
    out where the account may not look into all namespaces."""
    question = Question("secrets", labels=f"{LABEL_CLUSTER}={connection.cluster}", metadata_only=True)
    labelled = question.ask(connection, "/api/v1/namespaces")
    with suppress(NotAllowedError):
        labelled += question.ask(connection, "/api/v1/secrets")
    names = sorted({entry["metadata"]["labels"][LABEL_HUB] for entry in labelled})
    return tuple(HubRef(connection.cluster, name) for name in names)


def stands(namespace: Object | None) -> bool:
    """It is there, and not on its way out."""
    return namespace is not None and not namespace["metadata"].get("deletionTimestamp")


def what_keeps(namespace: Object) -> str:
    """Why a namespace does not go, as far as the cluster says."""
    left, holders = _left(namespace), _holders(namespace)
    said = [f"{', '.join(f'{count} {kind}' for kind, count in left.items())} still there"] if left else []
    said += [f"held by the finalizer {', '.join(holders)}"] if holders else []
    others = [
        entry["message"]
        for kind, entry in conditions(namespace).items()
        if entry.get("status") == "True" and kind not in ("NamespaceContentRemaining", "NamespaceFinalizersRemaining")
    ]
    return "; ".join([", ".join(said), *others] if said else others) or "the cluster does not say why"


def _look(namespace: Object, name: str) -> str:
    kinds = ",".join(_left(namespace))
    return f"kubectl get {kinds} -n {name} -o yaml" if kinds else f"kubectl get namespace {name} -o yaml"


def _left(namespace: Object) -> dict[str, str]:
    message = _message(namespace, "NamespaceContentRemaining")
    return {match["kind"]: match["count"] for match in _LEFT.finditer(message)}


def _holders(namespace: Object) -> list[str]:
    return [match["finalizer"] for match in _HOLDERS.finditer(_message(namespace, "NamespaceFinalizersRemaining"))]


def _message(namespace: Object, kind: str) -> str:
    found = conditions(namespace).get(kind, {})
    return str(found.get("message", "")) if found.get("status") == "True" else ""
