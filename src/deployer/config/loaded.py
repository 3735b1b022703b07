"""What loading gives: the models, and for each value the place where a person wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from deployer.config.key_tree import OPEN, KeyTree
from deployer.config.models.cluster import ClusterFile
from deployer.config.models.fleet import FleetFile, PolicyFile
from deployer.config.models.hub import HubFile
from deployer.config.models.secrets import SecretFile
from deployer.model.place import KeyPath, Place
from deployer.model.problem import Problem
from deployer.model.release import ChartOverride, HubRef


class Sourced(Protocol):
    """Data merged from one or more documents; knows who wrote what."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The merged data."""

    @property
    def file(self) -> str:
        """Path in the fleet of the document that wins."""

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where the value (with `key`: its key) stands; of a path that is not there, its nearest parent that is."""

    def has(self, path: KeyPath) -> bool:
        """Some file says it."""

    def overrode(self, path: KeyPath) -> tuple[Place, ...]:
        """Where lower layers said the same path, nearest first."""


@dataclass(frozen=True, slots=True)
class ValuesLayer:
    """Values in the chart's own words, from one file or from a hub's `values:`. Later layers win; null takes a key away."""

    file: str
    source: Sourced
    base: KeyPath = ()
    """Where in the source the values begin: `("values",)` for a typed hub."""


@dataclass(frozen=True, slots=True)
class OpenSecrets:
    """A typed hub's secret file, decrypted for a deploy."""

    spec: SecretFile = field(repr=False)
    source: Sourced = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedHub:
    """One hub. A hub in 2i2c's format has a `spec` with little in it and its values in `layers`."""

    ref: HubRef
    spec: HubFile
    source: Sourced
    layers: tuple[ValuesLayer, ...] = ()
    secret_files: tuple[str, ...] = ()
    """Encrypted files that a deploy would read: paths relative to the fleet."""
    secret_keys: frozenset[str] = frozenset()
    """The keys in those files, which sops leaves readable: somebody says them, though nobody here knows what."""
    secret_login: Mapping[str, Place] = field(default_factory=dict)
    """Of those keys the ones of a typed secret file's `login`, and where they stand."""
    secret_layers: Mapping[str, int] = field(default_factory=dict)
    """Of those files the ones that are values: path -> how many of `layers` it lies over."""
    secrets: OpenSecrets | None = None
    """What the secret file says; None unless a deploy opened it."""
    snippets: Mapping[str, str] = field(default_factory=dict)
    """`hub.python`: file name -> source."""
    chart: str = "basehub"
    chart_override: ChartOverride | None = None
    legacy: bool = False
    """Written in 2i2c's format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCluster:
    """One cluster and its hubs, in the order of their names."""

    name: str
    spec: ClusterFile
    source: Sourced
    hubs: Mapping[str, LoadedHub]
    support_layers: tuple[ValuesLayer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartKeys:
    """What is known of a chart without rendering it: the top-level keys that its values may have."""

    name: str
    top_level: frozenset[str]
    defaults: Mapping[str, Any] = field(default_factory=dict)
    tree: KeyTree = OPEN
    """The keys at every depth, as far as the chart's schema closes them."""
    hub_at: KeyPath = ("jupyterhub",)
    """Where zero-to-jupyterhub's values begin: `("basehub", "jupyterhub")` in a chart that wraps a chart that wraps it."""
    sources: Mapping[KeyPath, Sourced] = field(default_factory=dict)
    """The files that say the defaults: the chart's own `values.yaml` at `()`, those of charts inside it at their names."""
    made_of: Mapping[str, str] = field(default_factory=dict)
    """Those of the folders of charts that it is made of, its own first, by what their Chart.yaml calls them."""
    pinned: frozenset[str] = frozenset()
    """`name-version` of each archive whose digest it gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFleet:
    """The whole fleet. A cluster or hub whose file is broken is missing here and has its problems in `problems`."""

    fleet: FleetFile
    fleet_source: Sourced
    policy: PolicyFile
    clusters: Mapping[str, LoadedCluster]
    charts: Mapping[str, ChartKeys] = field(default_factory=dict)
    overridden: Mapping[HubRef, ChartKeys] = field(default_factory=dict)
    """The charts of hubs that have a Chart.yaml of their own."""
    problems: tuple[Problem, ...] = ()
    broken: frozenset[HubRef] = frozenset()
    """Hubs that exist as files and did not load."""

    def chart_of(self, hub: LoadedHub) -> ChartKeys | None:
        """The chart that a hub is installed from."""
        return self.overridden.get(hub.ref) or self.charts.get(hub.chart)
