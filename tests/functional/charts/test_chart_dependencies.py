"""Where the charts come from that a fleet's own chart depends on: a repository, the folder beside it, its own `charts/`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.charts import ChartRepository
from tests.support.helm import HELM_3, HELM_4
from tests.support.written_charts import Cache, archive, write_chart

from deployer.errors import GuardError
from deployer.model.release import ChartOverride
from deployer.tools.chart_files import ChartError

BASEHUB = {"name": "basehub", "version": "0.1.0", "repository": "file://../basehub"}
LIB = {"name": "lib", "version": "1.2.0"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChartRepository]:
    folder = tmp_path_factory.mktemp("archives")
    for version in ("1.0.0", "2.0.0"):
        archive(tmp_path_factory.mktemp("source"), folder, "one", version)
    with ChartRepository(folder) as served:
        yield served


@pytest.fixture(params=[HELM_4, HELM_3], ids=lambda bundle: f"helm-{bundle.helm_version}")
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Cache:
    return Cache(request.param, tmp_path)


@pytest.fixture
def charts(tmp_path: Path) -> Path:
    return tmp_path / "fleet" / "helm-charts"


def one(repository: ChartRepository, version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    return {"name": "one", "version": version, "repository": repository.url, **more}


def test_a_chart_beside_it_comes_with_its_own_dependencies(cache: Cache, charts: Path, repository: ChartRepository) -> None:
    write_chart(charts / "basehub", one(repository, condition="one.enabled"), values={"size": "from basehub"})
    daskhub = write_chart(charts / "daskhub", BASEHUB)
    asked = len(repository.asked)
    prepared = cache.charts.prepared(daskhub, {})
    assert cache.rendered(prepared, {}) == {
        "daskhub": {"version": "0.1.0", "size": ""},
        "basehub": {"version": "0.1.0", "size": "from basehub"},
    }
    assert repository.asked[asked:] == [], "what no value turns on is not fetched"
    values = {"basehub": {"one": {"enabled": True, "size": "from the hub"}}}
    rendered = cache.rendered(cache.charts.prepared(daskhub, values), values)
    assert rendered["one"] == {"version": "1.0.0", "size": "from the hub"}


def test_it_goes_by_its_alias_and_helm_leaves_out_what_it_ignores(
    cache: Cache, charts: Path, repository: ChartRepository
) -> None:
    basehub = write_chart(charts / "basehub", one(repository, condition="one.enabled"))
    (basehub / ".helmignore").write_text("*.bak\n")
    (basehub / "templates" / "old.yaml.bak").write_text("{{ fail `this is ignored` }}")
    daskhub = write_chart(charts / "daskhub", {**BASEHUB, "alias": "first"}, {**BASEHUB, "alias": "second"})
    values = {"first": {"size": "1"}, "second": {"size": "2", "one": {"enabled": True}}}
    assert set(cache.rendered(cache.charts.prepared(daskhub, values), values)) == {"daskhub", "first", "second", "one"}


def test_it_is_found_from_a_fleet_that_is_named_in_a_roundabout_way(tmp_path: Path, charts: Path) -> None:
    write_chart(charts / "basehub")
    write_chart(charts / "daskhub", BASEHUB)
    roundabout = charts / ".." / "helm-charts" / "daskhub"
    assert Cache(HELM_4, tmp_path).charts.prepared(roundabout, {})


def changed_template(charts: Path) -> None:
    template = charts / "basehub" / "templates" / "object.yaml"
    template.write_text(f"{template.read_text()}# changed\n")


def changed_version(charts: Path) -> None:
    write_chart(charts / "basehub", version="0.1.0+next")


@pytest.mark.parametrize("change", [changed_template, changed_version])
def test_it_is_prepared_anew_when_the_chart_beside_it_changes(change: Callable[[Path], None], cache: Cache, charts: Path) -> None:
    write_chart(charts / "basehub")
    daskhub = write_chart(charts / "daskhub", BASEHUB)
    before = cache.charts.prepared(daskhub, {})
    assert cache.charts.prepared(daskhub, {}) == before
    change(charts)
    assert cache.charts.prepared(daskhub, {}) != before


def test_vendored_charts_stay(cache: Cache, charts: Path, repository: ChartRepository, tmp_path: Path) -> None:
    lyrahub = write_chart(
        charts / "lyrahub", LIB, {"name": "packed"}, {**LIB, "name": "off", "condition": "off.enabled"}, one(repository)
    )
    write_chart(lyrahub / "charts" / "lib", version="1.2.0")
    write_chart(lyrahub / "charts" / "off", version="1.2.0")
    write_chart(lyrahub / "charts" / "unlisted")
    (lyrahub / "charts" / "README.md").write_text("Not a chart, and helm would stumble over it.\n")
    archive(tmp_path / "source", lyrahub / "charts", "packed", "3.0.0")
    archive(tmp_path / "source", lyrahub / "charts", "one", "0.9.0")
    (lyrahub / "files" / "charts").mkdir(parents=True)
    (lyrahub / "files" / "charts" / "a.txt").write_text("a")
    prepared = cache.charts.prepared(lyrahub, {})
    rendered = cache.rendered(prepared, {})
    assert {name: said["version"] for name, said in rendered.items()} == {
        "lyrahub": "0.1.0",
        "lib": "1.2.0",
        "packed": "3.0.0",
        "unlisted": "0.1.0",
        "one": "1.0.0",
    }
    assert (prepared / "files" / "charts" / "a.txt").exists()
    values = {"off": {"enabled": True}}
    assert "off" in cache.rendered(cache.charts.prepared(lyrahub, values), values)


def test_one_without_a_version_goes_by_its_alias_and_condition(cache: Cache, charts: Path) -> None:
    lyrahub = write_chart(charts / "lyrahub", {"name": "lib", "alias": "mine", "condition": "mine.enabled"})
    write_chart(lyrahub / "charts" / "lib", version="1.2.0")
    on = {"mine": {"enabled": True, "size": "1"}}
    prepared = cache.charts.prepared(lyrahub, on)
    assert cache.rendered(prepared, on)["mine"] == {"version": "1.2.0", "size": "1"}
    assert set(cache.rendered(prepared, {"mine": {"enabled": False}})) == {"lyrahub"}


def override(chart: str, *dependencies: dict[str, Any]) -> ChartOverride:
    """A Chart.yaml of a hub's own."""
    about = {"apiVersion": "v2", "name": chart, "version": "0.1.0", "dependencies": list(dependencies)}
    return ChartOverride(chart, "config/clusters/lyra/chart.yaml", yaml.safe_dump(about).encode())


def test_a_hub_may_have_other_versions_than_its_chart(cache: Cache, charts: Path, repository: ChartRepository) -> None:
    """Also of a chart that its chart wraps. The archive that it had before keeps its digest, which says nothing of the other."""
    basehub = write_chart(charts / "basehub", one(repository))
    (basehub / "digests.yaml").write_text(f"one-1.0.0: {sha256(repository, '1.0.0')}\n")
    daskhub = write_chart(charts / "daskhub", BASEHUB)
    newer = override("basehub", one(repository, "2.0.0"))
    for chart in (basehub, daskhub):
        usual, own = cache.charts.prepared(chart, {}), cache.charts.prepared(chart, {}, override=newer)
        assert (cache.rendered(usual, {})["one"]["version"], cache.rendered(own, {})["one"]["version"]) == ("1.0.0", "2.0.0")
        assert cache.charts.prepared(chart, {}) == usual != own


def test_the_chart_pins_the_other_version_too_where_it_says_so(cache: Cache, charts: Path, repository: ChartRepository) -> None:
    basehub = write_chart(charts / "basehub", one(repository))
    newer = override("basehub", one(repository, "2.0.0"))
    (basehub / "digests.yaml").write_text(f"one-2.0.0: {sha256(repository, '1.0.0')}\n")
    with pytest.raises(GuardError, match=r"^the chart one 2\.0\.0 from .* is not the one that is pinned"):
        cache.charts.prepared(basehub, {}, override=newer)
    (basehub / "digests.yaml").write_text(f"one-2.0.0: {sha256(repository, '2.0.0')}\n")
    assert cache.charts.prepared(basehub, {}, override=newer)


def test_what_is_wrong_in_a_hubs_own_chart_file_is_told_there(tmp_path: Path, charts: Path) -> None:
    basehub = write_chart(charts / "basehub")
    with pytest.raises(ChartError, match=r"^config/clusters/lyra/chart.yaml:3: the dependency `lib` names no repository, and "):
        Cache(HELM_4, tmp_path).charts.prepared(basehub, {}, override=override("basehub", LIB))


def sha256(repository: ChartRepository, version: str) -> str:
    """The digest of the archive of `one`."""
    return hashlib.sha256((repository.folder / f"one-{version}.tgz").read_bytes()).hexdigest()


def nothing(_charts: Path) -> None: ...


def link_outside(charts: Path) -> None:
    write_chart(charts.parent / "elsewhere")
    (charts / "elsewhere").symlink_to(charts.parent / "elsewhere")


def chart_outside(charts: Path) -> None:
    write_chart(charts.parent / "outside")


def vendored(charts: Path) -> None:
    write_chart(charts / "lyrahub" / "charts" / "lib", version="1.0.0")


def broken_archive(charts: Path) -> None:
    (charts / "lyrahub" / "charts").mkdir()
    (charts / "lyrahub" / "charts" / "lib-1.2.0.tgz").write_bytes(b"no archive")


def leads_back(charts: Path) -> None:
    write_chart(charts / "back", {"name": "lyrahub", "version": "0.1.0", "repository": "file://../lyrahub"})


def beside(name: str, path: str, version: str = "0.1.0") -> dict[str, str]:
    return {"name": name, "version": version, "repository": f"file://{path}"}


REFUSED: dict[str, tuple[Callable[[Path], None], dict[str, Any], str, str]] = {
    "out of the charts": (
        chart_outside,
        beside("outside", "../../outside"),
        "the dependency `outside` leads out of helm-charts: file://../../outside",
        "`file://` takes a folder beside the chart's own: file://../NAME",
    ),
    "anywhere": (
        nothing,
        beside("passwd", "/etc"),
        "the dependency `passwd` leads out of helm-charts: file:///etc",
        "`file://` takes a folder beside the chart's own: file://../NAME",
    ),
    "all of them": (
        nothing,
        beside("helm-charts", ".."),
        "the dependency `helm-charts` leads out of helm-charts: file://..",
        "`file://` takes a folder beside the chart's own: file://../NAME",
    ),
    "by a link": (
        link_outside,
        beside("elsewhere", "../elsewhere"),
        "the dependency `elsewhere` leads out of helm-charts: file://../elsewhere",
        "`file://` takes a folder beside the chart's own: file://../NAME",
    ),
    "nothing there": (
        nothing,
        beside("basehup", "../basehup"),
        "there is no chart in helm-charts/basehup, where `basehup` is looked for",
        "`file://` takes a folder beside the chart's own: file://../NAME",
    ),
    "itself": (
        nothing,
        beside("lyrahub", "../lyrahub"),
        "the dependency `lyrahub` leads back to the chart that needs it",
        "leave it out",
    ),
    "another name": (
        nothing,
        beside("hub", "../basehub"),
        "the chart in helm-charts/basehub is `basehub`, not `hub`",
        "name it as it names itself",
    ),
    "another version": (
        nothing,
        beside("basehub", "../basehub", "0.2.0"),
        "`basehub` 0.2.0 is asked for, and the chart in helm-charts/basehub is 0.1.0",
        "write the same version in both",
    ),
    "not vendored": (
        nothing,
        LIB,
        "the dependency `lib` names no repository, and helm-charts/lyrahub/charts/ does not have it",
        "name its `repository`, or put its folder or archive into charts/",
    ),
    "vendored in another version": (
        vendored,
        LIB,
        "`lib` 1.2.0 is asked for, and the chart in charts/lib is 1.0.0",
        "write the same version in both",
    ),
    "no version": (
        nothing,
        {"name": "lib", "repository": "https://charts.example.org"},
        "the dependency `lib` names no version",
        "write the exact one: `version: ...`",
    ),
    "no name": (nothing, {"version": "1.2.0"}, "this dependency has no `name`", "write the name of a chart"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_had_is_told_with_its_line(case: str, tmp_path: Path, charts: Path) -> None:
    prepare, dependency, message, hint = REFUSED[case]
    write_chart(charts / "basehub")
    lyrahub = write_chart(charts / "lyrahub", BASEHUB, dependency)
    prepare(charts)
    with pytest.raises(ChartError) as raised:
        Cache(HELM_4, tmp_path).charts.prepared(lyrahub, {})
    assert raised.value.message == f"helm-charts/lyrahub/Chart.yaml:8: {message}"
    assert raised.value.hint == hint


def test_charts_that_need_each_other_and_broken_archives_are_told(tmp_path: Path, charts: Path) -> None:
    lyrahub = write_chart(charts / "lyrahub", beside("back", "../back"))
    leads_back(charts)
    with pytest.raises(
        ChartError, match=r"^helm-charts/back/Chart.yaml:5: the dependency `lyrahub` leads back to the chart that"
    ):
        Cache(HELM_4, tmp_path).charts.prepared(lyrahub, {})
    write_chart(lyrahub, LIB)
    broken_archive(charts)
    with pytest.raises(ChartError, match=r"^helm-charts/lyrahub/Chart.yaml:5: charts/lib-1.2.0.tgz is no archive of a chart$"):
        Cache(HELM_4, tmp_path).charts.prepared(lyrahub, {})


def test_two_repositories_may_have_a_chart_of_one_name_and_version(
    cache: Cache, charts: Path, repository: ChartRepository, tmp_path: Path
) -> None:
    other = tmp_path / "archives"
    other.mkdir()
    archive(tmp_path / "source", other, "one", "1.0.0")
    with ChartRepository(other) as second:
        for served in (repository, second):
            cache.charts.prepared(write_chart(charts / "lyrahub", one(served)), {})
        assert any(path.endswith("/one-1.0.0.tgz") for path in second.asked)
