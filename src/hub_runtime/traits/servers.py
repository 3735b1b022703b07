"""`singleuser` and `scheduling`: how people's servers are started, as traits of KubeSpawner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kubernetes_asyncio import client

from hub_runtime.errors import ConfigurationProblem
from hub_runtime.z2jh import get_config, get_name, set_config_if_not_none

_ABSENT = object()
_SPAWNER_TRAITS = {
    "pod_name_template": "podNameTemplate",
    "start_timeout": "startTimeout",
    "image_pull_policy": "image.pullPolicy",
    "events_enabled": "events",
    "extra_labels": "extraLabels",
    "extra_annotations": "extraAnnotations",
    "uid": "uid",
    "fs_gid": "fsGid",
    "service_account": "serviceAccountName",
    "storage_extra_labels": "storage.extraLabels",
    "node_selector": "nodeSelector",
    "node_affinity_required": "extraNodeAffinity.required",
    "node_affinity_preferred": "extraNodeAffinity.preferred",
    "pod_affinity_required": "extraPodAffinity.required",
    "pod_affinity_preferred": "extraPodAffinity.preferred",
    "pod_anti_affinity_required": "extraPodAntiAffinity.required",
    "pod_anti_affinity_preferred": "extraPodAntiAffinity.preferred",
    "lifecycle_hooks": "lifecycleHooks",
    "init_containers": "initContainers",
    "extra_containers": "extraContainers",
    "mem_limit": "memory.limit",
    "mem_guarantee": "memory.guarantee",
    "cpu_limit": "cpu.limit",
    "cpu_guarantee": "cpu.guarantee",
    "extra_resource_limits": "extraResource.limits",
    "extra_resource_guarantees": "extraResource.guarantees",
    "environment": "extraEnv",
    "profile_list": "profileList",
    "extra_pod_config": "extraPodConfig",
}


def apply(c: Any, values: Mapping[str, Any]) -> None:
    """Everything about servers but their storage and command."""
    c.KubeSpawner.common_labels = _common_labels()
    c.KubeSpawner.namespace = get_config("Release.Namespace", "default")
    for trait, key in _SPAWNER_TRAITS.items():
        set_config_if_not_none(c.KubeSpawner, trait, f"singleuser.{key}")
    image, tag = get_config("singleuser.image.name"), get_config("singleuser.image.tag")
    if image:
        c.KubeSpawner.image = f"{image}:{tag}" if tag else image
    c.KubeSpawner.allow_privilege_escalation = get_config("singleuser.allowPrivilegeEscalation")
    pull_secrets = _pull_secrets()
    if pull_secrets:
        c.KubeSpawner.image_pull_secrets = pull_secrets
    _apply_scheduling(c)


def _common_labels() -> dict[str, str]:
    labels = {}
    labels["app.kubernetes.io/name"] = labels["app"] = get_config("nameOverride", get_config("Chart.Name", "jupyterhub"))
    release = get_config("Release.Name")
    if release:
        labels["app.kubernetes.io/instance"] = labels["release"] = release
    chart, version = get_config("Chart.Name"), get_config("Chart.Version")
    if chart and version:
        labels["helm.sh/chart"] = labels["chart"] = f"{chart}-{version.replace('+', '_')}"
    return {**labels, "app.kubernetes.io/managed-by": "kubespawner"}


def _pull_secrets() -> list[Any]:
    created = get_config("imagePullSecret.automaticReferenceInjection") and get_config("imagePullSecret.create")
    return [
        *([get_name("image-pull-secret")] if created else []),
        *(get_config("imagePullSecrets") or []),
        *(get_config("singleuser.image.pullSecrets") or []),
    ]


def _apply_scheduling(c: Any) -> None:
    if get_config("scheduling.userScheduler.enabled"):
        c.KubeSpawner.scheduler_name = get_name("user-scheduler")
    if get_config("scheduling.podPriority.enabled"):
        c.KubeSpawner.priority_class_name = get_name("priority")
    _apply_node_purpose(c, get_config("scheduling.userPods.nodeAffinity.matchNodePurpose"))
    tolerations = get_config("scheduling.userPods.tolerations", []) + get_config("singleuser.extraTolerations", [])
    if tolerations:
        c.KubeSpawner.tolerations = tolerations


def _apply_node_purpose(c: Any, match_node_purpose: str | None) -> None:
    term = {"matchExpressions": [{"key": "hub.jupyter.org/node-purpose", "operator": "In", "values": ["user"]}]}
    match match_node_purpose:
        case "prefer":
            c.KubeSpawner.node_affinity_preferred.append({"weight": 100, "preference": term})
        case "require":
            c.KubeSpawner.node_affinity_required.append(term)
        case "ignore" | None | "":
            pass
        case _:
            raise ConfigurationProblem(
                f"scheduling.userPods.nodeAffinity.matchNodePurpose is `{match_node_purpose}`, not prefer, require or ignore"
            )


def apply_command(c: Any, values: Mapping[str, Any]) -> None:
    """`singleuser.cmd`, where null means the image's own command and is not the same as nothing said."""
    command = get_config("singleuser.cmd", _ABSENT)
    if command is not _ABSENT:
        c.Spawner.cmd = command
    set_config_if_not_none(c.Spawner, "default_url", "singleuser.defaultUrl")


def block_metadata(c: Any, values: Mapping[str, Any]) -> None:
    """`singleuser.cloudMetadata`: the init container that the chart adds."""
    metadata = get_config("singleuser.cloudMetadata") or {}
    if metadata.get("blockWithIptables") is not True:
        return
    image = get_config("singleuser.networkTools.image") or {}
    rule = f"iptables --append OUTPUT --protocol tcp --destination {metadata['ip']} --destination-port 80 --jump DROP"
    c.KubeSpawner.init_containers.append(
        client.V1Container(
            name="block-cloud-metadata",
            image=f"{image.get('name')}:{image.get('tag')}",
            command=rule.split(),
            security_context=client.V1SecurityContext(
                privileged=True, run_as_user=0, capabilities=client.V1Capabilities(add=["NET_ADMIN"])
            ),
            resources=get_config("singleuser.networkTools.resources"),
        )
    )
