"""A tree of files to a LoadedFleet: every file that can be read is, and every problem of all of them is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from deployer.config import crosschecks, paths
from deployer.config.charts import overridden_chart, read_charts
from deployer.config.documents import NOTHING_READ, Document, Read, empty_document
from deployer.config.encryption import is_encrypted, visible_keys
from deployer.config.extends import Extends
from deployer.config.legacy import load_entries, load_support
from deployer.config.loaded import ChartKeys, LoadedCluster, LoadedFleet, LoadedHub, ValuesLayer
from deployer.config.messages import problem
from deployer.config.models.cluster import ClusterFile
from deployer.config.models.fleet import FleetFile, PolicyFile
from deployer.config.models.hub import HubFile
from deployer.config.ownership import of_files, unexplained
from deployer.config.secret_files import login_places, read_secrets
from deployer.config.shelf import Shelf
from deployer.config.snippets import read_snippets
from deployer.config.sourced import Layer, Layers
from deployer.config.validation import Target, validate
from deployer.model.place import Place
from deployer.model.problem import in_order, of_hub
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree

FLEET = Target(FleetFile, "fleet.yaml")
POLICY = Target(PolicyFile, "policy.yaml")
CLUSTER = Target(ClusterFile, "cluster.yaml")
HUB = Target(HubFile, "a hub")


def load_fleet(tree: FleetTree, own: FleetTree | None = None, read: Read = NOTHING_READ) -> LoadedFleet:
    """Load everything. Never raises for what people wrote: `problems` has it, sorted by place.

    `own` has the deployer's charts below `helm-charts/`; one of the fleet wins over the deployer's of the same name. `read`:
    documents of the tree that were read before.
    """
    charts, chart_problems = read_charts(tree, own)
    loader = _Loader(Shelf(tree, read), charts)
    fleet = _with_overridden(loader.fleet(), tree, own)
    shelf = loader.shelf
    shelf.problems += chart_problems
    shelf.problems += crosschecks.all_problems(fleet, shelf)
    problems = in_order(of_files(shelf.causes(), loader.made_from))
    return replace(fleet, problems=in_order((*problems, *unexplained(fleet.broken, problems))))


def _with_overridden(fleet: LoadedFleet, tree: FleetTree, own: FleetTree | None) -> LoadedFleet:
    """With the charts of hubs that have a Chart.yaml of their own; hubs that share both share one."""
    hubs = [hub for cluster in fleet.clusters.values() for hub in cluster.hubs.values()]
    pairs = {hub.ref: (hub.chart, hub.chart_override) for hub in hubs if hub.chart_override}
    charts = {(chart, override): overridden_chart(tree, own, chart, override) for chart, override in set(pairs.values())}
    return replace(fleet, overridden={ref: charts[pair] for ref, pair in pairs.items()})


@dataclass(frozen=True, slots=True)
class _Loader:
    """One load: the shelf collects documents and problems."""

    shelf: Shelf
    charts: Mapping[str, ChartKeys]
    made_from: dict[str, set[HubRef]] = field(default_factory=dict)
    """File -> the hubs that are made from it and from no file of the whole cluster."""

    def fleet(self) -> LoadedFleet:
        document = self.shelf.typed(paths.FLEET_FILE) or empty_document(paths.FLEET_FILE)
        source = Layers([Layer(document)])
        spec, problems = validate(FleetFile, FLEET, source)
        self.shelf.problems += problems
        self._check_defaults(document)
        clusters: dict[str, LoadedCluster] = {}
        broken: set[HubRef] = set()
        for name, files in paths.clusters((*self.shelf.tree.files, *self.shelf.tree.faults)).items():
            cluster, failed = self._cluster(files, document)
            broken |= failed
            if cluster:
                clusters[name] = cluster
        return LoadedFleet(
            fleet=spec or FleetFile(),
            fleet_source=source,
            policy=self._policy(),
            clusters=clusters,
            charts=self.charts,
            broken=frozenset(broken),
        )

    def _policy(self) -> PolicyFile:
        document = self.shelf.typed(paths.POLICY_FILE) or empty_document(paths.POLICY_FILE)
        policy, problems = validate(PolicyFile, POLICY, Layers([Layer(document)]))
        self.shelf.problems += problems
        return policy or PolicyFile()

    def _check_defaults(self, fleet: Document) -> None:
        """The fleet's defaults, also where no file would meet them."""
        for base, model, target in ((("defaults", "hub"), HubFile, HUB), (("defaults", "cluster"), ClusterFile, CLUSTER)):
            layer = Layer(fleet, base)
            if layer.data:
                self.shelf.problems += validate(model, target, Layers([layer]), partial=True)[1]

    def _cluster(self, files: paths.ClusterFiles, fleet: Document) -> tuple[LoadedCluster | None, set[HubRef]]:
        hubs, broken = self._hub_files(files, fleet)
        path = paths.cluster_file(files.name)
        if not self.shelf.exists(path):
            folder = paths.cluster_folder(files.name)
            self.shelf.problems.append(problem("cluster-file-missing", Place(path, 1, 1), folder=folder))
        document = self.shelf.typed(path)
        if document is None:
            return None, broken | {hub.ref for hub in hubs}
        source = Layers(_with_defaults([Layer(document)], fleet, "cluster"))
        spec, problems = validate(ClusterFile, CLUSTER, source)
        self.shelf.problems += problems
        if spec is None:
            return None, broken | {hub.ref for hub in hubs}
        entries, problems = load_entries(self.shelf.tree, files.name, spec, source, self.charts)
        self.shelf.problems += problems
        broken |= {HubRef(files.name, entry.name) for entry in spec.hubs} - {hub.ref for hub in entries}
        for entry in entries:
            override = (entry.chart_override.file,) if entry.chart_override else ()
            self._is_made_from(entry.ref, (*(layer.file for layer in entry.layers), *entry.secret_files, *override))
        named = {hub.ref.hub: hub for hub in sorted((*entries, *hubs), key=lambda hub: hub.ref.hub)}
        layers = self._support_layers(files.name, spec, source)
        return LoadedCluster(name=files.name, spec=spec, source=source, hubs=named, support_layers=layers), broken

    def _support_layers(self, cluster: str, spec: ClusterFile, source: Layers) -> tuple[ValuesLayer, ...]:
        layers, problems = load_support(self.shelf.tree, cluster, spec, source)
        self.shelf.problems += problems
        return (*layers, ValuesLayer(source.file, source, ("support", "values"))) if spec.support else layers

    def _hub_files(self, files: paths.ClusterFiles, fleet: Document) -> tuple[list[LoadedHub], set[HubRef]]:
        for path in files.shared:
            document = self.shelf.typed(path)
            if document:
                self.shelf.problems += validate(HubFile, HUB, Layers([Layer(document)]), partial=True)[1]
        loaded, broken = [], set()
        for path in files.hubs:
            ref = HubRef(files.name, path.rpartition("/")[2].removesuffix(".yaml"))
            hub = self._hub(ref, path, fleet)
            if hub:
                loaded.append(hub)
            else:
                broken.add(ref)
        return loaded, broken

    def _hub(self, ref: HubRef, path: str, fleet: Document) -> LoadedHub | None:
        secret = paths.secret_file(ref.cluster, ref.hub)
        self._is_made_from(ref, (path, secret))
        document = self.shelf.typed(path)
        if document is None:
            return None
        folder = paths.hubs_folder(ref.cluster)
        chain = Extends(self.shelf, folder)
        source = Layers(_with_defaults(chain.layers(document), fleet, "hub"))
        self._is_made_from(ref, chain.files)
        chart_words = frozenset().union(*(chart.top_level for chart in self.charts.values()))
        spec, problems = validate(HubFile, replace(HUB, chart_words=chart_words), source, partial=not chain.complete)
        self.shelf.problems += of_hub(ref, problems)
        if spec is None or not chain.complete:
            return None
        snippets, problems = read_snippets(self.shelf, folder, spec, source)
        self.shelf.problems += of_hub(ref, problems)
        self._is_made_from(ref, (f"{folder}/{name}" for name in spec.hub.python))
        return LoadedHub(
            ref=ref,
            spec=spec,
            source=source,
            layers=(ValuesLayer(document.file, source, ("values",)),),
            secret_files=(secret,) if self.shelf.exists(secret) else (),
            secret_keys=visible_keys(self.shelf.tree.files.get(secret, b"")),
            secret_login=self._secret_login(secret) if spec.login is None else {},
            snippets=snippets,
            chart=spec.chart,
        )

    def _secret_login(self, path: str) -> Mapping[str, Place]:
        """Without `login:` only the values tell whether somebody reads these."""
        document = self.shelf.values(path) if is_encrypted(self.shelf.tree.files.get(path, b"")) else None
        return login_places(read_secrets(document)[0]) if document else {}

    def _is_made_from(self, ref: HubRef, files: Iterable[str]) -> None:
        for file in files:
            self.made_from.setdefault(file, set()).add(ref)


def _with_defaults(layers: list[Layer], fleet: Document, kind: str) -> list[Layer]:
    """The layers of a file, above the fleet's defaults for its kind."""
    defaults = Layer(fleet, ("defaults", kind))
    return [*layers, defaults] if defaults.data else layers
