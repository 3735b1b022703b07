"""What an installed deployer carries besides its code."""

from __future__ import annotations

from pathlib import Path

import deployer

_PACKAGE = Path(deployer.__file__).parent


def resource(name: str) -> Path:
    """The file or folder `name` (`config`, `helm-charts`, `requirements/hub.txt`, `requirements/proxy`): below the package in
    a wheel, at the project's root in a checkout."""
    carried = _PACKAGE / "_data" / name
    return carried if carried.exists() else _PACKAGE.parent.parent / name


def hub_runtime_sources() -> Path:
    """The package `hub_runtime`, which stands beside `deployer` and is never imported by it."""
    return _PACKAGE.parent / "hub_runtime"
