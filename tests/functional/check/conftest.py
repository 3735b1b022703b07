"""A hub on this machine whose values hold what compiling puts there for the check."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.local_hub import LocalHub, plain_values
from tests.support.probing import CHECK_USER

from deployer.model.health import HubAccess

STUBBORN = {"cmd": ["python3", "-c", "raise SystemExit('this environment has no server')"]}


@pytest.fixture(scope="module")
def hub(open_folder: Path) -> Iterator[LocalHub]:
    """Running, with one profile that works twice and one whose server ends at once."""
    hub = LocalHub(open_folder / "checked", values=checked_values())
    try:
        hub.up()
        yield hub
    finally:
        hub.close()


def checked_values() -> dict:
    scopes = [f"{scope}!user={CHECK_USER}" for scope in ("admin:users", "servers", "access:servers")]
    values = plain_values(
        services={CHECK_USER: {"display": False}},
        loadRoles={CHECK_USER: {"scopes": scopes, "services": [CHECK_USER]}},
    )
    values["jupyterhub"]["hub"]["config"]["Authenticator"]["blocked_users"] = [CHECK_USER]
    values["jupyterhub"]["singleuser"]["profileList"] = [
        {"display_name": "Small", "slug": "small", "default": True, "kubespawner_override": {"environment": {"SIZE": "small"}}},
        {"display_name": "Large", "slug": "large", "kubespawner_override": {"environment": {"SIZE": "large"}}},
        {"display_name": "Broken", "slug": "broken", "kubespawner_override": STUBBORN},
    ]
    return values


def token_of(hub: LocalHub) -> str:
    return str(json.loads((hub.root / "data" / "secrets.json").read_bytes())[f"hub.services.{CHECK_USER}.apiToken"])


@pytest.fixture
def reached(hub: LocalHub) -> HubAccess:
    """How the check reaches it."""
    from tests.support.probing import access

    return access(hub.url, token_of(hub))


@pytest.fixture
def home(hub: LocalHub) -> Path:
    """The check user's home."""
    return hub.root / "homes" / CHECK_USER
