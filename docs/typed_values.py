"""Which values each typed key sets: asked of the values themselves, of example hubs whose files together use every key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import cast

from pydantic import BaseModel

from deployer.compiling.hub import compile_hub
from deployer.compiling.layers import Origins
from deployer.compiling.login_providers import PROVIDERS
from deployer.compiling.said import Said
from deployer.config.documents import read_document
from deployer.config.loaded import LoadedCluster, LoadedFleet, LoadedHub
from deployer.config.loading import load_fleet
from deployer.config.model_fields import spots_of
from deployer.config.models.cluster import ClusterFile
from deployer.config.models.fleet import FleetFile
from deployer.config.models.hub import HubFile
from deployer.config.models.secrets import SecretFile
from deployer.config.secret_files import read_secrets
from deployer.model.place import KeyPath, dotted
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.resources import carried_fleet

EXAMPLES = Path(__file__).parent / "reference" / "every-key"
BEFORE_SOPS = EXAMPLES / "before-sops"
"""The hubs' secret files as they are before sops encrypts them."""
MODELS: Mapping[str, type[BaseModel]] = {"hub": HubFile, "secret": SecretFile, "cluster": ClusterFile, "fleet": FleetFile}
_FEW = 3
"""So many values of a mapping are named one by one where a key sets all that the mapping has."""
_CHOSEN = re.compile(r"(https://)?my[-_].*", re.IGNORECASE)
"""How all names begin that the examples' files choose."""
_CLASSES = frozenset(provider.section for provider in PROVIDERS.values())
"""Names of the authenticators' classes, as values have them."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that is set. `by_key`: (kind of file, typed key) -> paths in the values; `by_nobody`: those of the deployer."""

    by_key: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    by_nobody: set[str] = field(default_factory=set)

    def of(self, file: str) -> dict[str, set[str]]:
        """The keys of one kind of file."""
        return {key: paths for (kind, key), paths in self.by_key.items() if kind == file}

    @property
    def everything(self) -> set[str]:
        """All paths."""
        return self.by_nobody.union(*self.by_key.values())


@cache
def examples() -> LoadedFleet:
    """The example hubs."""
    return load_fleet(FolderFiles(EXAMPLES).read(), FolderFiles(carried_fleet()).read())


@cache
def found() -> Found:
    """What the keys of the examples' files set."""
    return found_in(examples())


def found_in(fleet: LoadedFleet) -> Found:
    """What the keys of a fleet's files set."""
    together = Found()
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            _collect(fleet, cluster, _with_secrets(hub), together)
    return together


def _with_secrets(hub: LoadedHub) -> LoadedHub:
    path = BEFORE_SOPS / f"{hub.ref.hub}.yaml"
    document = read_document(path.name, path.read_bytes())[0] if path.exists() else None
    return replace(hub, secrets=read_secrets(document)[0]) if document else hub


def _collect(fleet: LoadedFleet, cluster: LoadedCluster, hub: LoadedHub, together: Found) -> None:
    files = {id(fleet.fleet_source): "fleet", id(cluster.source): "cluster", id(hub.source): "hub"}
    if hub.secrets:
        files[id(hub.secrets.source)] = "secret"
    release = compile_hub(fleet, cluster, hub).release
    origins = cast("Origins", release.origins)
    for path in origins:
        setter = origins.setters(path)[0]
        name = value_name(path, release.hub_at)
        if isinstance(setter, Said):
            file = files[id(setter.source)]
            together.by_key.setdefault((file, typed_key(file, setter.key)), set()).add(name)
        elif setter is None:
            together.by_nobody.add(name)


def value_name(path: KeyPath, hub_at: KeyPath) -> str:
    """A path in our chart's values with `[]` for any entry of a list, and `NAME` for what people choose themselves."""
    if path[: len(hub_at)] == hub_at:
        path = ("jupyterhub", *path[len(hub_at) :])
    steps = tuple(step if isinstance(step, int) else _CHOSEN.sub("NAME", step) for step in path)
    return re.sub(r"\[\d+\]", "[]", dotted(steps))


@cache
def typed_keys(file: str) -> Mapping[str, frozenset[str]]:
    """Every key that a kind of file may have, such as `environments[].image` -> the login providers that it belongs to."""
    keys: dict[str, set[str]] = {}
    for name, spots in spots_of(MODELS[file]).items():
        for spot in spots:
            keys.setdefault(f"{spot.where}.{name}" if spot.where else name, set()).update(spot.only[1:] if spot.only else ())
    return {key: frozenset(providers) for key, providers in keys.items()}


def typed_key(file: str, path: KeyPath) -> str:
    """The deepest of those keys on the way: `env` of `env.MY_VARIABLE`, `environments[].image` of `environments[0].image`."""
    known, reached, key = typed_keys(file), "", ""
    for step in path:
        named = f"{reached}.{step}" if reached else str(step)
        reached = f"{reached}[]" if isinstance(step, int) else named if named in known else f"{reached}.NAME"
        key = reached if reached in known else key
    return key


def shortened(own: set[str], everything: set[str]) -> list[str]:
    """`own` with `PATH.*` in place of all that there is below a path, and `CLASS` for several authenticators."""
    others = [path.split(".") for path in everything - own]
    paths = [path.split(".") for path in own]
    return sorted(_by_class({".".join(_short(path, paths, others)) for path in paths}))


def _short(path: list[str], own: Sequence[list[str]], others: Sequence[list[str]]) -> list[str]:
    for depth in range(1, len(path)):
        inside = [one for one in own if one[:depth] == path[:depth]]
        if len(inside) > _FEW and not any(other[:depth] == path[:depth] for other in others):
            return [*(steps[0] for steps in takewhile(_are_equal, zip(*inside, strict=False))), "*"]
    return path


def _are_equal(steps: Sequence[str]) -> bool:
    return len(set(steps)) == 1


def _by_class(paths: set[str]) -> Iterator[str]:
    together: dict[str, set[str]] = {}
    for path in paths:
        name = ".".join("CLASS" if step in _CLASSES else step for step in path.split("."))
        together.setdefault(name, set()).add(path)
    for name, of_classes in together.items():
        yield name if len(of_classes) > 1 else next(iter(of_classes))
