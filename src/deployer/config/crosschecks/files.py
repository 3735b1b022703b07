"""Files that would be read by nobody, and secrets in clear."""

from __future__ import annotations

from collections.abc import Container, Iterator

from deployer.config import paths
from deployer.config.encryption import is_encrypted
from deployer.config.loaded import LoadedFleet
from deployer.config.messages import problem
from deployer.config.shelf import Shelf
from deployer.config.source_text import is_secret
from deployer.model.place import Place
from deployer.model.problem import Problem


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Names that are almost right, and files whose name says secret but whose text is not encrypted."""
    clusters = paths.clusters(shelf.tree.files)
    for files in clusters.values():
        for path in files.other:
            yield from _almost(files.name, path, shelf)
    for path, content in shelf.tree.files.items():
        if is_secret(path) and _of_the_fleet(path, clusters) and not is_encrypted(content):
            yield problem("secret-not-encrypted", Place(path, 1, 1), file=path)


def _of_the_fleet(path: str, clusters: Container[str]) -> bool:
    """Not in a folder beside the clusters, which may hold templates."""
    inside = path.removeprefix(f"{paths.CLUSTERS}/").split("/")[0]
    return path.startswith("config/") and (not path.startswith(f"{paths.CLUSTERS}/") or inside in clusters)


def _almost(cluster: str, path: str, shelf: Shelf) -> Iterator[Problem]:
    folder = paths.cluster_folder(cluster)
    place = Place(path, 1, 1)
    name = path.removeprefix(f"{folder}/")
    if name in ("cluster.yml", "cluster.json"):
        yield problem("cluster-file-name", place)
    elif name.startswith("hubs/") and name.count("/") == 1 and name.endswith((".yml", ".json")):
        yield problem("hub-file-name", place, name=name.removeprefix("hubs/").rpartition(".")[0])
    elif name.startswith("hubs/") and name.endswith((".yaml", ".yml")) and not shelf.was_read(path):
        yield problem("hub-file-nested", place)
