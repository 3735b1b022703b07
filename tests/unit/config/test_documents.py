"""A document knows its data and where each value stands."""

from __future__ import annotations

import pickle

import pytest

from deployer.config.documents import Document, read_document
from deployer.model.place import KeyPath

_TEXT = b"""\
# a comment
name: Aurora
login:
  provider: github
  allow: {organizations: [one, "two"]}
machines:
  - pool: small
    shares: [1/8, 1]
  - {pool: gpu}
text: |
  first
  second
base: &base {a: 1, b: 2}
merged:
  <<: *base
  b: 3
nothing:
"""


@pytest.fixture
def document() -> Document:
    found, problems = read_document("file.yaml", _TEXT)
    assert found is not None
    assert problems == ()
    return found


@pytest.mark.parametrize(
    ("path", "line", "column", "width"),
    [
        ((), 2, 1, 4),
        (("name",), 2, 7, 6),
        (("login",), 3, 1, 5),
        (("login", "provider"), 4, 13, 6),
        (("login", "allow"), 5, 10, 29),
        (("login", "allow", "organizations", 1), 5, 32, 5),
        (("machines",), 6, 1, 8),
        (("machines", 0), 7, 5, 4),
        (("machines", 0, "shares", 1), 8, 19, 1),
        (("machines", 1), 9, 5, 11),
        (("machines", 1, "pool"), 9, 12, 3),
        (("text",), 10, 7, 1),
        (("merged", "a"), 13, 17, 1),
        (("merged", "b"), 16, 6, 1),
        (("nothing",), 17, 1, 7),
    ],
)
def test_a_value_has_its_place(document: Document, path: KeyPath, line: int, column: int, width: int) -> None:
    place = document.place(path)
    assert (place.line, place.column, place.width) == (line, column, width)


@pytest.mark.parametrize(
    ("path", "line", "column", "width"),
    [
        (("login", "provider"), 4, 3, 8),
        (("machines", 1, "pool"), 9, 6, 4),
        (("merged", "a"), 13, 14, 1),
        (("machines", 0), 7, 5, 4),
    ],
)
def test_a_key_has_its_place(document: Document, path: KeyPath, line: int, column: int, width: int) -> None:
    place = document.place(path, key=True)
    assert (place.line, place.column, place.width) == (line, column, width)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("login", "admins"), 3),
        (("machines", 7, "pool"), 6),
        (("name", "first"), 2),
        (("unknown", "deep", 3), 2),
        (("login", "allow", "organizations", -1), 5),
    ],
)
def test_of_what_is_not_there_the_nearest_parent_has_the_place(document: Document, path: KeyPath, line: int) -> None:
    assert document.place(path).line == line


def test_the_data_is_what_helm_would_read(document: Document) -> None:
    assert document.data["merged"] == {"a": 1, "b": 3}
    assert document.data["text"] == "first\nsecond\n"
    assert document.data["machines"][0]["shares"] == ["1/8", 1]
    assert document.data["nothing"] is None
    assert document.has_nulls


def test_an_excerpt_has_the_line_and_the_one_above(document: Document) -> None:
    assert document.place(("login", "provider")).excerpt == ((3, "login:"), (4, "  provider: github"))


def test_the_text_of_a_secret_file_is_never_shown() -> None:
    document, _ = read_document("a.secret.yaml", b"one: 1\ntoken: in-clear\n")
    assert document is not None
    assert document.place(("token",)).excerpt == ()


def test_what_a_terminal_would_obey_is_not_shown() -> None:
    document, _ = read_document("a.yaml", 'a: "\u202ex\u2066y"\n'.encode())
    assert document is not None
    assert document.place(("a",)).excerpt == ((1, 'a: "\ufffdx\ufffdy"'),)


def test_a_scalar_is_known_as_it_was_written() -> None:
    document, _ = read_document("a.yaml", b"version: 1.30\nlist: [0644]\n")
    assert document is not None
    assert document.data == {"version": 1.3, "list": [420]}
    assert document.written(("version",)) == "1.30"
    assert document.written(("list", 0)) == "0644"
    assert document.written(("list",)) is None
    assert document.written(("unknown",)) is None


def test_keys_become_text_as_in_json_and_are_found_by_it() -> None:
    document, _ = read_document("a.yaml", b'1: a\non: b\n1.50: c\n"2": d\n')
    assert document is not None
    assert document.data == {"1": "a", "true": "b", "1.5": "c", "2": "d"}
    assert document.place(("1.5",)).line == 3
    assert [problem.place.line for problem in document.odd_keys] == [2, 3]


def test_merged_mappings_win_in_the_order_of_their_list_and_below_what_is_written() -> None:
    document, _ = read_document("a.yaml", b"a: &a {x: 1}\nb: &b {x: 2, w: 2}\nc: {<<: [*a, *b], z: 3}\nd: {w: 9, <<: *b}\n")
    assert document is not None
    assert document.data["c"] == {"x": 1, "w": 2, "z": 3}
    assert document.data["d"] == {"x": 2, "w": 9}
    assert document.place(("c", "x")).line == 1
    assert document.place(("c", "w")).line == 2


def test_an_alias_shares_what_it_names_without_growing() -> None:
    levels = "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 14))
    document, problems = read_document("a.yaml", f"l0: &l0 [x]\n{levels}".encode())
    assert document is not None
    assert problems == ()
    assert document.data["l13"][0] is document.data["l13"][1] or document.data["l13"][0] == document.data["l13"][1]


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"---\n", b"~\n", b"null\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_a_problem_unless_it_may_be(content: bytes) -> None:
    document, problems = read_document("a.yaml", content)
    assert document is None
    assert [problem.code for problem in problems] == ["file-empty"]
    document, problems = read_document("a.yaml", content, may_be_empty=True)
    assert document is not None
    assert (document.data, problems) == ({}, ())
    assert document.place(("a", "b")).line == 1


def test_all_duplicate_keys_of_a_file_are_told() -> None:
    _, problems = read_document("a.yaml", b"a: {x: 1, x: 2}\nb: 1\nb: 2\nb: 3\n")
    assert [(problem.place.line, problem.place.column) for problem in problems] == [(1, 11), (3, 1), (4, 1)]


def test_a_document_that_was_read_in_another_process_knows_its_places() -> None:
    document, _ = read_document("a.yaml", b"one: 1\ntwo: {three: x}\n")
    assert document is not None
    carried = pickle.loads(pickle.dumps(document))
    assert carried.data == document.data
    assert carried.place(("two", "three")) == document.place(("two", "three"))
    assert carried.written(("one",)) == "1"
