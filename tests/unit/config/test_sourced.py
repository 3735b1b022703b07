"""Layers merge as DESIGN says, and every value still knows who wrote it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from deployer.config.documents import Document, read_document
from deployer.config.sourced import Layer, Layers
from deployer.model.place import KeyPath


def _document(file: str, text: str) -> Document:
    document, problems = read_document(file, text.encode())
    assert document is not None
    assert problems == ()
    return document


def _layers(*texts: str, keep_nulls: bool = False) -> Layers:
    return Layers([Layer(_document(f"{n}.yaml", text)) for n, text in enumerate(texts)], keep_nulls=keep_nulls)


def _at(layers: Layers, path: KeyPath) -> tuple[str, int]:
    place = layers.place(path)
    return place.file, place.line


def test_mappings_merge_lists_and_scalars_replace() -> None:
    layers = _layers("a: {x: 1}\nl: [1]\ns: top\n", "a: {x: 0, w: 2}\nl: [2, 3]\ns: low\nonly: low\n")
    assert layers.data == {"a": {"x": 1, "w": 2}, "l": [1], "s": "top", "only": "low"}


def test_a_null_takes_a_key_away() -> None:
    layers = _layers("binder: null\nhome: {size: ~}\n", "binder: {registrw: x}\nhome: {size: 1Gi, kind: efs}\n")
    assert layers.data == {"home": {"kind": "efs"}}
    assert not layers.has(("binder",))
    assert not layers.has(("binder", "registry"))
    assert _at(layers, ("binder",)) == ("0.yaml", 1)
    assert _at(layers, ("binder", "registry")) == ("0.yaml", 1)


def test_a_null_in_a_list_takes_a_key_away_too() -> None:
    assert _layers("list: [{name: a, image: ~}]\n").data == {"list": [{"name": "a"}]}


def test_a_null_in_values_stays_because_helm_deletes_by_it() -> None:
    layers = _layers("values: {a: {b: ~}}\n", "values: {a: {b: 1, c: 2}}\n")
    assert layers.data == {"values": {"a": {"b": None, "c": 2}}}
    assert layers.has(("values", "a", "b"))


def test_a_file_in_the_charts_words_keeps_its_nulls() -> None:
    assert _layers("a: ~\nb: {c: ~}\n", keep_nulls=True).data == {"a": None, "b": {"c": None}}


def test_a_value_stands_where_the_winning_layer_says_it() -> None:
    layers = _layers("a:\n  x: 1\n", "# low\na:\n  x: 0\n  w: 2\n", "\n\n\n\na: {x: 9, w: 9, z: 9}\n")
    assert _at(layers, ("a", "x")) == ("0.yaml", 2)
    assert _at(layers, ("a", "w")) == ("1.yaml", 4)
    assert _at(layers, ("a", "z")) == ("2.yaml", 5)
    assert _at(layers, ("a", "unknown")) == ("0.yaml", 1)


def test_what_was_overridden_is_told_nearest_first() -> None:
    layers = _layers("a: 1\n", "b: 1\na: 2\n", "\na: 3\n")
    assert [(place.file, place.line) for place in layers.overrode(("a",))] == [("1.yaml", 2), ("2.yaml", 2)]
    assert layers.overrode(("b",)) == ()
    assert layers.overrode(("unknown",)) == ()


def test_a_list_hides_the_list_below_it() -> None:
    layers = _layers("l: [{a: 1}]\n", "\nl: [{a: 1, b: 2}, {a: 3}]\n")
    assert _at(layers, ("l", 0, "b")) == ("0.yaml", 1)
    assert _at(layers, ("l", 1, "a")) == ("0.yaml", 1)
    assert not layers.has(("l", 1))


def test_a_layer_may_be_a_part_of_a_document() -> None:
    fleet = _document("fleet.yaml", "defaults:\n  hub:\n    idle: {stop_after: 1h}\n")
    hub = _document("hub.yaml", "idle: {enabled: true}\n")
    layers = Layers([Layer(hub), Layer(fleet, ("defaults", "hub"))])
    assert layers.data == {"idle": {"enabled": True, "stop_after": "1h"}}
    assert _at(layers, ("idle", "stop_after")) == ("fleet.yaml", 3)
    assert _at(layers, ("idle", "enabled")) == ("hub.yaml", 1)
    assert _at(layers, ("nowhere",)) == ("hub.yaml", 1)


def test_merging_leaves_the_documents_alone() -> None:
    low = _document("low.yaml", "a: {x: 1, l: [1]}\n")
    Layers([Layer(_document("top.yaml", "a: {x: ~, w: 2, l: [2]}\n")), Layer(low)])
    assert low.data == {"a": {"x": 1, "l": [1]}}


_VALUES = st.recursive(
    st.integers(0, 9) | st.sampled_from(["text", "more"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
_MAPPINGS = st.dictionaries(st.sampled_from("abc"), _VALUES, max_size=3)


@given(st.lists(_MAPPINGS, min_size=1, max_size=3))
def test_every_merged_leaf_stands_in_a_layer_that_says_just_that(mappings: list[dict[str, object]]) -> None:
    import json

    layers = Layers([Layer(_document(f"{n}.yaml", json.dumps(mapping))) for n, mapping in enumerate(mappings)])
    for path, leaf in _leaves(dict(layers.data)):
        assert layers.has(path)
        file = layers.place(path).file
        source = mappings[int(file.removesuffix(".yaml"))]
        for step in path:
            source = source[step]  # type: ignore[index,assignment]
        assert source == leaf


def _leaves(tree: object, path: KeyPath = ()) -> list[tuple[KeyPath, object]]:
    if isinstance(tree, dict) and tree:
        return [leaf for key, value in tree.items() for leaf in _leaves(value, (*path, key))]
    if isinstance(tree, list) and tree:
        return [leaf for index, value in enumerate(tree) for leaf in _leaves(value, (*path, index))]
    return [(path, tree)] if path else []
