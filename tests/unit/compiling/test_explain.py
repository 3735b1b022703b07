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


INSIDE = (
    "jupyterhub-4.4.0/values.yaml",
    b"singleuser:\n  image: {name: quay.io/sample, tag: '4'}\n  memory:\n    guarantee: 1G\n",
)


def effects(files: dict[str, bytes], inside: tuple[str, bytes] | None = None) -> Any:
    return SimpleNamespace(
        fleet=SimpleNamespace(read=lambda: FleetTree(files)),
        carried=SimpleNamespace(read=own_charts),
        rendering=SimpleNamespace(hub_chart_values=lambda release: inside),
    )


def told(cluster: str, hub: str, key: str = "", inside: tuple[str, bytes] | None = None) -> str:
    return to_text(explain(effects(files_of("sections"), inside), cluster, hub, key))


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


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("jupyterhub.singleuser.defaultUlr", "perhaps you meant `jupyterhub.singleuser.defaultUrl`"),
        ("interfac", "perhaps you meant `interface`"),
        ("singleuser.profilelist", "perhaps you meant `singleuser.profileList`"),
        ("environments.foo", "there are: environments[0]"),
        ("environments[9].interface", "there are: environments[0]"),
        ("environments[0].imgae", "perhaps you meant `environments[0].image`"),
        ("env.NOPE", "there are: env.FLEET"),
        ("idle.stop_after.nope", "without a key, `explain` lists all values"),
        ("jupyterhub.singleuser.image.nam", "perhaps you meant `jupyterhub.singleuser.image.name`"),
    ],
)
def test_an_unknown_key_is_told_with_the_closest(key: str, hint: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        told("cloud", "overridden", key)
    assert caught.value.hint.startswith(hint)


def test_what_the_chart_inside_does_by_itself_is_told_with_its_line() -> None:
    text = told("cloud", "overridden", "jupyterhub.singleuser.image", INSIDE)
    assert "chart default (jupyterhub-4.4.0/values.yaml:2)" in text
    memory = explain(effects(files_of("sections"), INSIDE), "cloud", "overridden", "singleuser.memory")
    (leaf,) = to_json(memory)["values"]
    assert (leaf["set_by"]["source"], leaf["overrode"][-1]["file"], leaf["overrode"][-1]["line"]) == ("file", INSIDE[0], 4)


def test_where_the_chart_inside_is_not_here_that_is_said() -> None:
    report = explain(effects(files_of("sections")), "cloud", "overridden", "jupyterhub.singleuser.image")
    assert "is not on this machine" in to_text(report)
    assert (to_json(report)["values"], "--fetch-charts" in to_json(report)["note"]) == ([], True)


@pytest.mark.parametrize("key", ["jupyterhub.hub.config", "jupyterhub", "homes"])
def test_a_section_is_shown_in_one_piece(key: str) -> None:
    paths = [leaf.path for leaf in explain(effects(files_of("sections"), INSIDE), "cloud", "everything", key).leaves]
    heads = [path[:depth] for path in paths for depth in range(1, len(path) + 1)]
    for head in set(heads):
        inside = [number for number, path in enumerate(paths) if path[: len(head)] == head]
        assert inside == list(range(inside[0], inside[-1] + 1)), head


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
