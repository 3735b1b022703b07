"""Each hub of a fleet in 2i2c's format is rendered from the chart that its entry names, by whatever versions it asks for."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.support.cases import TESTS, own_charts
from tests.support.charts import ChartRepository
from tests.support.helm import HELM_4, programs
from tests.support.rendered_charts import tiny_stand_in

from deployer.compiling.hub import compile_hub
from deployer.config.loading import load_fleet
from deployer.planning.redaction import redacted
from deployer.targets.kubernetes.release.rendering import Charts, Renderer
from deployer.tools.charts import ChartCache
from deployer.tools.fleet_files import FolderFiles
from deployer.tools.helm import Helm
from deployer.tools.process import SystemProcess
from deployer.tools.state import StateFolder

UPSTREAM, DASK = "https://hub.jupyter.org/helm-chart/", "https://helm.dask.org/"
STAND_INS = (("jupyterhub", "4.3.3"), ("jupyterhub", "4.2.0"), ("dask-gateway", "2026.3.0"))
OF_THE_CHART = {"jupyterhub": "4.3.3", "dask-gateway": "2026.3.0"}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[ChartRepository]:
    archives = tmp_path / "archives"
    archives.mkdir()
    for name, version in STAND_INS:
        tiny_stand_in({"name": name, "version": version}, tmp_path / "source" / version, archives)
    with ChartRepository(archives) as served:
        yield served


def test_every_hub_has_its_own_charts_versions(repository: ChartRepository, tmp_path: Path) -> None:
    root = tmp_path / "fleet"
    shutil.copytree(TESTS / "config" / "fleets" / "legacy", root)
    override = root / "config" / "clusters" / "lyra" / "chart.yaml"
    override.write_text(override.read_text().replace("version: 4.3.3", "version: 4.2.0"))
    fleet = load_fleet(FolderFiles(root).read(), own_charts())
    assert fleet.problems == ()
    helm = Helm(SystemProcess({"PATH": f"{programs(HELM_4)}:/usr/bin:/bin", "HOME": str(tmp_path)}), tmp_path / "helm")
    mirrors = dict.fromkeys((UPSTREAM, DASK), repository.url)
    cache, state = ChartCache(helm, tmp_path / "charts", mirrors), StateFolder(tmp_path / "state")
    renderer = Renderer(helm=helm, charts=Charts(root, tmp_path / "none"), cache=cache, state=state)
    rendered = {}
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            release = redacted(compile_hub(fleet, cluster, hub).release, b"key")
            documents = map(yaml.safe_load, renderer.documents(release).values())
            labels = {entry["metadata"]["name"]: entry["metadata"]["labels"]["version"] for entry in documents}
            rendered[str(hub.ref)] = {name.removesuffix("-stand-in"): version for name, version in labels.items()}
    only_the_hub = {"jupyterhub": "4.3.3"}
    assert rendered == {
        "lyra/staging": only_the_hub,
        "lyra/prod": {"jupyterhub": "4.2.0"},
        "lyra/dask-staging": OF_THE_CHART,
        "vega/workshop": only_the_hub,
        "orion/prod": only_the_hub,
    }
