"""Containers and volumes that Kubernetes would refuse."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from deployer.compiling.checks.images import check_container_images
from deployer.compiling.checks.tables import KINDS, kind_of
from deployer.compiling.checks.view import Values, each
from deployer.config.scalars import dns_label
from deployer.model.place import KeyPath

_HUB_VOLUMES = ("config", "secret", "existing-secret", "files", "pvc")
"""What zero-to-jupyterhub gives the hub's pod by itself."""
_DEFAULT_HOME = "volume-{user_server}"


def check_pods(values: Values) -> None:
    """The hub's pod and users' pods."""
    _hub(values)
    _users(values)


def _hub(values: Values) -> None:
    for key in ("extraVolumes", "extraVolumeMounts"):
        if isinstance(values.get("hub", key), dict):
            values.tell("hub-volumes-shape", ("hub", key), key=True, found=KINDS["mapping"])
            return
    volumes = {*_HUB_VOLUMES, *_named(values, ("hub", "extraVolumes"))}
    _mounts(values, ("hub", "extraVolumeMounts"), values.get("hub", "extraVolumeMounts"), volumes, _files(values, "hub"))
    for key in ("initContainers", "extraContainers"):
        check_containers(values, ("hub", key), values.get("hub", key), volumes)
        check_container_images(values, ("hub", key), values.get("hub", key))


def _users(values: Values) -> None:
    volumes = {*_home_volumes(values), *_named(values, ("singleuser", "storage", "extraVolumes"))}
    if values.get("singleuser", "extraFiles"):
        volumes.add("files")
    extra = values.mapping("singleuser", "extraPodConfig").get("volumes")
    volumes |= {str(volume["name"]) for _, volume in each(extra) if isinstance(volume, dict) and "name" in volume}
    taken = _home(values) | _files(values, "singleuser")
    for path in (("singleuser", "storage", "extraVolumeMounts"), ("hub", "config", "KubeSpawner", "volume_mounts")):
        _mounts(values, path, values.get(*path), volumes, taken)
    for key in ("initContainers", "extraContainers"):
        check_containers(values, ("singleuser", key), values.get("singleuser", key), volumes)
        check_container_images(values, ("singleuser", key), values.get("singleuser", key))


def _home(values: Values) -> dict[str, str]:
    """Where the home is mounted, as zero-to-jupyterhub does it."""
    path = values.get("singleuser", "storage", "homeMountPath", default="/home/jovyan")
    return {str(path).rstrip("/"): "the home"} if _home_volumes(values) else {}


def _files(values: Values, section: str) -> dict[str, str]:
    files = values.mapping(section, "extraFiles").items()
    return {
        str(file["mountPath"]): f"the file `{name}`" for name, file in files if isinstance(file, dict) and "mountPath" in file
    }


def _home_volumes(values: Values) -> set[str]:
    kind = values.get("singleuser", "storage", "type", default="dynamic")
    if kind == "static":
        return {"home"}
    if kind == "dynamic":
        return {str(values.get("singleuser", "storage", "dynamic", "volumeNameTemplate", default=_DEFAULT_HOME))}
    return set()


def _named(values: Values, path: KeyPath) -> set[str]:
    """The names of the volumes in a list or mapping; each must have one, and only one of that name."""
    names: set[str] = set()
    for key, volume in each(values.get(*path)):
        if not isinstance(volume, dict) or not isinstance(volume.get("name"), str):
            values.tell("volume-without-name", (*path, key), key=True)
            continue
        _check_name(values, (*path, key, "name"), volume["name"], "volume")
        if volume["name"] in names:
            values.tell("volume-twice", (*path, key, "name"), name=volume["name"])
        names.add(volume["name"])
    return names


def _check_name(values: Values, path: KeyPath, name: str, what: str) -> None:
    """The name of a volume or container. What KubeSpawner fills in for braces, it makes a label itself."""
    if not _is_a_label(name) and "{" not in name:
        like = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63] or what
        values.tell("pod-name", path, name=name, what=what, like=like)


@lru_cache(maxsize=256)
def _is_a_label(name: str) -> bool:
    try:
        return bool(dns_label(name))
    except ValueError:
        return False


def _mounts(values: Values, path: KeyPath, mounts: Any, volumes: Iterable[str], taken: Mapping[str, str]) -> None:
    """Each mount has a volume and a place of its own. `taken`: what is mounted already, and by what."""
    known = frozenset(volumes)
    at = dict(taken)
    for key, mount in each(mounts):
        if not isinstance(mount, dict):
            values.tell("mount-incomplete", (*path, key), key=True, missing="name and mountPath")
            continue
        missing = [need for need in ("name", "mountPath") if not isinstance(mount.get(need), str)]
        if missing:
            values.tell("mount-incomplete", (*path, key), key=True, missing=" and ".join(missing))
            continue
        if mount["name"] not in known:
            listed = ", ".join(sorted(known)) or "none"
            values.tell("mount-without-volume", (*path, key, "name"), name=mount["name"], volumes=listed)
        place = (*path, key, "mountPath")
        folder = mount["mountPath"].rstrip("/")
        # What typed sections come to was compared as it was written.
        if folder in at and values.is_by_hand(*place):
            values.tell("mount-twice", place, mount=mount["mountPath"], other=at[folder])
        at.setdefault(folder, f"the volume `{mount['name']}`")


def check_containers(values: Values, path: KeyPath, containers: Any, volumes: Iterable[str]) -> None:
    """Each container has a name of its own and an image; with `volumes`, its mounts are among them."""
    if containers is not None and not isinstance(containers, list | dict):
        values.tell("containers-shape", path, found=KINDS[kind_of(containers)])
        return
    names: set[str] = set()
    for key, container in each(containers):
        at = (*path, key)
        if not isinstance(container, dict):
            values.tell("container-incomplete", at, missing="name and image")
            continue
        missing = [need for need in ("name", "image") if not isinstance(container.get(need), str)]
        if missing:
            values.tell("container-incomplete", at, key=True, missing=" and ".join(missing))
            continue
        if container["name"] in names:
            values.tell("container-twice", (*at, "name"), name=container["name"])
        names.add(container["name"])
        _check_name(values, (*at, "name"), container["name"], "container")
        if volumes:
            _mounts(values, (*at, "volumeMounts"), container.get("volumeMounts"), volumes, {})
