"""Values as the chart would see them, what of them is secret, and where a hub's things lie."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub_runtime import z2jh
from hub_runtime.errors import ConfigurationProblem
from hub_runtime.folder import HubFolder, write_private
from hub_runtime.generated import COOKIE_SECRET, CRYPT_KEYS, PROXY_TOKEN, ensure_secrets, service_token
from hub_runtime.settings import read_settings
from hub_runtime.status import start_digest
from hub_runtime.values import coalesce, read_values


@pytest.mark.parametrize(
    ("defaults", "asked", "merged"),
    [
        ({"a": 1}, {}, {"a": 1}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"b": 1}}, {"a": None}, {}),
        ({"a": {"b": 1}}, {"a": {"b": None}}, {"a": {}}),
        ({"a": None, "b": {"c": None}}, {}, {"b": {}}),
        ({"a": None}, {"a": 1}, {"a": 1}),
        ({"custom": {}}, {"custom": {"kept": None}}, {"custom": {"kept": None}}),
        ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
    ],
)
def test_values_merge_as_helm_does(defaults: dict[str, Any], asked: dict[str, Any], merged: dict[str, Any]) -> None:
    assert coalesce(defaults, asked) == merged


def test_mappings_come_in_the_order_of_the_charts_secret(tmp_path: Path) -> None:
    path = tmp_path / "values.json"
    path.write_text(json.dumps({"jupyterhub": {"hub": {"extraConfig": {"20-b": "", "10-a": ""}}}}))
    assert list(read_values(path)["hub"]["extraConfig"]) == ["10-a", "20-b"]


@pytest.mark.parametrize(
    ("content", "said"), [("", "is no JSON"), ("[]", "no mapping below `jupyterhub`"), ('{"hub": {}}', "no mapping below")]
)
def test_damaged_values_are_told(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "values.json"
    path.write_text(content)
    with pytest.raises(ConfigurationProblem, match=said):
        read_values(path)


def test_secrets_are_generated_once_and_kept_private(tmp_path: Path) -> None:
    folder = HubFolder(tmp_path)
    folder.make()
    values = {"hub": {"services": {"prober": {}, "own": {"apiToken": "mine"}}}}
    first = ensure_secrets(folder, values)
    assert ensure_secrets(folder, values) == first
    assert first[service_token("own")] == "mine"
    assert {PROXY_TOKEN, COOKIE_SECRET, CRYPT_KEYS, service_token("prober"), service_token("deployer-supervisor")} <= set(first)
    assert len(set(first.values())) == len(first)
    assert folder.secrets.stat().st_mode & 0o777 == 0o600
    assert service_token("own") not in json.loads(folder.secrets.read_text())


def test_a_secret_that_is_set_wins_and_the_generated_one_waits(tmp_path: Path) -> None:
    folder = HubFolder(tmp_path)
    folder.make()
    generated = ensure_secrets(folder, {})
    asked = {"hub": {"config": {"CryptKeeper": {"keys": ["aa", "bb"]}}, "cookieSecret": "cc"}, "proxy": {"secretToken": "dd"}}
    assert ensure_secrets(folder, asked) | {} == {**generated, CRYPT_KEYS: "aa;bb", COOKIE_SECRET: "cc", PROXY_TOKEN: "dd"}
    assert ensure_secrets(folder, {}) == generated


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"version": 2}, "not of version 1"),
        ({"version": 1, "hub": "welcome", "port": 1}, "cluster"),
        ({"version": 1, "cluster": "demo", "hub": "welcome", "port": "eight"}, "eight"),
        ([], "not of version 1"),
    ],
)
def test_damaged_settings_are_told(tmp_path: Path, settings: Any, said: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings))
    with pytest.raises(ConfigurationProblem, match=said):
        read_settings(path)


def test_names_of_logs_are_the_people_s_and_lead_nowhere_else() -> None:
    folder = HubFolder(Path("/hub"))
    names = [("ada", ""), ("ada", "second"), ("ada@example.org", ""), ("../../etc/passwd", "../x"), ("ä" * 250, "")]
    paths = [folder.server_log(user, server) for user, server in names]
    assert [path.name for path in paths[:3]] == ["ada.log", "ada--second.log", "ada@example.org.log"]
    assert all(path.parent == folder.server_logs and len(path.name) < 255 for path in paths)


def test_a_private_file_is_never_readable_by_others_and_replaces_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_the_digest_of_start_files_tells_them_apart(tmp_path: Path) -> None:
    assert start_digest(tmp_path) == ""
    (tmp_path / "settings.json").write_text("a")
    (tmp_path / "values.json").write_text("b")
    first = start_digest(tmp_path)
    (tmp_path / "settings.json").write_text("ab")
    (tmp_path / "values.json").write_text("")
    assert start_digest(tmp_path) != first


@pytest.mark.parametrize(
    ("override", "name", "full"),
    [
        ("", "hub", "hub"),
        ("", "proxy-api", "proxy-api"),
        ("", "user-scheduler", "welcome-user-scheduler"),
        ("", "priority", "welcome-default-priority"),
        ("lab", "hub", "lab-hub"),
        ("lab", "priority", "lab"),
        (None, "hub", "welcome-jupyterhub-hub"),
    ],
)
def test_names_of_resources_are_the_charts(override: str | None, name: str, full: str) -> None:
    values = {"Release": {"Name": "welcome"}, "Chart": {"Name": "jupyterhub"}}
    z2jh.tell(values | ({} if override is None else {"fullnameOverride": override}), {"known": "s"})
    assert z2jh.get_name(name) == full


def test_snippets_get_values_as_in_the_hub_image() -> None:
    z2jh.tell({"custom": {"a": {"b": None}, "text": "x"}}, {"known": "s"})
    assert z2jh.get_config("custom.a.b", "default") is None
    assert z2jh.get_config("custom.a.c", "default") == "default"
    assert z2jh.get_config("custom.text.deeper", "default") == "default"
    assert z2jh.get_secret_value("known") == "s"
    assert z2jh.get_secret_value("unknown", None) is None
    with pytest.raises(KeyError):
        z2jh.get_secret_value("unknown")
