"""What a chart's files tell of the keys that its values may have."""

from __future__ import annotations

import pytest

from deployer.config.charts import chart_keys
from deployer.config.key_tree import KeyTree, both, from_data, of_schema, to_data
from deployer.model.tree import FleetTree

CHART = b"name: lyrahub\ndependencies:\n  - {name: jupyterhub}\n  - {name: dask-gateway, alias: dask, condition: dask.enabled}\n"


def charts(files: dict[str, bytes], own: dict[str, bytes] | None = None) -> dict:
    return dict(chart_keys(FleetTree(files), FleetTree(own) if own else None))


def test_keys_come_from_values_schema_and_dependencies() -> None:
    found = charts(
        {
            "helm-charts/lyrahub/Chart.yaml": CHART,
            "helm-charts/lyrahub/values.yaml": b"homes: {size: 1Gi}\n",
            "helm-charts/lyrahub/values.schema.yaml": b"properties: {backup: {type: object}}\n",
        }
    )["lyrahub"]
    assert found.top_level == {"homes", "backup", "jupyterhub", "dask", "global", "tags"}
    assert found.hub_at == ("jupyterhub",)
    assert found.defaults["homes"] == {"size": "1Gi"}


def test_a_chart_that_wraps_one_of_the_fleet_has_its_keys_inside() -> None:
    found = charts(
        {
            "helm-charts/lyrahub/Chart.yaml": CHART,
            "helm-charts/lyrahub/values.yaml": b"homes: {size: 1Gi, server: a}\n",
            "helm-charts/outer/Chart.yaml": b"name: outer\ndependencies: [{name: lyrahub, alias: inner}]\n",
            "helm-charts/outer/values.yaml": b"inner: {homes: {size: 2Gi}}\n",
        }
    )["outer"]
    assert found.hub_at == ("inner", "jupyterhub")
    assert found.tree.children["inner"].closed
    assert found.defaults["inner"]["homes"] == {"size": "2Gi", "server": "a"}


def test_a_chart_of_the_fleet_wins_over_the_deployers_own() -> None:
    own = {"helm-charts/basehub/Chart.yaml": b"name: basehub\n", "helm-charts/basehub/values.yaml": b"ours: {}\n"}
    theirs = {"helm-charts/basehub/Chart.yaml": b"name: basehub\n", "helm-charts/basehub/values.yml": b"theirs: {}\n"}
    assert charts({}, own)["basehub"].top_level == {"ours", "global", "tags"}
    assert charts(theirs, own)["basehub"].top_level == {"global", "tags"}


def test_a_broken_chart_is_no_reason_to_stop() -> None:
    found = charts({"helm-charts/lyrahub/Chart.yaml": b"name: [\n", "helm-charts/lyrahub/values.schema.json": b"{"})
    assert found["lyrahub"].top_level == {"global", "tags"}


def test_charts_that_wrap_each_other_end() -> None:
    files = {
        "helm-charts/one/Chart.yaml": b"name: one\ndependencies: [{name: two}]\n",
        "helm-charts/two/Chart.yaml": b"name: two\ndependencies: [{name: one}]\n",
    }
    assert charts(files)["one"].top_level == {"two", "global", "tags"}


def test_a_schema_closes_what_it_says_is_all() -> None:
    tree = of_schema(
        {
            "definitions": {"size": {"properties": {"min": {}}, "additionalProperties": False}},
            "properties": {"homes": {"$ref": "#/definitions/size"}, "free": {}},
            "additionalProperties": {"properties": {"name": {}}, "additionalProperties": False},
        }
    )
    assert not tree.closed
    assert tree.children["homes"] == KeyTree(True, {"min": KeyTree()})
    assert tree.every == KeyTree(True, {"name": KeyTree()})
    assert from_data(to_data(tree)) == tree


def test_two_schemas_allow_what_both_do() -> None:
    one = KeyTree(True, {"a": KeyTree(), "b": KeyTree()})
    other = KeyTree(False, {"b": KeyTree(True, {"x": KeyTree()}), "c": KeyTree()})
    assert both(one, other) == KeyTree(True, {"a": KeyTree(), "b": KeyTree(True, {"x": KeyTree()})})


def test_a_schema_that_refers_to_itself_ends() -> None:
    tree = of_schema({"definitions": {"a": {"properties": {"a": {"$ref": "#/definitions/a"}}}}, "$ref": "#/definitions/a"})
    assert set(tree.children) == {"a"}
    assert of_schema({"$ref": "#"}) == KeyTree()


@pytest.mark.parametrize("schema", [b"[]", b"3", b'{"properties": []}', b'{"allOf": {}}', b"[" * 100_000, b"\xff"])
def test_an_odd_schema_is_no_reason_to_stop(schema: bytes) -> None:
    files = {"helm-charts/lyrahub/Chart.yaml": CHART, "helm-charts/lyrahub/values.schema.json": schema}
    assert charts(files)["lyrahub"].top_level == {"jupyterhub", "dask", "global", "tags"}
