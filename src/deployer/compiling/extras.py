"""What comes along with a hub: Dask Gateway and the image builder, each a sub-chart and a service of the hub.

Names of keys, objects and variables: the chart dask-gateway 2026.3 and the chart binderhub-service 0.1.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.placement import placed
from deployer.compiling.said import Said, Tree
from deployer.compiling.secret_values import PULLED_BY
from deployer.config.scalars import cpu_range, duration_seconds, memory_bytes

EVERYBODY = "user"
"""JupyterHub's role of everybody."""
_DASK, _BINDER = "dask-gateway", "binder"
_BUILDER_PATH = "/services/binder"
_BUILDER_SERVICE = {
    "display": False,
    "url": "http://binderhub",
    "oauth_client_id": "service-binder",
    "oauth_no_confirm": True,
    "oauth_redirect_uri": f"{_BUILDER_PATH}/oauth_callback",
}
_REPO_PROVIDERS = MappingProxyType(
    {
        "github": ("gh", "GitHubRepoProvider"),
        "gist": ("gist", "GistRepoProvider"),
        "git": ("git", "GitRepoProvider"),
        "gitlab": ("gl", "GitLabRepoProvider"),
        "zenodo": ("zenodo", "ZenodoProvider"),
        "figshare": ("figshare", "FigshareProvider"),
        "hydroshare": ("hydroshare", "HydroshareProvider"),
        "dataverse": ("dataverse", "DataverseProvider"),
        "ckan": ("ckan", "CKANProvider"),
    }
)
"""What addresses of their repositories begin with, and BinderHub's classes (binderhub.app.BinderHub.repo_providers)."""
_DASK_ENV = MappingProxyType(
    {
        "DASK_GATEWAY__ADDRESS": "http://proxy-public/services/dask-gateway",
        "DASK_GATEWAY__PROXY_ADDRESS": "gateway://{proxy}:80",
        "DASK_GATEWAY__PUBLIC_ADDRESS": "/services/dask-gateway",
        "DASK_GATEWAY__AUTH__TYPE": "jupyterhub",
    }
)
"""So that `dask_gateway.Gateway()` needs no arguments (https://gateway.dask.org/configuration-user.html)."""


def extras_tree(of: Inputs) -> Tree:
    """The chart's own conditions and the sub-charts' values: Dask Gateway and the image builder."""
    extras = of.hub["extras"]
    dask, built = extras["dask_gateway"], _built(extras)
    tree: dict[str, Tree] = {}
    if dask:
        tree["dask-gateway"] = dask.decides(
            {
                "enabled": True,
                "gateway": _gateway() | _dask(of, dask) | placed(of, "core"),
                "controller": placed(of, "core"),
                "traefik": placed(of, "core"),
            }
        )
    if built:
        tree["binderhub-service"] = {
            "enabled": built.decides(True),
            "extraEnv": built.decides(_builder_env(of.loaded.ref.hub)),
            **placed(of, "core"),
            **_binder(built),
        }
    return tree


def services_tree(of: Inputs) -> Tree:
    """What the hub and its servers know of Dask Gateway and the image builder, which stand behind its proxy."""
    reached = _reached(of)
    services: dict[str, Tree] = {}
    env: dict[str, Tree] = {}
    if dask := reached.get(_DASK):
        proxy = f"traefik-{of.loaded.ref.hub}-dask-gateway"
        services[_DASK] = dask.decides({"display": False, "url": f"http://{proxy}"})
        env = {name: dask.decides(text.format(proxy=proxy)) for name, text in _DASK_ENV.items() if name not in of.hub.value.env}
    if builder := reached.get(_BINDER):
        services[_BINDER] = builder.decides(_BUILDER_SERVICE)
    role = None if EVERYBODY in of.hub.value.roles else _role(of)
    return {"hub": {"services": services or None, "loadRoles": role}, "singleuser": {"extraEnv": env or None}}


def _reached(of: Inputs) -> dict[str, Said[Any]]:
    """The services that everybody may use, each with the key that says so."""
    extras = of.hub["extras"]
    both = {} if of.local else {_DASK: extras["dask_gateway"], _BINDER: _built(extras)}
    return {name: said for name, said in both.items() if said}


def builds_images(of: Inputs) -> Said[Any]:
    """What makes the spawn page offer to build an image; nothing on this machine, which has no builder."""
    return of.hub["extras"]["image_builder"].map(lambda asked: None if of.local else asked)


def built_images(built: Said[Any]) -> str:
    """A regular expression for the names of images that are built for this hub; empty where only `values` know them."""
    if built.value is True:
        return ""
    prefix = f"{built.value.registry}/{built.value.image_prefix}".replace(".", "[.]")
    return rf"^{prefix}[a-z0-9._\-]+:[\w.\-]+$"


def _built(extras: Said[Any]) -> Said[Any]:
    """What asks for the image builder, of which a hub has but one."""
    return extras["binder"] if extras["binder"] else extras["image_builder"]


def access_scopes(of: Inputs) -> list[Tree]:
    """What everybody's role says, so that they may use these services."""
    return [said.decides(f"access:services!service={name}") for name, said in _reached(of).items()]


def _role(of: Inputs) -> Tree:
    """Everybody may use these services; what a person may do otherwise stays as JupyterHub has it."""
    reached = _reached(of)
    if not reached:
        return None
    sole = next(iter(reached.values()))
    usual = sole.decides("self") if len(reached) == 1 else "self"
    return {EVERYBODY: {"scopes": [usual, *access_scopes(of)]}}


def _gateway() -> dict[str, Tree]:
    """Below the hub's own address, for whoever has a token of the hub."""
    token = {"apiTokenFromSecretName": "hub", "apiTokenFromSecretKey": "hub.services.dask-gateway.apiToken"}
    return {"prefix": "/services/dask-gateway", "auth": {"type": "jupyterhub", "jupyterhub": token}}


def _builder_env(hub: str) -> list[Tree]:
    token = {"secretKeyRef": {"name": "hub", "key": "hub.services.binder.apiToken"}}
    return [
        {"name": "JUPYTERHUB_API_TOKEN", "valueFrom": token},
        {"name": "JUPYTERHUB_CLIENT_ID", "value": _BUILDER_SERVICE["oauth_client_id"]},
        {"name": "JUPYTERHUB_API_URL", "value": f"http://hub.{hub}.svc.cluster.local:8081/hub/api"},
        {"name": "JUPYTERHUB_BASE_URL", "value": "/"},
        {"name": "JUPYTERHUB_SERVICE_PREFIX", "value": f"{_BUILDER_PATH}/"},
    ]


def _dask(of: Inputs, dask: Said[Any]) -> dict[str, Tree]:
    """Dask Gateway's limits, in its own server's Python; sizes and nodes of people's clusters in its chart's words.
    These run people's images, so they pull by the same login."""
    pulled = {"imagePullSecrets": [{"name": PULLED_BY}] if of.secrets["registry_login"] else None}
    worker = {"extraPodConfig": placed(of, "worker")}
    if dask.value is True:
        return {"backend": {"scheduler": worker, "worker": worker} | pulled}
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
    return {"extraConfig": config, "backend": {"scheduler": scheduler | worker, "worker": worker} | pulled}


def _binder(built: Said[Any]) -> dict[str, Tree]:
    config = {"base_url": _BUILDER_PATH, "auth_enabled": True, "enable_api_only_mode": True, "use_registry": True}
    if built.value is True:
        return {"config": {"BinderHub": built.decides(config)}}
    registry, prefix = built["registry"], built["image_prefix"]
    image_prefix = prefix.map(lambda text: f"{registry.value}/{text}")
    return {
        "config": {"BinderHub": built.decides(config | {"image_prefix": image_prefix})},
        "buildPodsRegistryCredentials": {"server": registry.map(lambda name: f"https://{name}")},
        "extraConfig": {"deployer-repo-providers": built["repo_providers"].map(_repo_providers)},
    }


def _repo_providers(names: list[str]) -> str | None:
    """All that BinderHub has, unless some are named."""
    chosen = ", ".join(f"'{prefix}': repoproviders.{kind}" for prefix, kind in (_REPO_PROVIDERS[name] for name in names))
    return f"from binderhub import repoproviders\nc.BinderHub.repo_providers = {{{chosen}}}\n" if names else None
