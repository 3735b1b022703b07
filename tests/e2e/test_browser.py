"""What a person sees of the demo hub in a browser: from the landing page to the output of a cell."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from tests.support.small_fleets import SmallFleet

pytestmark = pytest.mark.e2e


def test_from_the_landing_page_to_the_output_of_a_cell(demo: SmallFleet, page: Page) -> None:
    page.goto(demo.url())

    expect(page).to_have_title("Welcome")
    landing = page.locator("body")
    for text in (
        "Welcome to your hub",
        "A JupyterHub on this machine, made from one short file.",
        "JupyterLab's documentation",
        "Servers without activity stop after one hour; files stay.",
        "Hub Team",
    ):
        expect(landing).to_contain_text(text)
    expect(page.get_by_role("link", name="JupyterHub's documentation")).to_have_attribute(
        "href", "https://jupyterhub.readthedocs.io"
    )

    page.get_by_label("Username").fill("grace")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_label("Environment", exact=True)).to_be_visible()
    page.get_by_label("Environment", exact=True).select_option("JupyterLab")
    page.get_by_label("Machine", exact=True).select_option(label="Large (4 GB of memory, up to 4 CPU)")
    page.get_by_role("button", name="Start").click()

    page.wait_for_url("**/user/grace/lab**")
    page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
    cell = page.locator(".jp-Notebook .jp-CodeCell .cm-content").first
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    cell.click()
    page.keyboard.insert_text("import os; print(6 * 7, os.environ['GREETING'], int(os.environ['MEM_LIMIT']) // 10**9)")
    page.keyboard.press("Shift+Enter")
    expect(page.locator(".jp-OutputArea-output").first).to_have_text("42 hello grace 4\n")
