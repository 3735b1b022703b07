"""Secret files by their keys, which sops leaves readable; nothing is decrypted here."""

from __future__ import annotations

from collections.abc import Iterator

from deployer.config import paths
from deployer.config.encryption import is_encrypted
from deployer.config.loaded import LoadedFleet, LoadedHub
from deployer.config.secret_files import lacking, read_secrets
from deployer.config.shelf import Shelf
from deployer.model.problem import Problem, of_hub


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """The secret file of every typed hub; a hub of this machine can do without."""
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            if not hub.legacy:
                yield from of_hub(hub.ref, _secret_file(hub, shelf, local=cluster.spec.provider == "local"))


def _secret_file(hub: LoadedHub, shelf: Shelf, *, local: bool) -> Iterator[Problem]:
    path = paths.secret_file(hub.ref.cluster, hub.ref.hub)
    content = shelf.tree.files.get(path)
    if content is None:
        if not local and path not in shelf.tree.faults:
            yield from lacking(hub, None)
        return
    if not is_encrypted(content):
        return
    document = shelf.values(path)
    if document:
        secrets, problems = read_secrets(document)
        yield from problems
        if secrets and not local:
            yield from lacking(hub, secrets)
