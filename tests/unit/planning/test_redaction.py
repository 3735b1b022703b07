"""No secret survives redaction, and equal secrets stay equal."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.model.release import HubRef, Release
from deployer.model.secret import Secret
from deployer.planning.redaction import redacted

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
RELEASE = Release(ref=HubRef("demo", "welcome"), chart="basehub", values={})


def values_of(values: dict[str, Any], *secret_paths: tuple[str | int, ...], key: bytes = KEY) -> Any:
    return redacted(replace(RELEASE, values=values, secret_paths=frozenset(secret_paths)), key).values


@pytest.mark.parametrize(
    ("values", "paths"),
    [
        ({"a": {"b": "s3cret"}}, [("a", "b")]),
        ({"a": ["plain", "s3cret"]}, [("a", 1)]),
        ({"a": {"b": {"c": ["s3cret", {"d": "s3cret"}]}}}, [("a",)]),
        ({"a": Secret("s3cret")}, []),
        ({"DummyAuthenticator": {"password": "s3cret"}}, []),
        ({"client_secret": "s3cret"}, []),
        ({"services": {"x": {"apiToken": "s3cret"}}}, []),
        ({"CryptKeeper": {"keys": ["s3cret"]}}, []),
        ({"extraEnv": {"AWS_SECRET_ACCESS_KEY": "s3cret"}}, []),
        ({"extraEnv": [{"name": "GITHUB_TOKEN", "value": "s3cret"}]}, []),
        ({"db": {"url": "postgresql://hub:s3cret@db.example.org/hub"}}, []),
    ],
    ids=lambda value: next(iter(value), "") if isinstance(value, dict) else "",
)
def test_a_secret_is_replaced_by_its_digest(values: dict[str, Any], paths: list[tuple[str | int, ...]]) -> None:
    shown = json.dumps(values_of(values, *paths))
    assert "s3cret" not in shown
    assert "hidden:" in shown


@pytest.mark.parametrize(
    "values",
    [
        {"token_url": "https://login.example.org/token", "secretName": "hub", "username_claim": "email"},
        {"password": None, "client_secret": "", "enable_tokens": True, "token_expires_in_seconds": 300},
        {"url": "https://example.org/a:b@c", "memory": {"limit": "1G"}, "count": 3},
    ],
)
def test_what_is_no_secret_stays(values: dict[str, Any]) -> None:
    assert values_of(values) == values


def test_an_address_keeps_all_but_its_password() -> None:
    shown = values_of({"url": "postgresql://hub:s3cret@db.example.org/hub"})["url"]
    assert shown.startswith("postgresql://hub:hidden:")
    assert shown.endswith("@db.example.org/hub")


def test_digests_tell_equal_from_different_under_one_key_only() -> None:
    first, same, other = (values_of({"password": text})["password"] for text in ("one", "one", "two"))
    assert first == same != other
    assert values_of({"password": "one"}, key=OTHER_KEY)["password"] != first


@given(st.recursive(st.just("s3cret"), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)))
def test_below_a_secret_path_everything_is_hidden(tree: Any) -> None:
    assert "s3cret" not in json.dumps(values_of({"a": tree}, ("a",)))
