"""`singleuser.storage` and `singleuser.extraFiles`: volumes and where a server sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hub_runtime.z2jh import get_config, get_name, set_config_if_not_none

Volumes = dict[str, dict[str, Any]]
FILES_VOLUME = "files"


def apply(c: Any, values: Mapping[str, Any]) -> None:
    """Homes, small files, and what the person added; later entries of one name win."""
    volumes, mounts = _homes(c)
    _add_files(volumes, mounts)
    _add_extra(volumes, mounts)
    c.KubeSpawner.volumes = volumes
    c.KubeSpawner.volume_mounts = mounts


def _homes(c: Any) -> tuple[Volumes, Volumes]:
    match get_config("singleuser.storage.type"):
        case "dynamic":
            return _dynamic_homes(c)
        case "static":
            return _volume(
                "home", get_config("singleuser.storage.static.pvcName"), get_config("singleuser.storage.static.subPath")
            )
        case _:
            return {}, {}


def _dynamic_homes(c: Any) -> tuple[Volumes, Volumes]:
    template = get_config("singleuser.storage.dynamic.pvcNameTemplate")
    if template:
        c.KubeSpawner.pvc_name_template = template
    c.KubeSpawner.storage_pvc_ensure = True
    set_config_if_not_none(c.KubeSpawner, "storage_class", "singleuser.storage.dynamic.storageClass")
    set_config_if_not_none(c.KubeSpawner, "storage_access_modes", "singleuser.storage.dynamic.storageAccessModes")
    set_config_if_not_none(c.KubeSpawner, "storage_capacity", "singleuser.storage.capacity")
    name = get_config("singleuser.storage.dynamic.volumeNameTemplate")
    return _volume(name, "{pvc_name}", get_config("singleuser.storage.dynamic.subPath"))


def _volume(name: str, claim: str | None, sub_path: str | None) -> tuple[Volumes, Volumes]:
    mount = {"mountPath": get_config("singleuser.storage.homeMountPath"), "name": name, "subPath": sub_path}
    return {name: {"name": name, "persistentVolumeClaim": {"claimName": claim}}}, {name: mount}


def _add_files(volumes: Volumes, mounts: Volumes) -> None:
    files: Mapping[str, Any] = get_config("singleuser.extraFiles") or {}
    if not files:
        return
    items = [{"key": key, "path": key, **({"mode": file["mode"]} if "mode" in file else {})} for key, file in files.items()]
    volumes[FILES_VOLUME] = {"name": FILES_VOLUME, "secret": {"secretName": get_name("singleuser"), "items": items}}
    for index, (key, file) in enumerate(files.items()):
        mounts[f"{index}-files"] = {"mountPath": file["mountPath"], "subPath": key, "name": FILES_VOLUME}


def _add_extra(volumes: Volumes, mounts: Volumes) -> None:
    extra = get_config("singleuser.storage.extraVolumes") or {}
    volumes.update(extra if isinstance(extra, Mapping) else {volume["name"]: volume for volume in extra})
    extra = get_config("singleuser.storage.extraVolumeMounts") or {}
    mounts.update(extra if isinstance(extra, Mapping) else {f"{index}-{m['name']}": m for index, m in enumerate(extra)})
