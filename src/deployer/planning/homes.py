"""Whether a change leads people to other homes than theirs, which would appear empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.model.naming import SPAWNER
from deployer.model.place import value_at
from deployer.planning.documents import SECRET, hub_values, parsed
from deployer.planning.names import other_names, said

_VOLUMES = ("PersistentVolume/", "PersistentVolumeClaim/homes")
_WAYS = (
    ("singleuser", "storage", "type"),
    ("singleuser", "storage", "static", "pvcName"),
    ("singleuser", "storage", "static", "subPath"),
    ("singleuser", "storage", "dynamic", "pvcNameTemplate"),
    ("singleuser", "storage", "homeMountPath"),
    *(("hub", "config", "KubeSpawner", name) for name in SPAWNER),
)
"""zero-to-jupyterhub's settings that say where a person's home is."""
_SOURCES = ("nfs", "csi", "local", "hostPath")


def other_homes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """What of the way to people's homes changes, in words: documents by their titles, before and after."""
    if before == after or SECRET not in before or SECRET not in after:
        return ()
    return (*_moved(hub_values(before), hub_values(after)), *_elsewhere(before, after))


def _moved(before: Any, after: Any) -> Iterator[str]:
    if value_at(before, _WAYS[0]) in (None, "none"):
        return
    for way in _WAYS:
        was, becomes = value_at(before, way), value_at(after, way)
        if was != becomes:
            yield f"{'.'.join(way)} was {said(was)} and becomes {said(becomes)}"
    yield from other_names(*(value_at(values, ("hub", "config")) for values in (before, after)))


def _elsewhere(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for title, text in before.items():
        if title.startswith(_VOLUMES) and _source(text) != _source(after.get(title, "{}")):
            yield f"{title} leads to another volume" if title in after else f"{title} goes away"


def _source(text: str) -> list[Any]:
    spec = parsed(text).get("spec") or {}
    return [spec.get(name) for name in (*_SOURCES, "volumeName")]
