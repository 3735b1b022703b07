"""What functional tests share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A temporary folder to which every UID may pass. Those of pytest are closed again whenever another run of pytest begins."""
    with tempfile.TemporaryDirectory(prefix="deployer-tests-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def state(open_folder: Path) -> Path:
    """A state folder, shared so that the hubs' environment is made once."""
    return open_folder / "state"
