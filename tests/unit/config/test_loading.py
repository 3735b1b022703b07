"""A tree of files becomes a fleet."""

from __future__ import annotations

from tests.support.cases import base_files, own_charts

from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree

_HUBS = "config/clusters/aurora/hubs"


def _loaded(changed: dict[str, str] | None = None) -> LoadedFleet:
    files = base_files() | {path: text.encode() for path, text in (changed or {}).items()}
    return load_fleet(FleetTree(files), own_charts())


def test_every_cluster_and_hub_of_the_files_is_there() -> None:
    fleet = _loaded()
    assert {name: list(cluster.hubs) for name, cluster in fleet.clusters.items()} == {
        "aurora": ["prod", "staging"],
        "borealis": ["class"],
        "here": ["welcome"],
    }
    assert fleet.problems == ()
    assert fleet.broken == frozenset()


def test_the_fleets_defaults_lie_under_every_hub() -> None:
    staging = (
        _loaded({"config/fleet.yaml": "defaults:\n  hub: {named_servers: 7, stage: canary}\n"}).clusters["aurora"].hubs["staging"]
    )
    assert (staging.spec.named_servers, staging.spec.stage) == (7, "staging")
    assert staging.source.place(("named_servers",)).file == "config/fleet.yaml"
    assert [place.file for place in staging.source.overrode(("stage",))] == ["config/fleet.yaml"]


def test_a_hub_wins_over_what_it_extends_and_later_files_over_earlier() -> None:
    hub = "extends: [_one.yaml, _two.yaml]\ndomain: x.example.org\nlogin: {provider: native, allow: everyone}\nstage: canary\n"
    fleet = _loaded(
        {
            f"{_HUBS}/new.yaml": hub,
            f"{_HUBS}/_one.yaml": "stage: staging\ninterface: notebook\nnamed_servers: 1\nextends: [_base.yaml]\n",
            f"{_HUBS}/_two.yaml": "stage: staging\ninterface: lab\n",
            f"{_HUBS}/_base.yaml": "named_servers: 5\nenv: {A: base}\n",
        }
    )
    spec = fleet.clusters["aurora"].hubs["new"].spec
    assert (spec.stage, spec.interface, spec.named_servers, spec.env) == ("canary", "lab", 1, {"A": "base"})


def test_a_broken_hub_is_named_and_leaves_the_others() -> None:
    fleet = _loaded({f"{_HUBS}/prod.yaml": "domain: [\n"})
    assert fleet.broken == {HubRef("aurora", "prod")}
    assert list(fleet.clusters["aurora"].hubs) == ["staging"]


def test_a_broken_cluster_breaks_its_hubs_and_their_files_are_read_nevertheless() -> None:
    fleet = _loaded({"config/clusters/aurora/cluster.yaml": "name: aurora\n", f"{_HUBS}/prod.yaml": "stage: x\n"})
    assert fleet.broken == {HubRef("aurora", "prod"), HubRef("aurora", "staging")}
    assert {problem.place.file for problem in fleet.problems} == {
        "config/clusters/aurora/cluster.yaml",
        f"{_HUBS}/prod.yaml",
        "config/fleet.yaml",
    } - {"config/fleet.yaml"}


def test_snippets_come_in_the_order_of_the_file() -> None:
    fleet = _loaded(
        {
            f"{_HUBS}/staging.yaml": "domain: s.example.org\nextends: [_common.yaml]\nhub: {python: [b.py, a.py]}\n",
            f"{_HUBS}/a.py": "a = 1\n",
            f"{_HUBS}/b.py": "b = 1\n",
        }
    )
    assert list(fleet.clusters["aurora"].hubs["staging"].snippets.items()) == [("b.py", "b = 1\n"), ("a.py", "a = 1\n")]


def test_a_hubs_secret_file_is_found_by_its_name() -> None:
    hubs = _loaded().clusters["aurora"].hubs
    assert hubs["prod"].secret_files == ("config/clusters/aurora/secrets/prod.secret.yaml",)
    assert _loaded().clusters["here"].hubs["welcome"].secret_files == ()


def test_problems_are_sorted_and_each_is_told_once() -> None:
    problems = _loaded({f"{_HUBS}/_common.yaml": "login: {provider: githb}\nhome: {sise: 1Gi}\n"}).problems
    places = [(problem.place.file, problem.place.line, problem.place.column) for problem in problems]
    assert places == sorted(places)
    assert len(set(places)) == len(places) == 2


def test_an_empty_tree_is_a_fleet_without_clusters() -> None:
    fleet = load_fleet(FleetTree({}))
    assert fleet.clusters == {}
    assert [problem.code for problem in fleet.problems] == ["no-clusters"]
