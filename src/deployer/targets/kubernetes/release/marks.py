"""What of a release's objects is there, and up to what the cluster has counted for those that people edit by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from deployer.errors import NotAllowedError
from deployer.targets.kubernetes.api.objects import PLURALS, Namespace, Object

_BY_HELM = "app.kubernetes.io/managed-by=Helm"
"""helm labels all objects of a release."""
_COUNTED = frozenset({"Deployment", "Ingress", "NetworkPolicy", "PodDisruptionBudget"})
"""Kinds whose generation counts changes of what is asked for, not of how it is."""
_EDITED = ("Secret/hub", "ConfigMap/hub")
_TOGETHER = 3
"""Each further one at a time is another connection, whose beginning takes longer than a list."""


def marks(namespace: Namespace, titles: Iterable[str]) -> Mapping[str, str | None]:
    """Of those of these objects (`Kind/name`) of whose kind the account may know: None where it is not there, else a mark that
    changes where somebody edits it; an empty one where nobody would see that."""
    wanted = set(titles)
    kinds = sorted({title.partition("/")[0] for title in wanted} & PLURALS.keys())
    with ThreadPoolExecutor(_TOGETHER) as pool:
        return dict(chain.from_iterable(pool.map(lambda kind: tuple(_of_kind(namespace, kind, wanted)), kinds)))


def _of_kind(namespace: Namespace, kind: str, wanted: set[str]) -> Iterator[tuple[str, str | None]]:
    try:
        listed = namespace.list(PLURALS[kind], labels=_BY_HELM, metadata_only=True)
    except NotAllowedError:
        return
    found = {f"{kind}/{entry['metadata']['name']}": entry for entry in listed}
    for title in wanted:
        if title.startswith(f"{kind}/"):
            yield title, _mark(title, found[title]) if title in found else None


def _mark(title: str, found: Object) -> str:
    if title.partition("/")[0] in _COUNTED:
        return str(found["metadata"]["generation"])
    return str(found["metadata"]["resourceVersion"]) if title in _EDITED else ""
