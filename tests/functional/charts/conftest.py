"""Both helms with the charts of the deployer, and stand-ins for those of others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.charts import ChartRepository, stand_in
from tests.support.helm import HELM_3, HELM_4
from tests.support.real_chart import CLONE, own_archive, packaged_clone
from tests.support.rendered_charts import CHARTS, ChartTool, dependencies, tiny_stand_in


@pytest.fixture(scope="session", params=["stand-in", pytest.param("real", marks=pytest.mark.extra)])
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChartRepository]:
    """Every chart that ours depend on, served on loopback; zero-to-jupyterhub is the stand-in, or out of a clone, and then
    others are their own archives where they are at hand."""
    folder, scratch = tmp_path_factory.mktemp("archives"), tmp_path_factory.mktemp("stand-ins")
    if request.param == "stand-in":
        stand_in(folder)
    elif CLONE in os.environ:
        packaged_clone(Path(os.environ[CLONE]), folder)
    else:
        pytest.skip(f"{CLONE} names no clone of zero-to-jupyterhub")
    for chart in sorted(path.name for path in CHARTS.iterdir()):
        for dependency in dependencies(chart):
            archive = own_archive(dependency)
            if request.param == "real" and archive.is_file():
                shutil.copy(archive, folder)
            elif dependency["name"] != "jupyterhub":
                tiny_stand_in(dependency, scratch, folder)
    with ChartRepository(folder) as served:
        yield served


@pytest.fixture(scope="session", params=[HELM_4, HELM_3], ids=lambda bundle: f"helm-{bundle.helm_version}")
def charts(request: pytest.FixtureRequest, repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory) -> ChartTool:
    """One helm, with all charts within its reach."""
    return ChartTool(request.param, tmp_path_factory.mktemp("helm"), repository)
