"""`deployer validate` renders every hub with charts that are on this machine: what a chart refuses is a problem of a file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.support.charts import ChartRepository, stand_in
from tests.support.helm import HELM_4, programs
from tests.support.program import Ended, deployer
from tests.support.rendered_charts import dependencies

HUB = """domain: hub.example.org
login: {provider: tmp, allow: everyone}
environments: [{name: Python, image: "quay.io/jupyter/scipy-notebook:2026-11-02"}]
"""
# Only the chart's templates can know: the key is right, and so is its type.
REFUSED = f"{HUB}values: {{identity: {{enabled: true}}}}\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> ChartRepository:
    folder = tmp_path_factory.mktemp("charts")
    stand_in(folder)
    return ChartRepository(folder)


class Fleet:
    """A cluster with two hubs whose charts come from the repository."""

    def __init__(self, root: Path, repository: ChartRepository) -> None:
        self.root = root
        upstream = next(entry["repository"] for entry in dependencies("basehub") if entry["name"] == "jupyterhub")
        cluster = {"name": "one", "provider": "gcp", "gcp": {"project": "p", "zone": "z", "cluster": "one"}}
        self.write("fleet.yaml", yaml.safe_dump({"chart_mirrors": {upstream: repository.url}}))
        self.write(
            "clusters/one/cluster.yaml", yaml.safe_dump({**cluster, "storage": {"homes": {"kind": "disk", "size": "1Gi"}}})
        )
        self.write("clusters/one/hubs/good.yaml", HUB.replace("hub.", "good."))
        self.write("clusters/one/hubs/bad.yaml", HUB.replace("hub.", "bad."))

    def write(self, path: str, text: str) -> None:
        file = self.root / "config" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def validate(self, *options: str, path: str = f"{programs(HELM_4)}:/usr/bin:/bin") -> Ended:
        return deployer("validate", *options, cwd=self.root, PATH=path)


def test_charts_refuse_and_what_is_the_same_is_not_rendered_again(tmp_path: Path, repository: ChartRepository) -> None:
    fleet = Fleet(tmp_path, repository)
    without_helm = fleet.validate(path="/nowhere")
    assert (without_helm.code, "not rendered: 2 hubs, as `helm`" in without_helm.err) == (0, True)
    untried = fleet.validate()
    assert (untried.code, "not rendered: 2 hubs, as the chart jupyterhub 4.4.0 is not on this machine" in untried.err) == (
        0,
        True,
    )
    with repository:
        fetched = fleet.validate("--fetch-charts")
    assert (fetched.code, "not rendered" in fetched.err) == (0, False)
    fleet.write("clusters/one/hubs/bad.yaml", REFUSED.replace("hub.", "bad."))
    refused = fleet.validate()
    assert refused.code == 1
    assert "config/clusters/one/hubs/bad.yaml:1:1: error: the chart `basehub` refuses what one/bad comes to: " in refused.out
    assert "serviceAccountName" in refused.out
    assert "`deployer explain one bad` says who set each value" in refused.out
    assert fleet.validate("--no-render").code == 0
