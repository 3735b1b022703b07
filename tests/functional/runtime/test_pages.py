"""What a hub's pages say, and that a browser can use them."""

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from tests.functional.runtime.busy_hub import TEMPLATES
from tests.support.hub_driver import Person
from tests.support.local_hub import LocalHub

pytestmark = pytest.mark.functional
_FIELDS = ("input", "select", "textarea")


class Page(HTMLParser):
    """The elements of a page: (tag, attributes), and what fields lack a label."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._labels = 0
        self._within: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.elements.append((tag, found))
        self._labels += tag == "label"
        if tag in _FIELDS and self._labels:
            self._within.append(found.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        self._labels -= tag == "label"

    def all(self, *tags: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def without_label(self) -> list[dict[str, str]]:
        labelled = {label.get("for") for label in self.all("label")} | set(self._within)
        fields = [field for field in self.all(*_FIELDS) if field.get("type") not in ("hidden", "submit")]
        return [field for field in fields if field.get("id") not in labelled and "aria-label" not in field]


@pytest.fixture
def somebody(shared_hub: LocalHub) -> Iterator[Person]:
    with shared_hub.person("guest") as person:
        yield person


def test_the_landing_page_is_the_community_s(somebody: Person) -> None:
    text = somebody.page("hub/login")
    page = Page(text)
    addresses = {link.get("href") for link in page.all("a")}
    assert "<h1>Aurora</h1>" in text
    for said in ("Aurora Lab", "Notebooks for everybody who studies the sky", "How to begin", "Operated by", "Funded by"):
        assert said in text
    for address in ("", "/begin"):
        assert f"https://lab.example.org{address}" in addresses
    assert {"https://fund.example.org", "https://team.example.org"} <= addresses
    assert not any(str(address).startswith("javascript") for address in addresses)
    assert "Workshop on &lt;b&gt;Friday&lt;/b&gt;" in text


def test_pages_ask_nobody_else_for_anything_but_the_logo(somebody: Person) -> None:
    somebody.log_in()
    for path in ("hub/login", "hub/spawn", "hub/home", "hub/token", "hub/no-such-page"):
        page = Page(somebody.page(path))
        fetched = [element.get("src") or element.get("href") or "" for element in page.all("script", "img", "link", "iframe")]
        assert {address for address in fetched if "//" in address} <= {"https://lab.example.org/logo.svg"}, path


def test_the_spawn_page_offers_what_the_values_say_and_names_what_is_different(somebody: Person) -> None:
    somebody.log_in()
    text = somebody.page("hub/spawn")
    page = Page(text)
    radios = [field for field in page.all("input") if field.get("name") == "profile"]
    assert [(radio["value"], "checked" in radio) for radio in radios] == [("usual", True), ("broken", False)]
    assert [field["name"] for field in page.all("select")] == ["profile-option-usual--size"]
    options = [(option["value"], "selected" in option) for option in page.all("option")]
    assert options == [("large", False), ("small", True)]
    assert "Images are &lt;not&gt; used here." in text


@pytest.mark.parametrize("path", ["hub/login", "hub/spawn"])
def test_every_field_has_a_label_and_every_page_one_title(somebody: Person, path: str) -> None:
    if path == "hub/spawn":
        somebody.log_in()
    page = Page(somebody.page(path))
    assert page.without_label == []
    assert sum(tag == "h1" for tag, _ in page.elements) == 1
    assert page.all("html")[0]["lang"] == "en"


def test_a_page_that_is_not_there_leads_back(somebody: Person) -> None:
    somebody.log_in()
    assert "/hub/home" in {link.get("href") for link in Page(somebody.page("hub/no-such-page")).all("a")}


def test_the_sheet_is_small() -> None:
    assert (TEMPLATES / "deployer.css").stat().st_size < 10_000
