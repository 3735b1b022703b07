"""What a hub that runs tells of itself."""

from __future__ import annotations

import base64
from typing import Any

import pytest
import yaml

from deployer.planning.homes import other_homes
from deployer.targets.kubernetes.api.objects import Namespace
from deployer.targets.kubernetes.release.live import base_path, before_us, served

VALUES = {
    "singleuser": {"storage": {"type": "static", "static": {"pvcName": "home-nfs", "subPath": "{escaped_username}"}}},
    "hub": {"config": {"KubeSpawner": {"slug_scheme": "escape"}, "GitHubOAuthenticator": {"client_secret": "s3cret"}}},
}


class Api:
    def __init__(self, text: str) -> None:
        self.text = text

    def request(self, method: str, path: str, **_: Any) -> Any:
        return {"data": {"values.yaml": base64.b64encode(self.text.encode()).decode()}}


def told(text: str) -> dict[str, str]:
    return dict(before_us(Namespace(Api(text), "prod")))  # type: ignore[arg-type]


def test_a_hub_of_somebody_else_tells_where_homes_are_and_no_secret() -> None:
    found = told(yaml.safe_dump(VALUES))
    ours = {"singleuser": {"storage": {"type": "static", "static": {"pvcName": "homes", "subPath": "{username}"}}}}
    after = {"Secret/hub": yaml.safe_dump({"data": {"values.yaml": yaml.safe_dump(ours)}})}
    assert other_homes(found, found | {"Secret/another": ""}) == ()
    assert len(other_homes(found, after)) == 3
    assert "s3cret" not in str(found)


@pytest.mark.parametrize("text", ["", "a: [", "just words"])
def test_values_that_cannot_be_read_tell_nothing(text: str) -> None:
    assert told(text) == {}


@pytest.mark.parametrize(("said", "path"), [(None, "/"), ("/", "/"), ("/jupyter", "/jupyter/"), ("/a/b/", "/a/b/")])
def test_where_a_hub_stands_below_its_address(said: str | None, path: str) -> None:
    assert base_path({"baseUrl": said}) == path


@pytest.mark.parametrize(
    ("ports", "where"),
    [
        ({"https": 8443, "http": 8000, "api": 8001}, ("https", 8443)),
        ({"http": 8000, "api": 8001}, ("http", 8000)),
        ({"api": 8001}, ("http", 8000)),
        ({}, ("http", 8000)),
    ],
)
def test_where_a_proxy_serves_people(ports: dict[str, int], where: tuple[str, int]) -> None:
    listed = [{"name": name, "containerPort": port} for name, port in ports.items()]
    assert served({"spec": {"containers": [{"name": "chp", "ports": listed}, {"name": "beside"}]}}) == where
