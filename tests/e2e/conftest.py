"""Debian's Chromium, driven by playwright, and the demo hub."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support.browser import chromium
from tests.support.cache import PROJECT, cache_root
from tests.support.hub_driver import TIMEOUT
from tests.support.small_fleets import SmallFleet

PORT = "local: {port: 8000}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A running Chromium, which ends with its module."""
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """An empty page. What it shows is kept as a picture when the test fails."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(TIMEOUT * 1000)
    expect.set_options(timeout=TIMEOUT * 1000)
    page = context.new_page()
    failed = request.session.testsfailed
    yield page
    if request.session.testsfailed > failed:
        picture = cache_root() / "screenshots" / f"{request.node.name}.png"
        page.screenshot(path=picture, full_page=True)
        request.config.get_terminal_writer().line(f"\nwhat the browser showed: {picture}")
    context.close()


@pytest.fixture(scope="module")
def demo() -> Iterator[SmallFleet]:
    """The demo fleet, as it comes with the deployer, deployed on a free port."""
    with tempfile.TemporaryDirectory(prefix="deployer-tests-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        fleet = SmallFleet(folder, folder / "state", "demo")
        shutil.copytree(PROJECT / "config", folder / "config", dirs_exist_ok=True)
        cluster = fleet.folder / "cluster.yaml"
        assert PORT in cluster.read_text()
        cluster.write_text(cluster.read_text().replace(PORT, f"local: {{port: {fleet.port}}}"))
        try:
            ended = fleet.run("deploy", "demo", "welcome")
            assert ended.code == 0, ended.err
            yield fleet
        finally:
            fleet.close()
