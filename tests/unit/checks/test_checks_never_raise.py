"""Whatever stands in values, the checks tell problems; they never raise."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.cases import CASES, own_charts

from deployer.compiling.checks import check_values
from deployer.compiling.layers import leaves
from deployer.config.charts import chart_keys
from deployer.config.documents import read_document
from deployer.config.loaded import ChartKeys, LoadedHub, ValuesLayer
from deployer.config.models.hub import HubFile
from deployer.config.sourced import Layer, Layers
from deployer.model.place import KeyPath
from deployer.model.release import HubRef, Release
from deployer.model.tree import FleetTree

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1.5,
    "",
    "text",
    "{",
    [],
    {},
    [None],
    [[]],
    {"": None},
    {"name": {}},
    [{"name": []}],
    "a" * 300,
)


@cache
def chart() -> ChartKeys:
    return chart_keys(FleetTree({}), own_charts())["basehub"]


@cache
def documents() -> tuple[dict[str, Any], ...]:
    found = (read_document("values.yaml", path.read_bytes())[0] for path in sorted(CASES.glob("values-*/**/prod.values.yaml")))
    return tuple(document.data for document in found if document)


def places(data: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    yield path
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


def changed(data: dict[str, Any], path: KeyPath, value: Any) -> dict[str, Any]:
    result = copy.deepcopy(data)
    node: Any = result
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return result


def check(data: dict[str, Any]) -> None:
    document, _ = read_document("values.yaml", b"jupyterhub: {}\n")
    assert document is not None
    source = Layers([Layer(document)], keep_nulls=True)
    layers = (ValuesLayer("values.yaml", source),)
    hub = LoadedHub(ref=HubRef("lyra", "prod"), spec=HubFile(), source=source, layers=layers, legacy=True)
    check_values(hub, Release(ref=hub.ref, chart="basehub", values=data, domain="lyra.example.org"), chart())


@settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_value_anywhere_is_told_and_not_raised(data: st.DataObject) -> None:
    values = data.draw(st.sampled_from(documents()))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([place for place in places(values) if place]))
        values = changed(values, path, data.draw(st.sampled_from(ODD)))
    check(values)


def test_there_is_something_to_change() -> None:
    assert len(documents()) > 50
    assert sum(1 for document in documents() for _ in leaves(document)) > 300
