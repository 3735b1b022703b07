"""secrets: what sops keeps encrypted in the fleet, read and changed without plain text on the disk."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from deployer.config import paths
from deployer.config.documents import read_document
from deployer.config.loaded import LoadedFleet
from deployer.config.secret_files import read_secrets
from deployer.errors import ConfigurationError, UnknownNameError, UsageError
from deployer.model.place import KeyPath, Place
from deployer.model.problem import Problem
from deployer.model.protocols import Effects
from deployer.model.secret import Secret
from deployer.workflows.choosing import Choice, cluster_names, loaded, to_deploy
from deployer.workflows.reading import read_fleet
from deployer.workflows.selection import known

_BEGINNING = """\
# Saved encrypted, for the people whom .sops.yaml names. Take away what this hub does not need.
login:
  client_id: ""
  client_secret: ""
# registry_login: {server: quay.io, username: robot, password: ""}
# values: {}      the chart's own words, for the rest
"""


@dataclass(frozen=True, slots=True)
class Vault:
    """One encrypted file. `typed`: it has the shape of a hub's secret file, which is checked before it is written."""

    path: str
    exists: bool
    typed: bool


def vault(effects: Effects, cluster: str, hub: str | None) -> Vault:
    """The secret file of a hub; without a hub, the cluster's encrypted kubeconfig. Raises UnknownNameError, UsageError."""
    fleet = read_fleet(effects)
    known("cluster", cluster, cluster_names(fleet))
    if hub is None:
        return _of_cluster(effects, fleet, cluster)
    (ref,) = to_deploy(fleet, Choice(cluster, (hub,)))
    pair = loaded(fleet, ref)
    if pair and pair[1].legacy:
        if not pair[1].secret_files:
            raise UsageError(f"{ref} names no encrypted values file", hint="Add one to its `helm_chart_values_files`.")
        return Vault(pair[1].secret_files[-1], exists=True, typed=False)
    path = paths.secret_file(cluster, hub)
    return Vault(path, exists=_exists(effects, path), typed=True)


def _of_cluster(effects: Effects, fleet: LoadedFleet, cluster: str) -> Vault:
    spec = fleet.clusters[cluster].spec if cluster in fleet.clusters else None
    if spec is None or spec.kubeconfig is None:
        raise UsageError(f"no hub of cluster `{cluster}` is named", hint="Name the hub whose secrets are meant.")
    path = f"{paths.cluster_folder(cluster)}/{spec.kubeconfig.file}"
    return Vault(path, exists=_exists(effects, path), typed=False)


def _exists(effects: Effects, path: str) -> bool:
    return path in effects.fleet.read().files


def view(effects: Effects, of: Vault) -> str:
    """The plain text, or what a new file begins with. Raises ToolFailedError where no key of ours opens it."""
    if of.exists:
        return effects.secrets.read(of.path)
    return _BEGINNING if of.typed else ""


def save(effects: Effects, of: Vault, text: str) -> None:
    """Check the plain text and write it encrypted. Raises ConfigurationError; the file then stays as it was."""
    problems = _problems(of, text)
    if problems:
        raise ConfigurationError(problems, hint="Nothing was written.")
    effects.secrets.write(of.path, text)


def set_value(effects: Effects, of: Vault, key: KeyPath, value: Secret) -> None:
    """Set one value; the file is made where there is none. Raises ConfigurationError where the file has no such key."""
    changed = _with(effects.secrets.read(of.path) if of.exists else "", of.path, key, value)
    problems = tuple(replace(found, place=Place(of.path, 1, 1)) for found in _problems(of, changed))
    if problems:
        raise ConfigurationError(problems, hint="The file is as it was before.")
    if of.exists:
        effects.secrets.set(of.path, key, value)
    else:
        effects.secrets.write(of.path, changed)


def _with(text: str, path: str, key: KeyPath, value: Secret) -> str:
    """The plain text with one more value, to be checked before anything is written."""
    document, problems = read_document(path, text.encode(), may_be_empty=True)
    if document is None:
        raise ConfigurationError(problems, hint="Nothing was written.")
    return json.dumps(_set(document.data, key, value.reveal()))


def _set(data: Any, key: KeyPath, value: str) -> Any:
    if not key:
        return value
    below = data if isinstance(data, dict) else {}
    return {**below, str(key[0]): _set(below.get(str(key[0])), key[1:], value)}


def rotate(effects: Effects, of: Vault) -> None:
    """Encrypt anew, for the people whom .sops.yaml names now. Raises UnknownNameError where there is no such file."""
    if not of.exists:
        raise UnknownNameError(f"there is no {of.path}", hint="`deployer secrets edit` makes it.")
    effects.secrets.rotate(of.path)


def _problems(of: Vault, text: str) -> tuple[Problem, ...]:
    """What is wrong with the plain text; excerpts of a secret file are never shown."""
    document, problems = read_document(of.path, text.encode(), may_be_empty=True)
    if document is None or not of.typed:
        return problems
    return problems + read_secrets(document)[1]


def key_path(written: str) -> KeyPath:
    """`login.client_secret` -> its steps. Raises UsageError."""
    steps = tuple(written.split("."))
    if not all(steps):
        raise UsageError(f"`{written}` is no key", hint="Write it like login.client_secret.")
    return steps
