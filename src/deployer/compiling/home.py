"""Homes and shared folders.

The chart's own key `homes` says what storage is wanted; z2jh's `singleuser.storage` how a server mounts it. Sub-paths are
pinned to `{escaped_username}`: with another scheme everybody's home would appear empty.
"""

from __future__ import annotations

from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.said import Said, Tree, first
from deployer.compiling.slugs import distinct_labels

CLAIM = "homes"
"""Name of the claim that all homes of a hub share, and of the chart's key."""
VOLUME = "home"
"""z2jh's name of the volume of `storage.type: static`."""
SUB_PATH = "{escaped_username}"
SHARED_ROOT = "_shared"
ON_ONE_VOLUME = frozenset({"home-nfs", "efs", "filestore", "azure-files", "nfs", "folder"})
"""Kinds in which all homes are folders of one volume, so that folders can be shared."""
MADE_BY_ROOT = frozenset({"efs", "filestore", "azure-files", "nfs"})
"""Kinds whose server others run: a person's folder is made by the node, as root. home-nfs gives every file to the right user."""


def home_kind(of: Inputs) -> Said[Any]:
    """What the hub says, else its cluster, else what such a cluster has."""
    kind = first(of.hub["home"]["kind"], _of_cluster(of, "kind"))
    usual = {"local": "folder", "kubeconfig": "disk"}.get(of.cluster.value.provider, "home-nfs")
    return kind if kind.value is not None else of.cluster["provider"].decides(usual)


def _of_cluster(of: Inputs, name: str) -> Said[Any]:
    homes = of.cluster["storage"]["homes"]
    return homes[name] if homes.value is not None else Said(None, of.cluster.source)


def home_tree(of: Inputs) -> Tree:
    """`singleuser.storage`, the working folder, and the hub's key `homes` for the chart."""
    kind, home = home_kind(of), of.hub["home"]
    storage: dict[str, Tree]
    if kind.value == "none":
        storage = {"type": kind.decides("none")}
    elif kind.value == "disk":
        dynamic = {"pvcNameTemplate": "claim-{safe_user_server}", "volumeNameTemplate": "volume-{safe_user_server}"}
        storage = {"type": kind.decides("dynamic"), "capacity": _size(of), "dynamic": kind.decides(dynamic)}
    else:
        storage = {"type": kind.decides("static"), "static": kind.decides({"pvcName": CLAIM, "subPath": SUB_PATH})}
    moved = home["mount"] if home["mount"].written else None
    return {
        "singleuser": {"storage": storage | {"homeMountPath": home["mount"]} | _extra_volumes(of, kind)},
        "hub": {"config": {"KubeSpawner": {"working_dir": moved}}},
        "custom": {"deployer": {"adminFolders": _admin_folders(of, kind)}},
    }


def homes_for_chart(of: Inputs) -> Tree:
    """The chart's key `homes`: what its templates make volumes and claims from. Nothing on a local cluster."""
    kind = home_kind(of)
    if kind.value not in ON_ONE_VOLUME - {"folder"}:
        return {}
    home = of.hub["home"]
    homes = {
        "kind": kind,
        "size": _size(of),
        "quota": home["quota"],
        "server": first(home["server"], _of_cluster(of, "server")),
        "path": first(home["path"], _of_cluster(of, "path")),
        "sharedFolders": [folder["name"] for folder in of.hub["shared_folders"].each()] or None,
    }
    return {CLAIM: homes}


def _size(of: Inputs) -> Said[Any]:
    return first(of.hub["home"]["size"], _of_cluster(of, "size"))


def _extra_volumes(of: Inputs, kind: Said[Any]) -> dict[str, Tree]:
    """Shared folders, and those that are gone with their server. This machine has no disks of servers to choose from."""
    temporary = [] if of.local else list(of.hub["temporary_folders"].each())
    folders = dict(zip(distinct_labels(f"temporary {folder.value.path}" for folder in temporary), temporary, strict=True))
    mounts: dict[str, Tree] = {
        name: folder.decides({"name": name, "mountPath": folder["path"]}) for name, folder in folders.items()
    }
    volumes = {
        name: folder.decides({"name": name, "emptyDir": {"sizeLimit": folder["size"]}}) for name, folder in folders.items()
    }
    return {"extraVolumes": volumes or None, "extraVolumeMounts": (_shared_mounts(of, kind) | mounts) or None}


def _shared_mounts(of: Inputs, kind: Said[Any]) -> dict[str, Tree]:
    if kind.value not in ON_ONE_VOLUME:
        return {}
    root = of.hub["home"].value.mount
    return {
        f"shared-{folder.value.name}": folder["name"].decides(
            {
                "name": VOLUME,
                "mountPath": f"{root}/{folder.value.name}",
                "subPath": f"{SHARED_ROOT}/{folder.value.name}",
                "readOnly": folder["writable_by"].map(lambda who: who != "everyone"),
            }
        )
        for folder in of.hub["shared_folders"].each()
    }


def _admin_folders(of: Inputs, kind: Said[Any]) -> Tree:
    """Mount paths that a snippet makes writable in administrators' servers."""
    if kind.value not in ON_ONE_VOLUME:
        return None
    root = of.hub["home"].value.mount
    folders = [folder for folder in of.hub["shared_folders"].each() if folder.value.writable_by == "admins"]
    return [folder["name"].decides(f"{root}/{folder.value.name}") for folder in folders] or None
