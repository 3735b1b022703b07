"""Which nodes the pods of a hub ask for, by what the cluster says of its node pools."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.compiled_hubs import compiled_hub

from deployer.model.place import value_at

HUB = """\
domain: hub.example.org
login: {provider: dummy, allow: everyone}
home: {kind: home-nfs, size: 1Gi}
extras: {dask_gateway: true, binder: {registry: quay.io, image_prefix: lab/}}
"""
CORE = {
    "nodeSelector": {"role": "core"},
    "tolerations": [{"key": "role", "operator": "Equal", "value": "core", "effect": "NoSchedule"}],
}
OF_THE_HUB = [
    "jupyterhub.hub",
    "jupyterhub.proxy.chp",
    "jupyterhub.proxy.traefik",
    "jupyterhub.scheduling.userScheduler",
    "jupyterhub.prePuller.hook",
    "dask-gateway.gateway",
    "dask-gateway.controller",
    "dask-gateway.traefik",
    "binderhub-service",
    "jupyterhub-home-nfs",
]
OF_DASK = [f"dask-gateway.gateway.backend.{pod}.extraPodConfig" for pod in ("scheduler", "worker")]


def values(pools: str, hub: str = HUB, provider: str = "kubeconfig") -> dict[str, Any]:
    access = "kubeconfig: {file: kubeconfig.yaml}\n" if provider == "kubeconfig" else ""
    cluster = f"provider: {provider}\n{access}node_pools: {{{pools}}}"
    found: dict[str, Any] = dict(compiled_hub(hub, cluster=cluster).release.values)
    return found


def placed(found: dict[str, Any], path: str) -> dict[str, Any]:
    pod = value_at(found, tuple(path.split("."))) or {}
    return {key: pod[key] for key in ("nodeSelector", "tolerations") if key in pod}


def pool(name: str, purpose: str, rest: str) -> str:
    return f"{name}: {{purpose: {purpose}, machine: server, max: 9, {rest}}}"


LABELLED = "labels: {role: core}, taints: ['role=core:NoSchedule']"


@pytest.mark.parametrize("path", OF_THE_HUB)
def test_pods_of_the_hub_go_to_the_core_pool(path: str) -> None:
    assert placed(values(pool("main", "core", LABELLED)), path) == CORE
    assert placed(values(pool("main", "notebook", LABELLED)), path) == {}


@pytest.mark.parametrize("path", OF_DASK)
def test_dasks_own_pods_go_to_the_worker_pool(path: str) -> None:
    assert placed(values(pool("dask", "worker", LABELLED)), path) == CORE
    assert placed(values(pool("main", "core", LABELLED)), path) == {}


def test_of_several_pools_a_pod_takes_the_one_with_room() -> None:
    one = pool("one", "core", "labels: {role: core, disk: ssd}, taints: ['role=core:NoSchedule']")
    other = pool("other", "core", "labels: {disk: hdd, role: core}, taints: ['big=yes:NoExecute']")
    found = placed(values(f"{one}, {other}"), "jupyterhub.hub")
    assert found["nodeSelector"] == {"role": "core"}
    assert [taint["key"] for taint in found["tolerations"]] == ["role", "big"]


def test_pools_that_say_nothing_and_this_machine_ask_for_nothing() -> None:
    assert placed(values(pool("main", "core", "min: 1")), "jupyterhub.hub") == {}
    local = HUB.replace("domain: hub.example.org\n", "").replace("home: {kind: home-nfs, size: 1Gi}\n", "")
    assert placed(values(pool("main", "core", LABELLED), local, "local"), "jupyterhub.hub") == {}


MACHINES = (
    "environments: [{name: Python, image: 'example.org/python:1'}%s]\nmachines: [%s]\nspare_room: {servers: 2, memory: 4G}\n"
)
GPU_ENVIRONMENT = ", {name: CUDA, image: 'example.org/cuda:1', default: true, machines: [gpu]}"
POOLS = f"{pool('small', 'notebook', 'memory: 16Gi, cpu: 4')}, {pool('gpu', 'notebook', 'gpu: 1, labels: {gpus: many}')}"


@pytest.mark.parametrize(
    ("environments", "machines", "selector"),
    [
        ("", "{pool: small}, {pool: gpu}", {"hub.jupyter.org/pool": "small"}),
        ("", "{pool: small}, {pool: gpu, default: true}", {"gpus": "many"}),
        (GPU_ENVIRONMENT, "{pool: small}, {pool: gpu}", {"gpus": "many"}),
        ("", "", None),
    ],
)
def test_spare_room_is_kept_where_a_server_goes_whose_owner_chooses_nothing(
    environments: str, machines: str, selector: dict[str, str] | None
) -> None:
    found = values(POOLS, HUB + MACHINES % (environments, machines))
    placeholder = value_at(found, ("jupyterhub", "scheduling", "userPlaceholder"))
    assert placeholder["replicas"] == 2
    assert placeholder.get("extraPodSpec") == (selector and {"nodeSelector": selector})


@pytest.mark.parametrize(("machines", "borne"), [("{pool: small}", []), ("{pool: small}, {pool: gpu}", ["nvidia.com/gpu"])])
def test_servers_bear_the_taint_of_gpus_where_their_machines_have_some(machines: str, borne: list[str]) -> None:
    found = value_at(values(POOLS, HUB + MACHINES % ("", machines)), ("jupyterhub", "singleuser", "extraTolerations")) or []
    assert found == [{"key": key, "operator": "Exists", "effect": "NoSchedule"} for key in borne]
