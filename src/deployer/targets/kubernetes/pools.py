"""Whether the nodes of a cluster are what its file says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from deployer.errors import ExternalError
from deployer.model.findings import Finding, Pool, Verdict
from deployer.targets.kubernetes.api.objects import Object

PodsOn: TypeAlias = Callable[[str], Sequence[Object]]
"""The pods on the node of that name. Raises ExternalError."""

_NAME = "node pool"
_GIB = 1024**3
_KEEPS_AWAY = ("NoSchedule", "NoExecute")
_BRIEF = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", "ToBeDeletedByClusterAutoscaler")
"""Taints by which Kubernetes says how a node is at the moment."""
_FOR_USERS = frozenset({"hub.jupyter.org/dedicated=user:NoSchedule", "hub.jupyter.org_dedicated=user:NoSchedule"})
"""Taints that zero-to-jupyterhub's servers always bear."""
_GPU = "nvidia.com/gpu"
_OF_THE_NODE = ("DaemonSet", "Node")
"""Owners of pods that every node has: agents, and what the kubelet itself starts."""


def compared(pools: Sequence[Pool], nodes: Sequence[Object], pods_on: PodsOn) -> Iterator[Finding]:
    """One finding for each thing that is not as the file says, or one for a pool of which all is."""
    for pool in pools:
        if pool.labels:
            own = [node for node in nodes if pool.labels.items() <= (node["metadata"].get("labels") or {}).items()]
            yield from (_none(pool),) if not own else tuple(_differing(pool, own, pods_on)) or (_fine(pool, own),)


def room(node: Object) -> tuple[float, float]:
    """CPUs and bytes of memory that pods may have of it."""
    from kubernetes.utils.quantity import parse_quantity

    offered = node["status"]["allocatable"]
    return float(parse_quantity(offered["cpu"])), float(parse_quantity(offered["memory"]))


def words(cpu: float, memory: float) -> str:
    """`4 CPU and 15.6 GiB of memory`."""
    return f"{cpu:.4g} CPU and {gib(memory)} of memory"


def gib(memory: float) -> str:
    """Bytes as `15.6 GiB`."""
    return f"{memory / _GIB:.1f}".removesuffix(".0") + " GiB"


def _none(pool: Pool) -> Finding:
    label = ",".join(f"{name}={value}" for name, value in pool.labels.items())
    if not pool.minimum:
        return Finding(_NAME, Verdict.OK, f"{pool.name} has no node now, and its minimum is 0: one starts when a server needs it")
    return Finding(
        _NAME,
        Verdict.FAILED,
        f"{pool.name} has no node: none has the labels {label}, so that its pods find no place",
        f"`kubectl label node NAME {label.replace(',', ' ')}`, or say in cluster.yaml which `labels` its nodes have.",
    )


def _fine(pool: Pool, nodes: Sequence[Object]) -> Finding:
    return Finding(_NAME, Verdict.OK, f"{pool.name} is as cluster.yaml says: {len(nodes)} {'nodes' if nodes[1:] else 'node'}")


def _differing(pool: Pool, nodes: Sequence[Object], pods_on: PodsOn) -> Iterator[Finding]:
    if pool.purpose == "notebook":
        yield from _amounts(pool, max(nodes, key=room), pods_on)
    for node in nodes:
        yield from _taints(pool, node)


def _amounts(pool: Pool, node: Object, pods_on: PodsOn) -> Iterator[Finding]:
    """By the largest node: the others are of one kind with it."""
    name = node["metadata"]["name"]
    pods: Sequence[Object] = ()
    try:
        pods = pods_on(name)
    except ExternalError as error:
        yield Finding(_NAME, Verdict.UNKNOWN, f"{pool.name}: what agents ask for on {name}: {error.message}", error.hint)
    cpu, memory = (
        offered - sum(_asked(pod, resource) for pod in pods if _of_the_node(pod))
        for offered, resource in zip(room(node), ("cpu", "memory"), strict=True)
    )
    amounts = (
        ("memory", f"{gib(pool.memory)} of memory", gib(memory), pool.memory > memory),
        ("cpu", f"{pool.cpu:.4g} CPU", f"{cpu:.4g}", pool.cpu > cpu),
    )
    for key, said, left, too_much in amounts:
        if too_much:
            yield Finding(
                _NAME,
                Verdict.FAILED,
                f"{pool.name}: cluster.yaml gives servers {said} a node, and {name} has {left} for them beside its agents: "
                "who asks for all of it waits for ever",
                f"Say a smaller `{key}` of the pool's machines in cluster.yaml: servers are given what Kubernetes leaves of it.",
            )


def _of_the_node(pod: Object) -> bool:
    owners = pod["metadata"].get("ownerReferences") or []
    return any(owner["kind"] in _OF_THE_NODE for owner in owners)


def _asked(pod: Object, resource: str) -> float:
    """As the scheduler counts: all containers together, or one that runs before them and asks for more."""
    from kubernetes.utils.quantity import parse_quantity

    def of(container: Object) -> float:
        return float(parse_quantity(container.get("resources", {}).get("requests", {}).get(resource, 0)))

    before = pod["spec"].get("initContainers") or []
    beside = [container for container in before if container.get("restartPolicy") == "Always"]
    return max(sum(map(of, [*pod["spec"]["containers"], *beside])), *map(of, before), 0)


def _taints(pool: Pool, node: Object) -> Iterator[Finding]:
    found = [taint for taint in node["spec"].get("taints") or [] if not taint["key"].startswith(_BRIEF)]
    name, said = node["metadata"]["name"], {_written(taint) for taint in found}
    for taint in pool.taints:
        if taint not in said:
            hint = f"`kubectl taint node {name} {taint}`, or take it out of cluster.yaml."
            yield Finding(_NAME, Verdict.WARNING, f"{pool.name}: {name} has not the taint {taint} of cluster.yaml", hint)
    for taint in found:
        if taint["effect"] in _KEEPS_AWAY and not _borne(pool, taint):
            yield Finding(
                _NAME,
                Verdict.WARNING,
                f"{pool.name}: {name} has the taint {_written(taint)}, which keeps the pool's pods away",
                f"Add {_written(taint)} to the pool's `taints` in cluster.yaml: its pods tolerate these.",
            )


def _borne(pool: Pool, taint: Object) -> bool:
    """Pods of the pool tolerate it: the file says it, or it is one that they always bear."""
    by_gpu = bool(pool.gpus) and (taint["key"], taint["effect"]) == (_GPU, "NoSchedule")
    return by_gpu or _written(taint) in pool.taints or (pool.purpose == "notebook" and _written(taint) in _FOR_USERS)


def _written(taint: Any) -> str:
    return f"{taint['key']}={taint.get('value') or ''}:{taint['effect']}"
