"""The JSON Schemas accept what loads, refuse what does not, and explain every key."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from tests.support.cases import TESTS, read_tree

from deployer.config.documents import read_document
from deployer.config.schema import DIALECT, FILES, json_schema


def _example(kind: str) -> list[tuple[str, Any]]:
    chosen = {
        "fleet": lambda path: path == "config/fleet.yaml",
        "policy": lambda path: path == "config/policy.yaml",
        "cluster": lambda path: path.endswith("/cluster.yaml"),
        "hub": lambda path: "/hubs/" in path and path.endswith(".yaml"),
    }[kind]
    found = ((path, read_document(path, content)[0]) for path, content in read_tree(TESTS.parent).items() if chosen(path))
    return [(path, document.data) for path, document in found if document]


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_valid_and_says_what_it_is_for(name: str) -> None:
    schema = json_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == DIALECT
    assert schema["$id"]
    assert schema["title"]
    assert schema["description"]


@pytest.mark.parametrize("kind", ["fleet", "policy", "cluster", "hub"])
def test_the_example_fleet_fits_its_schemas(kind: str) -> None:
    examples = _example(kind)
    assert examples
    validator = jsonschema.Draft202012Validator(json_schema(kind))
    assert [(path, error.message) for path, data in examples for error in validator.iter_errors(data)] == []


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("hub", {"displayname": "x"}),
        ("hub", {"stage": "test"}),
        ("hub", {"login": {"provider": "github", "hosted_domains": []}}),
        ("hub", {"buckets": "scratch"}),
        ("cluster", {"name": "a"}),
        ("cluster", {"name": "a", "provider": "aws", "aws": {"regoin": "x"}}),
        ("fleet", {"tools": {"terraform": "pulumi"}}),
        ("policy", {"representatives": {"may": []}}),
        ("secret", {"registry_login": {"server": "quay.io"}}),
    ],
)
def test_a_schema_refuses_mistakes(kind: str, data: Any) -> None:
    assert not jsonschema.Draft202012Validator(json_schema(kind)).is_valid(data)


def test_a_key_may_be_null_to_take_it_away() -> None:
    assert jsonschema.Draft202012Validator(json_schema("hub")).is_valid({"extras": None, "home": {"quota": None}})


@pytest.mark.parametrize("name", FILES)
def test_every_key_is_explained(name: str) -> None:
    schema = json_schema(name)
    definitions = {name: schema, **schema.get("$defs", {})}
    silent = [
        f"{title}.{key}"
        for title, definition in definitions.items()
        for key, field in definition.get("properties", {}).items()
        if not _explained(field, definitions)
    ]
    assert silent == []


def _explained(field: dict[str, Any], definitions: dict[str, Any]) -> bool:
    """By a description of its own, or by that of the object it refers to."""
    references = [choice.get("$ref", "") for choice in (field, *field.get("anyOf", ()))]
    return "description" in field or any("description" in definitions.get(ref.rpartition("/")[2], {}) for ref in references)
