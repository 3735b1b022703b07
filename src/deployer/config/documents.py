"""One YAML file: its data as Helm reads it, and the place of each value in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from yaml.error import Mark

from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.config.yaml_data import Reader, key_of, mapping_entries, node_place, scalar_value
from deployer.config.yaml_nodes import PLAIN, CollectionNode, MappingNode, Node, ScalarNode, SequenceNode, compose
from deployer.model.place import KeyPath, Place
from deployer.model.problem import Problem


@dataclass(frozen=True, slots=True)
class Found:
    """How far a path goes in a document: `depth` steps. `key` is None at the root and in lists."""

    node: Node
    key: Node | None
    depth: int


@dataclass(frozen=True, slots=True)
class Document:
    """A file whose root is a mapping. Positions are looked up in libyaml's node tree only when asked for; pickled, it leaves that
    tree behind, and composes it anew where somebody asks."""

    text: SourceText
    data: dict[str, Any]
    has_nulls: bool = False
    odd_keys: tuple[Problem, ...] = ()
    """Keys that are no text as written, such as `80:` or `on:`."""
    _nodes: list[Node] = field(default_factory=list, repr=False, compare=False)
    """The root of that tree, once it is there."""
    _entries: dict[int, dict[str, tuple[Node, Node]]] = field(default_factory=dict, repr=False, compare=False)
    """By the identity of a mapping's node: its keys, once they were asked for."""

    def __reduce__(self) -> tuple[type[Document], tuple[Any, ...]]:
        return Document, (self.text, self.data, self.has_nulls, self.odd_keys)

    @property
    def root(self) -> Node:
        """Of libyaml's node tree."""
        if not self._nodes:
            # There is one: the data were read from it.
            self._nodes.append(cast("Node", compose(self.text)[0]))
        return self._nodes[0]

    @property
    def file(self) -> str:
        """Path in the fleet."""
        return self.text.file

    def find(self, path: KeyPath) -> Found:
        """The node at `path`, or its nearest parent that is there."""
        found = Found(self.root, None, 0)
        for step in path:
            following = self._child(found, step)
            if following is None:
                break
            found = following
        return found

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where the value (with `key`: its key) stands, or its nearest parent; a block of lines stands at its key."""
        return self.place_of(self.find(path), key=key)

    def place_of(self, found: Found, *, key: bool = False) -> Place:
        """The place of a node that `find` gave."""
        node = found.key if found.key is not None and (key or _stands_at_its_key(found.key, found.node)) else found.node
        return node_place(self.text, node)

    def written(self, path: KeyPath) -> str | None:
        """A scalar as it is written, without quotes: `1.30`, where the data has 1.3."""
        found = self.find(path)
        return str(found.node.value) if found.depth == len(path) and isinstance(found.node, ScalarNode) else None

    def encloses(self, path: KeyPath, place: Place) -> bool:
        """`place` lies in the value at `path`."""
        found = self.find(path)
        start, end = found.node.start_mark, found.node.end_mark
        at = (place.line - 1, place.column - 1)
        return found.depth == len(path) and (start.line, start.column) <= at < (end.line, end.column)

    def _child(self, found: Found, step: str | int) -> Found | None:
        node = found.node
        if isinstance(node, MappingNode):
            entry = self._entries_of(node).get(str(step))
            return Found(entry[1], entry[0], found.depth + 1) if entry else None
        if isinstance(node, SequenceNode) and isinstance(step, int) and 0 <= step < len(node.value):
            return Found(node.value[step], None, found.depth + 1)
        return None

    def _entries_of(self, node: MappingNode) -> dict[str, tuple[Node, Node]]:
        entries = self._entries.get(id(node))
        if entries is None:
            pairs = [(key_of(key), key, value) for key, value in mapping_entries(node)]
            entries = {text: (key, value) for text, key, value in reversed(pairs) if text is not None}
            self._entries[id(node)] = entries
        return entries


def read_document(file: str, content: bytes, *, may_be_empty: bool = False) -> tuple[Document | None, tuple[Problem, ...]]:
    """The document, or None where the file has no readable mapping; and what is wrong with it as YAML."""
    text = SourceText(file, content)
    root, fault = compose(text)
    if fault:
        return None, (fault,)
    if root is None or _is_null(root):
        return (empty_document(file), ()) if may_be_empty else (None, (problem("file-empty", text.place_of_file),))
    if not isinstance(root, MappingNode):
        kind = "a list" if isinstance(root, SequenceNode) else "text"
        advice = "write a space after the colon" if isinstance(root, ScalarNode) and re.match(r"\w+:\S", root.value) else ""
        return None, (problem("not-a-mapping", node_place(text, root), kind=kind, advice=advice),)
    reader = Reader(text)
    data = reader.read(root)
    problems = tuple(reader.problems)
    if data is None:
        return None, problems
    return Document(text, data, reader.has_nulls, tuple(reader.odd_keys), [root]), problems


Read: TypeAlias = Mapping[str, tuple[Document, tuple[Problem, ...]]]
"""Documents by their paths, each with what is wrong with it as YAML."""
NOTHING_READ: Read = MappingProxyType({})


def read_documents(files: Iterable[tuple[str, bytes]]) -> Read:
    """Those of the files that are documents."""
    found = ((file, *read_document(file, content)) for file, content in files)
    return {file: (document, problems) for file, document, problems in found if document is not None}


def empty_document(file: str) -> Document:
    """A file that says nothing, or stands for one that is not there."""
    mark = Mark(file, 0, 0, 0, None, 0)
    return Document(SourceText(file, b""), {}, _nodes=[MappingNode("collection", [], mark, mark, flow_style=False)])


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag == PLAIN and scalar_value(node) is None


def _stands_at_its_key(key: Node, node: Node) -> bool:
    if node.start_mark.index < key.start_mark.index:
        return True  # an alias: its value is written elsewhere
    if isinstance(node, ScalarNode):
        return bool(node.value == "" and node.tag == PLAIN)
    return isinstance(node, CollectionNode) and not node.flow_style
