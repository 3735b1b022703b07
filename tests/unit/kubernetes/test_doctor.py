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
ON = {"hub.jupyter.org/pool": "big"}
LAB = {"key": "lab", "value": "x", "effect": "NoSchedule"}
USERS = {"key": "hub.jupyter.org/dedicated", "value": "user", "effect": "NoSchedule"}
BUSY = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("pools", "nodes", "told"),
    [
        (SMALL, [node("n1", **ON), node("n2", USERS, BUSY, **ON)], ["ok: big is as cluster.yaml says: 2 nodes"]),
        (
            BIG,
            [node("n1", **ON), node("n2", memory="64Gi", **ON)],
            [
                "failed: big: cluster.yaml gives servers 119.2 GiB of memory a node, and no node offers more than 96 GiB: "
                "who asks for all of it waits for ever",
                "failed: big: cluster.yaml gives servers 32 CPU a node, and no node offers more than 31.5: "
                "who asks for all of it waits for ever",
            ],
        ),
        (
            SMALL,
            [node("n1", size="big")],
            ["failed: big has no node: none has the labels hub.jupyter.org/pool=big, so that its servers find no place"],
        ),
        (
            SMALL.replace("cpu: 30", "cpu: 30, labels: {size: big}"),
            [node("n1", size="big")],
            ["ok: big is as cluster.yaml says: 1 node"],
        ),
        (
            SMALL,
            [node("n1", LAB, **ON)],
            ["warning: big: n1 has the taint lab=x:NoSchedule, which keeps servers away"],
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
                "failed: small: cluster.yaml gives servers 29.1 GiB of memory a node, and no node offers more than 20 GiB: "
                "who asks for all of it waits for ever"
            ],
        ),
    ],
)
def test_nodes_are_what_the_file_says(pools: str, nodes: list[dict[str, Any]], told: list[str]) -> None:
    cloud = "aws: {account: '123456789012', region: us-west-2, cluster: a}"
    spec = ClusterFile.model_validate(yaml.safe_load(f"{{name: a, provider: aws, {cloud}, {pools}}}"))
    found = compared(tuple(node_pools(spec)), nodes)
    assert [f"{finding.verdict}: {finding.found}" for finding in found] == told
