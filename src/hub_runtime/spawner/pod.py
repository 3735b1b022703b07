"""Reading the pod that KubeSpawner describes: what of it a process can be, and what not, as sentences. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hub_runtime.spawner.limits import Limits, quantity

DEFAULT_COMMAND = "jupyterhub-singleuser"
_REFERENCE = re.compile(r"\$(\$)?\(([A-Za-z_][A-Za-z0-9_.-]*)\)")
_INTERFACES = ("", "lab", "tree", "notebooks", "edit", "files", "view", "doc", "terminals", "consoles", "nbclassic")
_USUAL_INTERFACE = "/lab"
_KEYED = re.compile(r"^metadata\.(labels|annotations)\['(.+)'\]$")


@dataclass(frozen=True, slots=True)
class VolumeMount:
    """A place in the server's files. `claim` names the disk, `secret` the keys and their modes; both empty for any other kind."""

    target: str
    claim: str
    secret: str
    sub_path: str
    read_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerPlan:
    """What the notebook container asks for, in words of a process."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: str
    limits: Limits
    mounts: tuple[VolumeMount, ...]
    after_start: tuple[str, ...]
    before_stop: tuple[str, ...]
    new_privileges: bool
    not_honoured: tuple[str, ...]


def read_pod(pod: Mapping[str, Any]) -> ServerPlan:
    """Read the container `notebook` of a pod's manifest. Raises ValueError for a quantity that is none."""
    spec = pod["spec"]
    container = next(found for found in spec["containers"] if found["name"] == "notebook")
    environment, missing = _environment(container.get("env") or (), pod)
    limits = (container.get("resources") or {}).get("limits") or {}
    memory = quantity(limits.get("memory"))
    mounts, unmounted = _mounts(spec, container)
    security = container.get("securityContext") or {}
    return ServerPlan(
        command=tuple(container.get("command") or ()) + tuple(container.get("args") or ()),
        environment=environment,
        directory=container.get("workingDir") or "",
        limits=Limits(memory=int(memory) if memory else None, cpu=quantity(limits.get("cpu"))),
        mounts=mounts,
        after_start=_hook(container, "postStart"),
        before_stop=_hook(container, "preStop"),
        new_privileges=security.get("allowPrivilegeEscalation") is not False,
        not_honoured=(*missing, *unmounted),
    )


def _hook(container: Mapping[str, Any], name: str) -> tuple[str, ...]:
    action = ((container.get("lifecycle") or {}).get(name) or {}).get("exec") or {}
    return tuple(action.get("command") or ())


def _environment(entries: Any, pod: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """Values in order; `$(NAME)` refers to an earlier one, as Kubernetes has it."""
    environment: dict[str, str] = {}
    missing = []
    for entry in entries:
        value = entry.get("value", "") if "valueFrom" not in entry else _field(entry["valueFrom"], pod)
        if value is None:
            missing.append(f"the environment variable {entry['name']} comes from the cluster and is not set")
        else:
            environment[entry["name"]] = _REFERENCE.sub(_expander(environment), str(value))
    return environment, missing


def _expander(environment: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda match: match[0][1:] if match[1] else environment.get(match[2], match[0])


def _field(source: Mapping[str, Any], pod: Mapping[str, Any]) -> str | None:
    path = (source.get("fieldRef") or {}).get("fieldPath", "")
    metadata = pod["metadata"]
    if path in ("metadata.name", "metadata.namespace"):
        return str(metadata.get(path.split(".")[1]) or "")
    if match := _KEYED.match(path):
        return str((metadata.get(match[1]) or {}).get(match[2], ""))
    return "127.0.0.1" if path in ("status.podIP", "status.hostIP") else None


def _mounts(spec: Mapping[str, Any], container: Mapping[str, Any]) -> tuple[tuple[VolumeMount, ...], list[str]]:
    volumes = {volume["name"]: volume for volume in spec.get("volumes") or ()}
    found, missing = [], []
    for mount in container.get("volumeMounts") or ():
        volume = volumes.get(mount["name"], {})
        claim = (volume.get("persistentVolumeClaim") or {}).get("claimName", "")
        secret = (volume.get("secret") or {}).get("secretName", "")
        if claim or secret:
            found.append(VolumeMount(mount["mountPath"], claim, secret, mount.get("subPath") or "", bool(mount.get("readOnly"))))
        elif "emptyDir" not in volume:
            missing.append(f"the volume {mount['name']} at {mount['mountPath']} is not there")
    return tuple(sorted(found, key=lambda mount: mount.target)), missing


def local_interface(url: str) -> tuple[str, str]:
    """The page that a server opens, and a sentence where that is another one: only Jupyter's own are on this machine."""
    first = url.strip("/").split("/")[0].split("?")[0]
    if first in _INTERFACES:
        return url, ""
    return _USUAL_INTERFACE, f"{url} is of the image, which is not used here; JupyterLab opens instead"


def local_command(command: tuple[str, ...], present: Callable[[str], bool]) -> tuple[tuple[str, ...], str]:
    """The command as this machine can run it, and a sentence where that is another one: images bring scripts of their own."""
    if not command:
        return (DEFAULT_COMMAND,), ""
    if present(command[0]):
        return command, ""
    for index, word in enumerate(command):
        if word.rsplit("/", 1)[-1].startswith("jupyter") and present(word.rsplit("/", 1)[-1]):
            return (word.rsplit("/", 1)[-1], *command[index + 1 :]), f"{command[0]} is not on this machine and is left out"
    options = tuple(word for word in command[1:] if word.startswith("-"))
    return (DEFAULT_COMMAND, *options), f"{command[0]} is not on this machine; {DEFAULT_COMMAND} runs instead"
