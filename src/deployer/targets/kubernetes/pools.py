"""Whether the nodes of a cluster are what its file says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from deployer.model.findings import Finding, Pool, Verdict
from deployer.targets.kubernetes.api.objects import Object

_NAME = "node pool"
_GIB = 1024**3
_KEEPS_AWAY = ("NoSchedule", "NoExecute")
_BRIEF = ("node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", "ToBeDeletedByClusterAutoscaler")
"""Taints by which Kubernetes says how a node is at the moment."""
_TOLERATED = ("hub.jupyter.org/dedicated", "hub.jupyter.org_dedicated", "nvidia.com/gpu")
"""Taints that zero-to-jupyterhub's servers may always bear, and those that ask for a GPU."""


def compared(pools: Sequence[Pool], nodes: Sequence[Object]) -> Iterator[Finding]:
    """One finding for each thing that is not as the file says, or one for a pool of which all is."""
    for pool in pools:
        if pool.labels:
            own = [node for node in nodes if pool.labels.items() <= (node["metadata"].get("labels") or {}).items()]
            yield from (_none(pool),) if not own else tuple(_differing(pool, own)) or (_fine(pool, own),)


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
        f"{pool.name} has no node: none has the labels {label}, so that its servers find no place",
        f"`kubectl label node NAME {label.replace(',', ' ')}`, or say in cluster.yaml which `labels` its nodes have.",
    )


def _fine(pool: Pool, nodes: Sequence[Object]) -> Finding:
    return Finding(_NAME, Verdict.OK, f"{pool.name} is as cluster.yaml says: {len(nodes)} {'nodes' if nodes[1:] else 'node'}")


def _differing(pool: Pool, nodes: Sequence[Object]) -> Iterator[Finding]:
    cpu, memory = (max(offered) for offered in zip(*map(room, nodes), strict=True))
    amounts = (
        ("memory", f"{gib(pool.memory)} of memory", gib(memory), pool.memory > memory),
        ("cpu", f"{pool.cpu:.4g} CPU", f"{cpu:.4g}", pool.cpu > cpu),
    )
    for key, said, offered, too_much in amounts:
        if too_much:
            yield Finding(
                _NAME,
                Verdict.FAILED,
                f"{pool.name}: cluster.yaml gives servers {said} a node, and no node offers more than {offered}: "
                "who asks for all of it waits for ever",
                f"Say `{key}` of the pool in cluster.yaml, somewhat less than that: other pods run there too.",
            )
    for node in nodes:
        yield from _taints(pool, node)


def _taints(pool: Pool, node: Object) -> Iterator[Finding]:
    found = [taint for taint in node["spec"].get("taints") or [] if not taint["key"].startswith(_BRIEF)]
    name, said = node["metadata"]["name"], {_written(taint) for taint in found}
    for taint in pool.taints:
        if taint not in said:
            hint = f"`kubectl taint node {name} {taint}`, or take it out of cluster.yaml."
            yield Finding(_NAME, Verdict.WARNING, f"{pool.name}: {name} has not the taint {taint} of cluster.yaml", hint)
    for taint in found:
        if taint["effect"] in _KEEPS_AWAY and taint["key"] not in _TOLERATED and _written(taint) not in pool.taints:
            yield Finding(
                _NAME,
                Verdict.WARNING,
                f"{pool.name}: {name} has the taint {_written(taint)}, which keeps servers away",
                f"Add {_written(taint)} to the pool's `taints` in cluster.yaml: hubs with its machines tolerate these.",
            )


def _written(taint: Any) -> str:
    return f"{taint['key']}={taint.get('value') or ''}:{taint['effect']}"
