"""`deployer validate` renders every hub with charts that are on this machine: what a chart refuses is a problem of a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.charts import ChartRepository, stand_in
from tests.support.helm import HELM_4, programs
from tests.support.program import Ended, deployer
from tests.support.rendered_charts import dependencies
from tests.support.written_charts import write_chart

HUB = """domain: hub.example.org
login: {provider: tmp, allow: everyone}
environments: [{name: Python, image: "quay.io/jupyter/scipy-notebook:2026-11-02"}]
"""
# Only the chart's templates can know: the key is right, and so is its type.
REFUSED = f"{HUB}values: {{identity: {{enabled: true}}}}\n"
LOGIN = {
    "jupyterhub": {
        "hub": {
            "config": {
                "JupyterHub": {"authenticator_class": "github"},
                "GitHubOAuthenticator": {"allowed_organizations": ["lyra-lab"]},
            }
        }
    }
}


def upstream() -> dict[str, str]:
    """zero-to-jupyterhub, as the deployer's own chart depends on it."""
    return next(entry for entry in dependencies("basehub") if entry["name"] == "jupyterhub")


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("charts")
    stand_in(folder)
    return folder


@pytest.fixture
def repository(archives: Path) -> ChartRepository:
    return ChartRepository(archives)


class Fleet:
    """A cluster with two hubs whose charts come from the repository."""

    def __init__(self, root: Path, repository: ChartRepository) -> None:
        self.root = root
        repository.lock(root)
        self.cluster = {"name": "one", "provider": "gcp", "gcp": {"project": "p", "zone": "z", "cluster": "one"}}
        self.write("fleet.yaml", yaml.safe_dump({"chart_mirrors": {upstream()["repository"]: repository.url}}))
        self.write(
            "clusters/one/cluster.yaml", yaml.safe_dump({**self.cluster, "storage": {"homes": {"kind": "disk", "size": "1Gi"}}})
        )
        self.write("clusters/one/hubs/good.yaml", HUB.replace("hub.", "good."))
        self.write("clusters/one/hubs/bad.yaml", HUB.replace("hub.", "bad."))

    def write(self, path: str, text: str) -> None:
        file = self.root / "config" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def write_entries(self, chart: str, *hubs: str, **more: Any) -> None:
        """Hubs in 2i2c's format in place of the two."""
        shutil.rmtree(self.root / "config" / "clusters" / "one" / "hubs")
        more |= {"helm_chart": chart, "helm_chart_values_files": ["login.values.yaml"]}
        entries = [{"name": name, "domain": f"{name}.example.org", **more} for name in hubs]
        self.write("clusters/one/cluster.yaml", yaml.safe_dump({**self.cluster, "hubs": entries}))
        self.write("clusters/one/login.values.yaml", yaml.safe_dump(LOGIN))

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
    again = fleet.validate("--format", "json")
    assert (again.code, again.data["unchanged"]) == (1, True)
    assert fleet.validate("--no-render").code == 0


def test_what_a_mirror_has_instead_of_the_authors_chart_is_refused(tmp_path: Path, repository: ChartRepository) -> None:
    fleet = Fleet(tmp_path, repository)
    shutil.rmtree(tmp_path / "helm-charts")
    with repository:
        ended = fleet.validate("--fetch-charts")
    assert ended.code == 6
    assert f"the chart jupyterhub 4.4.0 from {repository.url} is not the one that is pinned" in ended.err


def test_a_chart_that_lacks_a_dependency_is_one_problem_of_its_file(tmp_path: Path, repository: ChartRepository) -> None:
    fleet = Fleet(tmp_path, repository)
    lyrahub = write_chart(tmp_path / "helm-charts" / "lyrahub", upstream(), {"name": "lib", "version": "1.2.0"})
    fleet.write_entries("lyrahub", "first", "second")
    lacking = fleet.validate()
    assert (lacking.code, lacking.out.count("error:")) == (1, 1), lacking.out
    assert (
        "helm-charts/lyrahub/Chart.yaml:8:3: error: the dependency `lib` names no repository, and helm-charts/lyrahub/charts/ "
        "does not have it\n   hint: name its `repository`, or put its folder or archive into charts/\n"
    ) in lacking.out
    assert "unchanged" in fleet.validate().out
    write_chart(lyrahub / "charts" / "lib", version="1.2.0")
    with repository:
        mended = fleet.validate("--fetch-charts")
    assert (mended.code, "not rendered" in mended.err) == (0, False), mended.out


def test_a_hub_is_rendered_with_its_own_chart_file(tmp_path: Path, repository: ChartRepository) -> None:
    fleet = Fleet(tmp_path, repository)
    about = {"apiVersion": "v2", "name": "basehub", "version": "0.1.0"}
    fleet.write("clusters/one/chart.yaml", yaml.safe_dump(about | {"dependencies": [upstream() | {"version": "4.4.1"}]}))
    fleet.write_entries("basehub", "first", chart_override="chart.yaml")
    with repository:
        untried = fleet.validate()
    assert untried.code == 0, untried.out
    assert "not rendered: 1 hub, as the chart jupyterhub 4.4.1 is not on this machine" in untried.err


def test_explain_tells_what_the_chart_inside_does_by_itself_once_that_is_here(
    tmp_path: Path, repository: ChartRepository
) -> None:
    fleet = Fleet(tmp_path, repository)
    asked = ("explain", "one", "good", "jupyterhub.singleuser.image")
    path = f"{programs(HELM_4)}:/usr/bin:/bin"
    before = deployer(*asked, cwd=tmp_path, PATH=path)
    assert (before.code, "`deployer validate --fetch-charts` gets it" in before.out) == (0, True)
    with repository:
        fleet.validate("--fetch-charts")
    after = deployer(*asked, cwd=tmp_path, PATH=path)
    assert (after.code, "# chart default (jupyterhub-4.4.0/values.yaml:" in after.out) == (0, True), after.out
