"""Values in the chart's own words over what was compiled: as Helm merges, with every leaf knowing who won over whom."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.compiled_hubs import compiled_from, compiled_hub

from deployer.compiling.layers import leaves
from deployer.model.place import dotted
from deployer.model.release import HubRef, merged

LOGIN = "login: {provider: dummy, allow: everyone}\n"


@pytest.mark.parametrize(
    ("values", "over", "result"),
    [
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": [1, 2, 3]}, {"a": [4]}, {"a": [4]}),
        ({"a": {"b": 1}}, {"a": None}, {"a": None}),
        ({"a": {"b": 1}}, {"a": 5}, {"a": 5}),
        ({"a": None}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({}, {"a": {"b": None}}, {"a": {"b": None}}),
    ],
)
def test_mappings_merge_and_everything_else_replaces(values: Any, over: Any, result: Any) -> None:
    assert merged(values, over) == result


def test_what_is_merged_stays_as_it_was() -> None:
    values = {"a": {"b": 1}}
    merged(values, {"a": {"c": 2}})
    assert values == {"a": {"b": 1}}


def test_values_win_and_remember_what_they_overrode() -> None:
    hub = LOGIN + "interface: lab\nvalues:\n  jupyterhub:\n    singleuser:\n      defaultUrl: /mine\n"
    release = compiled_hub(hub).release
    assert release.values["jupyterhub"]["singleuser"]["defaultUrl"] == "/mine"
    origin = release.origins[("jupyterhub", "singleuser", "defaultUrl")]
    assert str(origin) == "config/clusters/here/hubs/hub.yaml:6"
    assert [str(lower) for lower in origin.overrode] == ["compiled from interface (config/clusters/here/hubs/hub.yaml:2)"]


def test_a_null_stays_for_helm_and_names_its_line() -> None:
    release = compiled_hub(LOGIN + "values:\n  jupyterhub:\n    cull: null\n").release
    assert release.values["jupyterhub"]["cull"] is None
    assert str(release.origins[("jupyterhub", "cull")]) == "config/clusters/here/hubs/hub.yaml:4"


def test_defaults_extended_files_and_the_hub_stand_one_over_the_other() -> None:
    files = {
        "config/fleet.yaml": "defaults:\n  hub:\n    idle: {stop_after: 1h}\n",
        "config/clusters/here/cluster.yaml": "name: here\nprovider: local\n",
        "config/clusters/here/hubs/_common.yaml": "idle:\n  stop_after: 2h\n",
        "config/clusters/here/hubs/hub.yaml": f"{LOGIN}extends: [_common.yaml]\nidle: {{stop_after: 3h}}\n",
    }
    release = compiled_from(files, HubRef("here", "hub")).release
    origin = release.origins[("jupyterhub", "cull", "timeout")]
    assert release.values["jupyterhub"]["cull"]["timeout"] == 3 * 3600
    assert [str(one.place) for one in (origin, *origin.overrode)] == [
        "config/clusters/here/hubs/hub.yaml:3",
        "config/clusters/here/hubs/_common.yaml:2",
        "config/fleet.yaml:3",
    ]


def test_a_replaced_list_keeps_nothing_of_what_it_replaced() -> None:
    hub = LOGIN + (
        "environments: [{name: Python, image: 'example.org/python:1', description: Usual}]\n"
        "values: {jupyterhub: {singleuser: {profileList: [{display_name: Mine}]}}}\n"
    )
    release = compiled_hub(hub).release
    listed = [dotted(path) for path in release.origins if "profileList" in path]
    assert listed == ["jupyterhub.singleuser.profileList[0].display_name"]


@pytest.mark.parametrize(
    "values",
    [
        "{jupyterhub: {hub: {config: {Authenticator: {blocked_users: [eve]}}}}}",
        "{jupyterhub: null}",
        "{jupyterhub: {hub: {config: {Authenticator: null}}}}",
        "{}",
    ],
)
def test_every_leaf_has_an_origin_and_there_are_no_others(values: str) -> None:
    release = compiled_hub(f"{LOGIN}values: {values}\n").release
    assert {path for path, _ in leaves(release.values)} == set(release.origins)


@pytest.mark.parametrize("section", ["Authenticator", "DummyAuthenticator"])
def test_nobody_can_log_in_as_the_check_whatever_the_values_say(section: str) -> None:
    release = compiled_hub(
        f"{LOGIN}values: {{jupyterhub: {{hub: {{config: {{{section}: {{blocked_users: [eve]}}}}}}}}}}\n"
    ).release
    assert "deployer-check" in release.values["jupyterhub"]["hub"]["config"][section]["blocked_users"]


def test_the_landing_page_stays_beside_a_hubs_own_volumes() -> None:
    own = "{extraVolumes: [{name: deployer-templates}], extraVolumeMounts: [{name: deployer-templates, mountPath: /templates}]}"
    files = {
        "config/fleet.yaml": "{}",
        "helm-charts/basehub/Chart.yaml": "name: basehub\nversion: '1'\ndependencies: [{name: jupyterhub, version: '4'}]\n",
        "helm-charts/basehub/values.yaml": f"jupyterhub: {{hub: {own}}}\n",
        "config/clusters/here/cluster.yaml": "name: here\nprovider: local\n",
        "config/clusters/here/hubs/hub.yaml": f"{LOGIN}values: {{jupyterhub: {{hub: "
        "{extraVolumes: [{name: mine}], extraVolumeMounts: null}}}\n",
    }
    release = compiled_from(files, HubRef("here", "hub")).release
    values = release.values["jupyterhub"]["hub"]
    assert [entry["name"] for entry in values["extraVolumes"]] == ["mine", "deployer-templates"]
    assert values["extraVolumeMounts"] is None
    assert {path for path, _ in leaves(release.values)} == set(release.origins)


def test_a_chart_of_the_fleet_gets_its_values_where_it_has_them() -> None:
    files = {
        "config/fleet.yaml": "{}",
        "helm-charts/own/Chart.yaml": "name: own\nversion: '1'\ndependencies: [{name: jupyterhub, alias: z2jh, version: '4'}]\n",
        "helm-charts/jupyterhub/Chart.yaml": "name: jupyterhub\nversion: '4'\n",
        "config/clusters/here/cluster.yaml": "name: here\nprovider: local\n",
        "config/clusters/here/hubs/wrapped.yaml": f"{LOGIN}chart: own\n",
        "config/clusters/here/hubs/bare.yaml": f"{LOGIN}chart: jupyterhub\n",
    }
    wrapped, bare = (compiled_from(files, HubRef("here", name)).release for name in ("wrapped", "bare"))
    assert (wrapped.hub_at, list(wrapped.values)) == (("z2jh",), ["z2jh"])
    assert (bare.hub_at, "hub" in bare.values) == ((), True)
    assert bare.values["hub"]["config"]["Authenticator"]["blocked_users"] == ["deployer-check"]
