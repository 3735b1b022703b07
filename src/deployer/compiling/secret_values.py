"""What the secret file says, in the chart's words; only a deploy has opened it, for everybody else it says nothing."""

from __future__ import annotations

from typing import Any

from deployer.compiling.inputs import Inputs
from deployer.compiling.layers import Origins
from deployer.compiling.login_providers import Provider
from deployer.compiling.said import Said, Tree
from deployer.config.loaded import LoadedHub
from deployer.config.source_text import is_secret
from deployer.model.place import KeyPath

PULLED_BY = "image-pull-secret"
"""zero-to-jupyterhub's name of the Secret that it makes of `imagePullSecret`."""
_DOCKER_HUB = "https://index.docker.io/v1/"
"""Docker Hub's name in pull secrets, https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry."""


def login_secrets(of: Inputs, provider: Provider) -> dict[str, Tree]:
    """Traits of the login provider's class that only the secret file has."""
    login = of.secrets["login"]
    return {trait: login[key] for key, trait in provider.secrets if login[key]}


def secrets_tree(of: Inputs) -> Tree:
    """zero-to-jupyterhub's pull secret and the password of an external database."""
    registry, password = of.secrets["registry_login"], of.secrets["database_password"]
    tree: dict[str, Tree] = {"hub": {"db": {"password": password}}} if password else {}
    if registry:
        tree["imagePullSecret"] = {
            "create": registry.decides(True),
            "registry": registry["server"].map(_pull_server),
            "username": registry["username"],
            "password": registry["password"],
        }
    return tree


def builder_secrets(of: Inputs) -> Tree:
    """The account by which the image builder pushes."""
    login = of.secrets["builder_login"]
    if not login:
        return {}
    credentials = {"username": login["username"], "password": login["password"]}
    return {"binderhub-service": {"buildPodsRegistryCredentials": credentials}}


def _pull_server(server: str) -> str:
    return _DOCKER_HUB if server in ("docker.io", "index.docker.io", "hub.docker.com") else server


def decrypted_paths(origins: Origins, hub: LoadedHub) -> frozenset[KeyPath]:
    """Every leaf that a decrypted file set, whatever it is called."""
    if hub.secrets is None and not any(is_secret(layer.file) for layer in hub.layers):
        return frozenset()
    return frozenset(path for path in origins if _is_decrypted(origins.setters(path)[0], hub))


def _is_decrypted(setter: Any, hub: LoadedHub) -> bool:
    if isinstance(setter, Said):
        return hub.secrets is not None and setter.source is hub.secrets.source
    return setter is not None and is_secret(setter[0].file)
