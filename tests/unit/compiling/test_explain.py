"""`explain`: whose line set this, what did it override, and no secrets."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from tests.support.cases import TESTS, own_charts
from tests.support.compiled_hubs import files_of, fleet_of, hubs

from deployer.errors import ConfigurationError, UnknownNameError
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree
from deployer.reporting.explain import to_json, to_text
from deployer.workflows.explain import explain

SCHEMA = TESTS.parent / "docs" / "reference" / "schemas" / "explain.json"


def effects(files: dict[str, bytes]) -> Any:
    return SimpleNamespace(fleet=SimpleNamespace(read=lambda: FleetTree(files)), carried=SimpleNamespace(read=own_charts))


def told(cluster: str, hub: str, key: str = "") -> str:
    return to_text(explain(effects(files_of("sections")), cluster, hub, key))


def test_a_value_names_its_line_and_what_it_overrode() -> None:
    assert told("cloud", "overridden", "jupyterhub.singleuser.defaultUrl").splitlines()[-1].split() == [
        *("defaultUrl:", '"/voila"', "#", "config/clusters/cloud/hubs/overridden.yaml:9;"),
        *("overrode", "compiled", "from", "interface", "(config/clusters/cloud/hubs/overridden.yaml:4)"),
    ]


def test_a_default_of_the_chart_stands_below_everything() -> None:
    text = told("cloud", "everything", "homes.size")
    assert "compiled from home.size" in text
    assert "overrode chart default (helm-charts/basehub/values.yaml:" in text


def test_what_nobody_set_is_the_charts_default() -> None:
    text = told("older", "staging", "z2jh.singleuser.defaultUrl")
    assert "null" in text
    assert "overrode chart default (helm-charts/ownhub/values.yaml:2)" in text
    assert "chart default (helm-charts/basehub/values.yaml:" in told("cloud", "everything", "identity.enabled")


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("idle.stop_after", "timeout: 600 "),
        ("machines", "small-1-8:"),
        ("content[1].repo", '[7]: "https://example.org/data.git"'),
        ("singleuser.extraFiles.etc-motd", "mode: 416 "),
        ("jupyterhub.hub.db", 'type: "postgres"'),
        ("staff", '[0]: "alice"'),
    ],
)
def test_the_key_is_a_path_of_the_values_or_a_key_of_a_file(key: str, line: str) -> None:
    hub = "github" if key == "machines" else "everything"
    assert any(shown.strip().startswith(line.strip()) for shown in told("cloud", hub, key).splitlines())


def test_a_key_of_the_file_also_finds_where_values_won_over_it() -> None:
    assert "/voila" in told("cloud", "overridden", "interface")


def test_a_key_that_sets_nothing_says_so() -> None:
    assert "it sets nothing" in told("cloud", "everything", "metadata")


@pytest.mark.parametrize("key", ["jupyterhub.singleuser.defaultUlr", "interfac", "singleuser.profilelist"])
def test_an_unknown_key_is_told_with_the_closest(key: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        told("cloud", "github", key)
    assert "perhaps you meant" in caught.value.hint


def test_an_unknown_hub_is_told_with_the_closest() -> None:
    with pytest.raises(UnknownNameError, match="githib"):
        told("cloud", "githib")


def test_a_hub_that_cannot_be_read_is_told_with_its_problems() -> None:
    files = files_of("sections") | {"config/clusters/desk/hubs/broken.yaml": b"login: {provider: dummmy}\n"}
    with pytest.raises(ConfigurationError) as caught:
        explain(effects(files), "desk", "broken")
    assert [problem.place.file for problem in caught.value.problems] == ["config/clusters/desk/hubs/broken.yaml"]


def test_secrets_are_not_shown() -> None:
    report = explain(effects(files_of("sections")), "cloud", "overridden")
    for text in (to_text(report), json.dumps(to_json(report)), told("desk", "dummy"), told("older", "staging")):
        assert "abcdefgh" not in text
        assert "not-very-secret" not in text
    assert "API_TOKEN: ********" in to_text(report)


def test_a_hub_with_errors_is_explained_and_says_so() -> None:
    files = files_of("sections")
    path = "config/clusters/cloud/hubs/google.yaml"
    broken = files | {path: files[path] + b"shared_folders: [{name: x}, {name: x}]\n"}
    report = explain(effects(broken), "cloud", "google")
    assert report.problems == 1
    assert "`deployer validate` tells them" in to_text(report)


def test_no_file_can_steer_the_terminal() -> None:
    files = files_of("sections") | {
        "config/clusters/desk/hubs/sly.yaml": b'login: {provider: tmp, allow: everyone}\nenv: {A: "\\e[31m"}\n'
    }
    assert "\x1b" not in to_text(explain(effects(files), "desk", "sly"))


@pytest.mark.parametrize(("fleet", "ref"), hubs(), ids=str)
def test_the_json_of_every_hub_keeps_to_its_schema(fleet: str, ref: HubRef) -> None:
    report = explain(effects(files_of(fleet)), ref.cluster, ref.hub)
    data = to_json(report)
    jsonschema.validate(data, json.loads(SCHEMA.read_text()))
    assert len(data["values"]) == len(report.leaves) > 0
    assert fleet_of(fleet).clusters[ref.cluster].hubs[ref.hub].chart == data["chart"]
