"""A fleet whose mirror of a chart repository is an OCI registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.charts import ChartRegistry
from tests.support.helm import HELM_3, HELM_4, Bundle
from tests.support.written_charts import Cache, archive, write_chart

from deployer.errors import ExternalError
from deployer.reporting.errors import to_text

NOWHERE = "https://charts.nowhere.example.org/stable"
REFUSED = """\
error: the chart one 2.0.0 could not be fetched from {}
hint: Look whether the address can be reached; `chart_mirrors` in fleet.yaml names your own repository.
"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChartRegistry]:
    folder = tmp_path_factory.mktemp("archives")
    archive(tmp_path_factory.mktemp("source"), folder, "one", "1.0.0")
    with ChartRegistry(folder, tmp_path_factory.mktemp("certificate"), "mirrored/charts") as served:
        yield served


@pytest.fixture(params=[HELM_4, HELM_3], ids=lambda bundle: f"helm-{bundle.helm_version}")
def cache(request: pytest.FixtureRequest, registry: ChartRegistry, tmp_path: Path) -> Cache:
    bundle: Bundle = request.param
    return Cache(bundle, tmp_path, {NOWHERE: registry.url}, SSL_CERT_FILE=str(registry.certificate))


def one(version: str) -> dict[str, str]:
    return {"name": "one", "version": version, "repository": NOWHERE}


def test_a_chart_comes_out_of_the_registry_and_once(cache: Cache, registry: ChartRegistry, tmp_path: Path) -> None:
    own = write_chart(tmp_path / "own", one("1.0.0"))
    assert cache.rendered(cache.charts.prepared(own, {}), {})["one"] == {"version": "1.0.0", "size": ""}
    asked = len(registry.asked)
    assert any("/v2/mirrored/charts/one/blobs/" in path for path in registry.asked)
    cache.charts.prepared(write_chart(tmp_path / "another", one("1.0.0")), {})
    assert registry.asked[asked:] == []


def test_what_the_registry_does_not_have_is_told(cache: Cache, registry: ChartRegistry, tmp_path: Path) -> None:
    with pytest.raises(ExternalError) as failure:
        cache.charts.prepared(write_chart(tmp_path / "own", one("2.0.0")), {})
    assert to_text(failure.value) == REFUSED.format(registry.url)
