"""Which nodes the pods of a hub run on: the selector and the tolerations that the cluster's node pools ask for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deployer.compiling.inputs import Inputs
from deployer.compiling.machine_room import gpus_of, pool_of
from deployer.compiling.said import Tree
from deployer.compiling.sizes import GPU_RESOURCE
from deployer.config.scalars import taint as taint_parts


def core_tree(of: Inputs) -> Tree:
    """The pods of the hub itself, by all names that zero-to-jupyterhub has for them."""
    return {
        "hub": placed(of, "core"),
        "proxy": {"chp": placed(of, "core"), "traefik": placed(of, "core")},
        "scheduling": {"userScheduler": placed(of, "core")},
        "prePuller": {"hook": placed(of, "core")},
    }


def placed(of: Inputs, purpose: str) -> dict[str, Tree]:
    """What a pod says that runs on the pools of a purpose, whichever of them has room; nothing where these say nothing."""
    pools = [] if of.local else [name for name, pool in of.cluster.value.node_pools.items() if pool.purpose == purpose]
    return {"nodeSelector": _common_labels(of, pools) or None, "tolerations": tolerations(of, pools) or None}


def tolerations(of: Inputs, pools: Iterable[str]) -> list[Tree]:
    """Of all taints that the pools say, and of the one that drivers and clouds give to nodes with GPUs."""
    listed = [(name, pool) for name in pools if (pool := pool_of(of, name))]
    taints = {taint.value: taint for _, pool in listed for taint in pool["taints"].each()}
    gpus = next((gpus for name, _ in listed if (gpus := gpus_of(of, name))), None)
    any_gpu = {"key": GPU_RESOURCE, "operator": "Exists", "effect": "NoSchedule"}
    return [*(taint.map(_toleration) for taint in taints.values()), *([gpus.decides(any_gpu)] if gpus else [])]


def _toleration(text: str) -> Tree:
    key, value, effect = taint_parts(text)
    return {"key": key, "operator": "Equal", "value": value, "effect": effect}


def _common_labels(of: Inputs, pools: Sequence[str]) -> dict[str, Tree]:
    """A selector names labels that a node must have all of, so that of several pools only what is the same can stand in it."""
    labels = [dict(pool["labels"].entries()) for name in pools if (pool := pool_of(of, name))]
    return {
        name: label
        for name, label in (labels[0] if labels else {}).items()
        if all(name in other and other[name].value == label.value for other in labels)
    }
