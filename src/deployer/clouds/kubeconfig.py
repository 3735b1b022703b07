"""A cluster that somebody else runs: its kubeconfig stands in the fleet, encrypted where it holds a secret."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ExternalError, UsageError
from deployer.model.access import ClusterAccess, Kubeconfig
from deployer.model.protocols import FleetFiles, SecretFiles
from deployer.tools.files import PRIVATE, write_atomically
from deployer.tools.machine import told
from deployer.tools.private import private_folder

_DATA = "-data"
"""How the keys of a kubeconfig end that hold the content of a file: `client-key-data`."""


class KubeconfigCloud:
    """Kubeconfig files of a fleet."""

    def __init__(self, fleet: FleetFiles, secrets: SecretFiles) -> None:
        self._fleet = fleet
        self._secrets = secrets

    @contextmanager
    def kubeconfig(self, access: ClusterAccess) -> Iterator[Kubeconfig]:
        path = access.facts["file"]
        text = self._text(path)
        context = _known_context(text, access.facts.get("context", ""), path)
        with private_folder() as folder:
            try:
                content = _with_files(yaml.safe_load(text), folder)
            except (ValueError, TypeError, AttributeError):
                raise _no_kubeconfig(path) from None
            file = folder / "kubeconfig"
            write_atomically(file, content, mode=PRIVATE)
            yield Kubeconfig(file, context)

    def _text(self, path: str) -> str:
        file = self._fleet.root / path
        if not file.is_file():
            raise UsageError(
                f"there is no {path}", hint="`kubeconfig.file` in cluster.yaml names it, below the cluster's folder."
            )
        with told("read", file):
            plain = file.read_text()
        return self._secrets.read(path) if "\nsops:" in plain else plain


def _no_kubeconfig(path: str) -> ExternalError:
    return ExternalError(f"{path} is no kubeconfig", hint="Get it anew from whoever runs the cluster.")


def _known_context(text: str, wanted: str, path: str) -> str:
    """The context, where the kubeconfig has it. Raises UsageError with those that it has."""
    try:
        content: Any = yaml.safe_load(text)
        names = [entry["name"] for entry in content["contexts"]]
        current = content.get("current-context", "")
    except (yaml.YAMLError, KeyError, TypeError, AttributeError):
        raise _no_kubeconfig(path) from None
    chosen = wanted or current
    if chosen not in names:
        hint = f"It has {', '.join(names) or 'none'}; `kubeconfig.context` in cluster.yaml names one."
        raise UsageError(f"{path} has no context `{chosen}`" if chosen else f"{path} has no current context", hint=hint)
    return str(chosen)


def _with_files(content: dict[str, Any], folder: Path) -> str:
    """The kubeconfig, with files in this folder where it holds certificates and keys. The official client would write them to
    files of its own, which a process that is killed leaves in a folder for everybody's temporary files."""
    for kind, entries in (("user", content.get("users") or []), ("cluster", content.get("clusters") or [])):
        for number, entry in enumerate(entries):
            part = entry.get(kind) or {}
            for key in [key for key in part if key.endswith(_DATA)]:
                file = folder / f"{kind}-{number}-{key.removesuffix(_DATA)}"
                write_atomically(file, base64.b64decode(part.pop(key)), mode=PRIVATE)
                part[key.removesuffix(_DATA)] = str(file)
    return yaml.safe_dump(content)
