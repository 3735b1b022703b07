"""What the doctor says of rights and of nodes, by what the files of the cluster expect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.compiling.pools import node_pools
from deployer.config.models.cluster import ClusterFile
from deployer.model.findings import Expected, Pool
from deployer.targets.kubernetes.pools import compared

NFS = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: prod-homes}\n---\n"
SPARE = "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: prod-placeholder}\n---\n"
PULLER = "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: continuous-image-puller}\n---\n"


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a single node."""
    with small_cluster(tmp_path, "garden") as cluster:
        for kinds in ("storage.k8s.io/v1/storageclasses", "networking.k8s.io/v1/ingressclasses"):
            cluster.api.put(f"/apis/{kinds}/usual", {"metadata": {}})
        cluster.api.put("/api/v1/nodes/n1", node("n1"))
        cluster.api.put("/apis", {"metadata": {}, "items": []})
        yield cluster


def node(name: str, *taints: dict[str, str], memory: str = "96Gi", **labels: str) -> dict[str, Any]:
    status = {"allocatable": {"cpu": "31500m", "memory": memory}, "conditions": [{"type": "Ready", "status": "True"}]}
    return {"metadata": {"name": name, "labels": labels}, "spec": {"taints": list(taints)}, "status": status}


def said(cluster: SmallCluster, name: str, expected: Expected) -> list[str]:
    found = cluster.target().examine("aurora", expected).findings
    return [f"{finding.verdict}: {finding.found}" for finding in found if finding.name == name]


@pytest.mark.parametrize(
    ("closed", "manifest", "told"),
    [
        (set(), NFS + SPARE + PULLER, ["ok: all that deploying needs"]),
        ({"ingresses"}, "", ["failed: the account may not get, list, create, patch, delete ingresses of networking.k8s.io"]),
        (
            {"pods/exec", "pods/portforward"},
            "",
            ["failed: the account may not get, create pods/exec", "failed: the account may not get, create pods/portforward"],
        ),
        ({"persistentvolumes", "priorityclasses"}, "", ["ok: all that deploying needs"]),
        (
            {"persistentvolumes", "priorityclasses"},
            NFS + SPARE,
            [
                "failed: the account may not get, list, create, patch, delete persistentvolumes",
                "failed: the account may not get, list, create, patch, delete priorityclasses of scheduling.k8s.io",
            ],
        ),
    ],
)
def test_rights_are_asked_for_by_what_hubs_have(cluster: SmallCluster, closed: set[str], manifest: str, told: list[str]) -> None:
    cluster.api.closed, cluster.helm.manifest = closed, manifest
    assert said(cluster, "rights", Expected(releases=(cluster.release("garden"),))) == told


def test_a_hub_that_cannot_be_rendered_is_told_and_the_others_are_asked_for(cluster: SmallCluster) -> None:
    cluster.api.closed, cluster.helm.manifest = {"persistentvolumes"}, NFS
    releases = cluster.release("garden"), replace(cluster.release("garden"), chart="nowhere")
    assert said(cluster, "rights", Expected(releases=releases)) == [
        "unknown: what aurora/garden needs is not known: there is no chart `nowhere`",
        "failed: the account may not get, list, create, patch, delete persistentvolumes",
    ]


def test_nodes_are_told_in_words_and_compared(cluster: SmallCluster) -> None:
    assert said(cluster, "nodes", Expected()) == ["ok: 1 of 1 ready; each offers 31.5 CPU and 96 GiB of memory"]
    assert said(cluster, "node pool", Expected(pools=(Pool(name="big", labels={"size": "big"}),))) == [
        "ok: big has no node now, and its minimum is 0: one starts when a server needs it"
    ]


BIG = "node_pools: {big: {purpose: notebook, machine: server, min: 2, max: 2, memory: 128G, cpu: 32}}"
SMALL = BIG.replace("128G, cpu: 32", "90G, cpu: 30")
GPU = SMALL.replace("cpu: 30", "cpu: 30, gpu: 1")
CORE = SMALL.replace("notebook", "core").replace("cpu: 30", "cpu: 30, labels: {role: core}")
ON = {"hub.jupyter.org/pool": "big"}
LAB = {"key": "lab", "value": "x", "effect": "NoSchedule"}
USERS = {"key": "hub.jupyter.org/dedicated", "value": "user", "effect": "NoSchedule"}
NVIDIA = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
BUSY = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("pools", "nodes", "told"),
    [
        (SMALL, [node("n1", **ON), node("n2", USERS, BUSY, **ON)], ["ok: big is as cluster.yaml says: 2 nodes"]),
        (
            BIG,
            [node("n1", **ON), node("n2", memory="64Gi", **ON)],
            [
                "failed: big: cluster.yaml gives servers 111 GiB of memory a node, and n1 has 96 GiB for them beside its agents: "
                "who asks for all of it waits for ever",
            ],
        ),
        (
            SMALL,
            [node("n1", size="big")],
            ["failed: big has no node: none has the labels hub.jupyter.org/pool=big, so that its pods find no place"],
        ),
        (
            SMALL.replace("cpu: 30", "cpu: 30, labels: {size: big}"),
            [node("n1", size="big")],
            ["ok: big is as cluster.yaml says: 1 node"],
        ),
        (
            SMALL,
            [node("n1", LAB, **ON)],
            ["warning: big: n1 has the taint lab=x:NoSchedule, which keeps the pool's pods away"],
        ),
        (
            SMALL,
            [node("n1", NVIDIA, **ON)],
            ["warning: big: n1 has the taint nvidia.com/gpu=present:NoSchedule, which keeps the pool's pods away"],
        ),
        (GPU, [node("n1", NVIDIA, **ON)], ["ok: big is as cluster.yaml says: 1 node"]),
        (
            GPU,
            [node("n1", NVIDIA | {"effect": "NoExecute"}, **ON)],
            ["warning: big: n1 has the taint nvidia.com/gpu=present:NoExecute, which keeps the pool's pods away"],
        ),
        (CORE, [node("n1", memory="1Gi", role="core")], ["ok: big is as cluster.yaml says: 1 node"]),
        (
            CORE,
            [node("n1", USERS, role="core")],
            ["warning: big: n1 has the taint hub.jupyter.org/dedicated=user:NoSchedule, which keeps the pool's pods away"],
        ),
        (
            SMALL.replace("cpu: 30", "cpu: 30, taints: ['lab=x:NoSchedule']"),
            [node("n1", LAB, **ON)],
            ["ok: big is as cluster.yaml says: 1 node"],
        ),
        (
            SMALL.replace("cpu: 30", "cpu: 30, taints: ['lab=x:NoSchedule']"),
            [node("n1", **ON)],
            ["warning: big: n1 has not the taint lab=x:NoSchedule of cluster.yaml"],
        ),
        ("node_pools: {main: {purpose: core, machine: server, min: 1, max: 1, memory: 1T, cpu: 2}}", [node("n1")], []),
        (
            "node_pools: {small: {purpose: notebook, machine: r5.xlarge, min: 0, max: 9}}",
            [node("n1", memory="20Gi", **{"hub.jupyter.org/pool": "small"})],
            [
                "failed: small: cluster.yaml gives servers 29.1 GiB of memory a node, and n1 has 20 GiB for them beside "
                "its agents: who asks for all of it waits for ever"
            ],
        ),
    ],
)
def test_nodes_are_what_the_file_says(pools: str, nodes: list[dict[str, Any]], told: list[str]) -> None:
    found = compared(pools_of("aws", pools), nodes, lambda _name: [])
    assert [f"{finding.verdict}: {finding.found}" for finding in found] == told


def pools_of(provider: str, pools: str) -> tuple[Pool, ...]:
    access = {
        "aws": "aws: {account: '123456789012', region: us-west-2, cluster: a}",
        "kubeconfig": "kubeconfig: {file: kubeconfig.yaml}",
    }
    spec = ClusterFile.model_validate(yaml.safe_load(f"{{name: a, provider: {provider}, {access[provider]}, {pools}}}"))
    return tuple(node_pools(spec))


def pod(owner: str, *requests: str, first: str = "0", always: bool = False) -> dict[str, Any]:
    containers = [{"resources": {"requests": {"memory": amount}}} for amount in requests]
    before = {"resources": {"requests": {"memory": first}}, **({"restartPolicy": "Always"} if always else {})}
    spec = {"nodeName": "n1", "containers": [*containers, {}], "initContainers": [before]}
    return {"metadata": {"ownerReferences": [{"kind": owner}]}, "spec": spec}


@pytest.mark.parametrize(
    ("pods", "enough"),
    [
        ([], True),
        ([pod("DaemonSet", "8Gi", "1Gi")], True),
        ([pod("DaemonSet", "8Gi", "3Gi")], False),
        ([pod("DaemonSet", "8Gi"), pod("Node", "3Gi")], False),
        ([pod("DaemonSet", "1Gi", first="11Gi")], False),
        ([pod("DaemonSet", "6Gi", first="5Gi")], True),
        ([pod("DaemonSet", "6Gi", first="5Gi", always=True)], False),
        ([pod("ReplicaSet", "90Gi")], True),
    ],
)
def test_what_a_node_offers_is_less_what_its_agents_ask_for(
    cluster: SmallCluster, pods: list[dict[str, Any]], enough: bool
) -> None:
    """Of the machine servers are given 86 GiB, and the node offers 96."""
    pools = pools_of("kubeconfig", BIG.replace("128G", "98Gi"))
    assert round(pools[0].memory / 1024**3) == 86
    cluster.api.put("/api/v1/nodes/n1", node("n1", **ON))
    for index, content in enumerate(pods):
        cluster.api.put(f"/api/v1/namespaces/kube-system/pods/p{index}", content)
    (found,) = said(cluster, "node pool", Expected(pools=pools))
    assert found.startswith("ok" if enough else "failed")


def test_where_pods_may_not_be_listed_the_node_alone_is_compared(cluster: SmallCluster) -> None:
    cluster.api.put("/api/v1/nodes/n1", node("n1", memory="1Gi", **ON))
    cluster.api.closed = {"pods"}
    unknown, failed = said(cluster, "node pool", Expected(pools=pools_of("kubeconfig", BIG)))
    assert unknown == ("unknown: big: what agents ask for on n1: the account may not list pods of cluster aurora")
    assert failed.startswith("failed: big: cluster.yaml gives servers 105.2 GiB of memory a node, and n1 has 1 GiB")
