"""Hubs in the format of 2i2c's fleet: entries of cluster.yaml, their values in files of the chart's own words."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deployer.config import scalars
from deployer.config.chart_override import read_override
from deployer.config.charts import FOLDER, dependencies
from deployer.config.documents import read_document
from deployer.config.encryption import visible_keys
from deployer.config.jsonnet import Evaluation
from deployer.config.loaded import ChartKeys, LoadedHub, Sourced, ValuesLayer
from deployer.config.messages import problem
from deployer.config.models.cluster import ClusterFile, HubEntry
from deployer.config.models.hub import HubFile
from deployer.config.source_text import is_secret
from deployer.config.sourced import Layer, Layers
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath, Place
from deployer.model.problem import Problem, Severity, of_hub
from deployer.model.release import ChartOverride, HubRef
from deployer.model.tree import FleetTree

OWN_CHARTS = ("basehub", "support")
"""Charts of the deployer's own, that a fleet need not have."""

CHART_VALUES = "values.jsonnet"
_YAML = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class Below:
    """A part of a source, as a source of its own."""

    source: Sourced
    base: KeyPath
    elsewhere: Mapping[KeyPath, Place] = field(default_factory=dict)
    """Places of what another file says instead."""

    @property
    def data(self) -> Mapping[str, Any]:
        """The mapping at `base`."""
        node: Any = self.source.data
        for step in self.base:
            node = node[step]
        found: Mapping[str, Any] = node
        return found

    @property
    def file(self) -> str:
        """That of the whole."""
        return self.source.file

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where it stands in the whole, or in the file that replaces it."""
        return self.elsewhere.get(path) or self.source.place((*self.base, *path), key=key)

    def has(self, path: KeyPath) -> bool:
        """Some file says it."""
        return self.source.has((*self.base, *path))

    def overrode(self, path: KeyPath) -> tuple[Place, ...]:
        """Where lower layers said it."""
        return self.source.overrode((*self.base, *path))


def load_entries(
    tree: FleetTree, cluster_name: str, cluster: ClusterFile, source: Sourced, charts: Mapping[str, ChartKeys]
) -> tuple[tuple[LoadedHub, ...], tuple[Problem, ...]]:
    """The hubs of a cluster.yaml's own list, and what is wrong. A hub with a file that cannot be read is left out."""
    files = _Files(tree, f"config/clusters/{cluster_name}", charts)
    begun = [_Begun(files, cluster_name, cluster, entry, Below(source, ("hubs", i))) for i, entry in enumerate(cluster.hubs)]
    loaded = [hub.finish() for hub in begun]
    hubs = tuple(hub for hub, problems in loaded if not any(p.severity is Severity.ERROR for p in problems))
    return hubs, tuple(p for hub, problems in loaded for p in of_hub(hub.ref, problems))


def load_support(
    tree: FleetTree, cluster_name: str, cluster: ClusterFile, source: Sourced
) -> tuple[tuple[ValuesLayer, ...], tuple[Problem, ...]]:
    """The values of a cluster's support stack that stand in files. What its chart computes is left to the one who renders it."""
    files = _Files(tree, f"config/clusters/{cluster_name}")
    variables = _cluster_variables(cluster_name, cluster)
    found = _Found()
    for index, name in enumerate(cluster.support.helm_chart_values_files if cluster.support else ()):
        found.take(files.layer(name, source.place(("support", "helm_chart_values_files", index)), variables))
    return tuple(found.layers), tuple(found.problems)


@dataclass
class _Found:
    """What the files of a hub gave so far."""

    layers: list[ValuesLayer] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    secret_layers: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, outcome: ValuesLayer | str | tuple[Problem, ...] | None) -> None:
        """A layer, the path of an encrypted file, nothing, or problems."""
        match outcome:
            case ValuesLayer():
                self.layers.append(outcome)
            case str():
                self.secrets.append(outcome)
            case tuple():
                self.problems.extend(outcome)


class _Begun:
    """A hub whose chart's jsonnet is being evaluated while those of the others begin."""

    def __init__(self, files: _Files, cluster_name: str, cluster: ClusterFile, entry: HubEntry, source: Below) -> None:
        self._files, self._cluster_name, self._entry, self._source = files, cluster_name, entry, source
        self._found = _Found()
        self._domain = entry.domain
        if entry.domain_override_file:
            replaced = files.replaced_domain(entry.domain_override_file, source.place(("domain_override_file",)))
            self._found.take(replaced.outcome)
            if replaced.place:
                self._domain = replaced.domain
                self._source = Below(source.source, source.base, {("domain",): replaced.place})
        self._variables = _cluster_variables(cluster_name, cluster)
        self._variables |= {"VARS_2I2C_HUB_NAME": entry.name, "VARS_2I2C_HUB_DOMAIN": self._domain}
        self._evaluation = files.chart_values(entry.helm_chart, self._variables)

    def finish(self) -> tuple[LoadedHub, tuple[Problem, ...]]:
        """The hub and what is wrong with its files."""
        entry, source, found = self._entry, self._source, self._found
        found.take(self._files.chart_problem(entry.helm_chart, source.place(("helm_chart",))))
        override, problems = self._files.override(entry, source.place(("chart_override",)))
        found.take(problems)
        if self._evaluation:
            found.take(layer_of(f"{FOLDER}/{entry.helm_chart}/{CHART_VALUES}", self._evaluation))
        for index, name in enumerate(entry.helm_chart_values_files):
            outcome = self._files.layer(name, source.place(("helm_chart_values_files", index)), self._variables)
            if isinstance(outcome, str):
                found.secret_layers[outcome] = len(found.layers)
            found.take(outcome)
        hub = LoadedHub(
            ref=HubRef(self._cluster_name, entry.name),
            spec=self._spec(),
            source=source,
            layers=tuple(found.layers),
            secret_files=tuple(found.secrets),
            secret_layers=found.secret_layers,
            secret_keys=frozenset().union(*(visible_keys(self._files.tree.files[path]) for path in found.secrets)),
            chart=entry.helm_chart,
            chart_override=override,
            legacy=True,
        )
        return hub, tuple(found.problems)

    def _spec(self) -> HubFile:
        entry = self._entry
        return HubFile(
            name=entry.name,
            display_name=entry.display_name,
            domain=self._domain,
            stage="staging" if "staging" in entry.name else "production",
            chart=entry.helm_chart,
            metadata=entry.metadata,
            uptime_check=entry.uptime_check is not False,
        )


def _cluster_variables(cluster_name: str, cluster: ClusterFile) -> dict[str, str]:
    """What 2i2c's deployer gives jsonnet to know."""
    account: Any = None
    name = cluster_name
    if cluster.provider == "aws" and cluster.aws:
        account, name = cluster.aws.account, cluster.aws.cluster_name or cluster.aws.cluster or cluster_name
    elif cluster.provider == "gcp" and cluster.gcp:
        account = cluster.gcp.project
    return {
        "VARS_2I2C_CLUSTER_NAME": name,
        "VARS_2I2C_PROVIDER": cluster.provider,
        "VARS_2I2C_ACCOUNT_ID": str(account),
    }


def layer_of(file: str, evaluation: Evaluation) -> ValuesLayer | tuple[Problem, ...]:
    """The layer that a jsonnet file gives, or what is wrong with it."""
    rendered, wrong = evaluation.result()
    return ValuesLayer(file, rendered) if rendered else (wrong,) if wrong else ()


@dataclass(frozen=True)
class _Domain:
    """A domain that another file says, or why it does not."""

    domain: str = ""
    place: Place | None = None
    outcome: str | tuple[Problem, ...] | None = None


@dataclass
class _Files:
    """The files of one cluster's folder; those that several hubs share are read once."""

    tree: FleetTree
    folder: str
    charts: Mapping[str, ChartKeys] = field(default_factory=dict)
    _read: dict[str, tuple[Sourced | None, tuple[Problem, ...]]] = field(default_factory=dict)

    def layer(self, name: str, listed_at: Place, variables: Mapping[str, str]) -> ValuesLayer | str | tuple[Problem, ...]:
        """A values file by its name in the list; of an encrypted one its path."""
        path, fault = self._path(name, listed_at)
        if fault:
            return (fault,)
        if is_secret(path):
            return path
        if path.endswith(".jsonnet"):
            return layer_of(path, Evaluation(path, self.tree, variables))
        if not path.endswith(_YAML):
            return (problem("listed-file-kind", listed_at, file=name),)
        source, problems = self._yaml(path)
        return ValuesLayer(path, source) if source and not problems else problems

    def chart_values(self, chart: str, variables: Mapping[str, str]) -> Evaluation | None:
        """What a chart of the fleet computes for each hub, below its values files."""
        path = f"{FOLDER}/{chart}/{CHART_VALUES}"
        return Evaluation(path, self.tree, variables) if path in self.tree.files else None

    def chart_problem(self, chart: str, said_at: Place) -> tuple[Problem, ...] | None:
        """The chart is neither the fleet's nor ours."""
        known = {path.split("/")[1] for path in self.tree.files if path.startswith(f"{FOLDER}/")} | set(OWN_CHARTS)
        return (
            None
            if chart in known
            else (problem("chart-unknown", said_at, chart=chart, advice=did_you_mean(chart, sorted(known))),)
        )

    def override(self, entry: HubEntry, said_at: Place) -> tuple[ChartOverride | None, tuple[Problem, ...]]:
        """A Chart.yaml in place of the chart's own: of this folder, or with a slash from the fleet's root."""
        name = entry.chart_override
        if name is None:
            return None, ()
        path, fault = (name, None) if "/" in name and name in self.tree.files else self._path(name, said_at)
        if fault:
            return None, (fault,)
        source, problems = self._yaml(path)
        if source is None or problems:
            return None, problems
        if not (isinstance(source.data.get("name"), str) and _lists_charts(source.data)):
            return None, (problem("chart-override", said_at, file=name),)
        return read_override(source, self.tree.files[path], entry.helm_chart, self.charts)

    def replaced_domain(self, name: str, said_at: Place) -> _Domain:
        """The domain in another file; an encrypted one is known at a deploy only."""
        path, fault = self._path(name, said_at)
        if fault:
            return _Domain(outcome=(fault,))
        if is_secret(path):
            return _Domain(outcome=path)
        source, problems = self._yaml(path)
        if source is None or problems:
            return _Domain(outcome=problems)
        domain = source.data.get("domain")
        if not isinstance(domain, str):
            return _Domain(outcome=(problem("domain-override", said_at, file=name),))
        try:
            return _Domain(scalars.domain(domain), source.place(("domain",)))
        except ValueError as error:
            return _Domain(outcome=(problem("not-a-domain", source.place(("domain",)), path="domain", reason=str(error)),))

    def _path(self, name: str, listed_at: Place) -> tuple[str, Problem | None]:
        path = posixpath.normpath(f"{self.folder}/{name}")
        if path not in self.tree.files:
            code = self.tree.faults.get(path)
            advice = did_you_mean(name, self._names())
            fault = problem(code, listed_at) if code else problem("listed-file-missing", listed_at, file=name, advice=advice)
            return path, fault
        return path, None

    def _names(self) -> Iterable[str]:
        prefix = f"{self.folder}/"
        return sorted(path.removeprefix(prefix) for path in self.tree.files if path.startswith(prefix))

    def _yaml(self, path: str) -> tuple[Sourced | None, tuple[Problem, ...]]:
        if path not in self._read:
            document, problems = read_document(path, self.tree.files[path], may_be_empty=True)
            self._read[path] = (Layers([Layer(document)], keep_nulls=True) if document else None, problems)
        return self._read[path]


def _lists_charts(chart: Mapping[str, Any]) -> bool:
    """Each of its dependencies has a name, and there are some."""
    listed = dependencies(chart)
    return bool(listed) and len(listed) == len(chart["dependencies"])
