"""How a hub is reached and what it shows before a login: addresses, landing page, network, what comes along."""

from __future__ import annotations

from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.said import Said, Tree
from deployer.config.scalars import cpu_range, duration_seconds, memory_bytes

_SSH_PORT = 22
_OTHER_SERVERS = [{"podSelector": {"matchLabels": {"component": "singleuser-server"}}}]
"""z2jh's label of people's servers."""


def landing_tree(of: Inputs) -> Tree:
    """What templates read as `deployer`: texts of the community, and who operates the hub."""
    community = of.hub["community"]
    page = {
        "display_name": of.hub["display_name"] if of.hub["display_name"] else of.loaded.ref.hub,
        "name": community["name"],
        "url": community["url"],
        "logo": community["logo"],
        "description": community["description"],
        "funded_by": _organization(community["funded_by"]),
        "operated_by": _organization(of.fleet["operated_by"]),
        "links": [{"title": link["title"], "url": link["url"]} for link in community["links"].each()],
        "announcements": list(community["announcements"].each()),
    }
    return {"hub": {"templateVars": {"deployer": page}}}


def _organization(organization: Said[Any]) -> Tree:
    return {"name": organization["name"], "url": organization["url"]} if organization.value is not None else None


def ingress_tree(of: Inputs) -> Tree:
    """The domain, with a certificate; nothing on a local cluster, whose hubs have ports."""
    domain = of.hub["domain"]
    if not domain or of.local:
        return {}
    tls = [{"hosts": [domain], "secretName": "https-certificate"}]
    return {"ingress": domain.decides({"enabled": True, "hosts": [domain], "tls": tls})}


def network_tree(of: Inputs) -> Tree:
    """z2jh's own rules let servers reach the internet and nothing inside; these are the ways that a hub adds."""
    network = of.hub["network"]
    ssh, ports = network["ssh_between_users"], network["allow_ports"]
    internet = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": port} for port in ports.each()]}
    out = [ports.decides(internet)] if ports else []
    within = []
    if ssh:
        out.append(ssh.decides({"to": _OTHER_SERVERS, "ports": [{"port": _SSH_PORT}]}))
        within.append(ssh.decides({"from": _OTHER_SERVERS, "ports": [{"port": _SSH_PORT}]}))
    return {
        "singleuser": {
            "cloudMetadata": {"blockWithIptables": network["block_metadata"]},
            "networkPolicy": {"egress": out or None, "ingress": within or None},
        }
    }


def extras_tree(of: Inputs) -> Tree:
    """The chart's own conditions and the sub-charts' values: Dask Gateway and the image builder."""
    extras = of.hub["extras"]
    dask, builder, binder = extras["dask_gateway"], extras["image_builder"], extras["binder"]
    tree: dict[str, Tree] = {}
    if dask:
        tree["dask-gateway"] = dask.decides({"enabled": True, "gateway": _dask(dask)})
    built = binder if binder.value is not None else builder
    if built:
        tree["binderhub-service"] = {"enabled": built.decides(True), **_binder(built)}
    return tree


def _dask(dask: Said[Any]) -> Tree:
    """Dask Gateway's limits, in its own server's Python; sizes of schedulers in its chart's words."""
    if dask.value is True:
        return None
    config = {
        "deployer-worker-memory": dask["worker_memory_max"].map(
            lambda text: f"c.KubeClusterConfig.worker_memory = c.KubeClusterConfig.worker_memory_limit = {memory_bytes(text)}"
        ),
        "deployer-cluster-cores": dask["cluster_cores_max"].map(
            lambda text: f"c.KubeClusterConfig.cluster_max_cores = {cpu_range(text)[1]}"
        ),
        "deployer-cluster-memory": dask["cluster_memory_max"].map(
            lambda text: f"c.KubeClusterConfig.cluster_max_memory = {memory_bytes(text)}"
        ),
        "deployer-idle": dask["idle_after"].map(lambda text: f"c.KubeClusterConfig.idle_timeout = {duration_seconds(text)}"),
    }
    memory, cpu = dask["scheduler_memory"], dask["scheduler_cpu"]
    scheduler = {
        "memory": memory.map(lambda text: {"request": memory_bytes(text), "limit": memory_bytes(text)}),
        "cores": cpu.map(lambda text: {"request": cpu_range(text)[0], "limit": cpu_range(text)[1]}),
    }
    return {"extraConfig": config, "backend": {"scheduler": scheduler}}


def _binder(built: Said[Any]) -> dict[str, Tree]:
    if built.value is True:
        return {}
    registry, prefix = built["registry"], built["image_prefix"]
    image_prefix = prefix.map(lambda text: f"{registry.value}/{text}")
    return {
        "config": {"BinderHub": {"image_prefix": image_prefix, "use_registry": built.decides(True)}},
        "buildPodsRegistryCredentials": {"server": registry.map(lambda name: f"https://{name}")},
        "custom": {"repoProviders": list(built["repo_providers"].each()) or None},
    }


def uptime_tree(of: Inputs) -> Tree:
    """The chart's key `uptime`: what is watched from outside."""
    check, domain = of.hub["uptime_check"], of.hub["domain"]
    if of.local or not domain:
        return {}
    return {"uptime": domain.decides({"enabled": check, "url": f"https://{domain.value}/hub/health"})}
