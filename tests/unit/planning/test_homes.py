"""What leads people to other homes than theirs."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployer.planning.homes import other_homes

ONE_VOLUME = {"type": "static", "static": {"pvcName": "homes", "subPath": "{escaped_username}"}, "homeMountPath": "/home/jovyan"}


def hub(storage: dict[str, Any] | None = None, nfs: str = "10.0.0.1", login: str = "github", **spawner: Any) -> dict[str, str]:
    config = {"KubeSpawner": spawner, "JupyterHub": {"authenticator_class": login}}
    values = {"singleuser": {"storage": storage or ONE_VOLUME}, "hub": {"config": config}}
    secret = {"kind": "Secret", "data": {"values.yaml": yaml.safe_dump(values)}}
    volume = {"kind": "PersistentVolume", "spec": {"nfs": {"server": nfs, "path": "/"}, "capacity": {"storage": "1Gi"}}}
    return {"Secret/hub": yaml.safe_dump(secret), "PersistentVolume/prod-homes": yaml.safe_dump(volume)}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (hub(), ()),
        (hub(start_timeout=300), ()),
        (
            hub({**ONE_VOLUME, "static": {"pvcName": "homes", "subPath": "{username}"}}),
            ("singleuser.storage.static.subPath was `{escaped_username}` and becomes `{username}`",),
        ),
        (hub(slug_scheme="safe"), ("hub.config.KubeSpawner.slug_scheme was not set and becomes `safe`",)),
        (
            hub(login="cilogon"),
            (
                "people log in by `CILogonOAuthenticator` and no more by `GitHubOAuthenticator`, "
                "and homes are called after the names that it gives them",
            ),
        ),
        (hub(nfs="10.0.0.2"), ("PersistentVolume/prod-homes leads to another volume",)),
        ({"Secret/hub": hub()["Secret/hub"]}, ("PersistentVolume/prod-homes goes away",)),
    ],
)
def test_a_change_that_leads_elsewhere(after: dict[str, str], told: tuple[str, ...]) -> None:
    assert other_homes(hub(), after) == told


def test_homes_that_nobody_has_yet() -> None:
    assert other_homes({}, hub()) == ()
    without = {"Secret/hub": hub({"type": "none"})["Secret/hub"]}
    assert other_homes(without, hub()) == ()
