"""The node tree to plain data, read as Helm reads it; what YAML allows and a configuration must not have becomes problems."""

from __future__ import annotations

import math
import re
from typing import Any

from deployer.config.helm_scalars import Scalar, key_text, plain
from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.config.yaml_nodes import BLOCK, PLAIN, TEXT, MappingNode, Node, ScalarNode, SequenceNode
from deployer.model.place import Place
from deployer.model.problem import Problem

MAX_EXPANDED_NODES = 200_000
_TAG = "tag:yaml.org,2002:"
_RESOLVED_TAGS = {f"{_TAG}int": int, f"{_TAG}float": float, f"{_TAG}bool": bool, f"{_TAG}null": type(None)}
_PLAIN_TAGS = frozenset({BLOCK, PLAIN, TEXT, f"{_TAG}str", f"{_TAG}map", f"{_TAG}seq", *_RESOLVED_TAGS})


def scalar_value(node: ScalarNode) -> Scalar:
    """What a scalar means by its tag and style."""
    if node.tag == PLAIN or node.tag in _RESOLVED_TAGS:
        return plain(node.value)
    text: str = node.value
    return text


def key_of(node: Node) -> str | None:
    """A mapping's key as JSON would have it, None where it cannot be one."""
    if not isinstance(node, ScalarNode):
        return None
    text: str = node.value
    return text if node.tag == TEXT else key_text(scalar_value(node))


def is_merge(key: Node) -> bool:
    """`<<`, unquoted: the mapping takes in another."""
    return bool(key.tag == PLAIN and key.value == "<<")


def merged_nodes(node: Node) -> list[MappingNode]:
    """The mappings that a `<<` brings in, the ones that win first; empty where it is no mapping."""
    if isinstance(node, MappingNode):
        return [node]
    if isinstance(node, SequenceNode):
        return [item for item in node.value if isinstance(item, MappingNode)]
    return []


def mapping_entries(node: MappingNode) -> list[tuple[Node, Node]]:
    """(key, value) of a mapping and of what it takes in by `<<`, the ones that win first."""
    own = [pair for pair in reversed(node.value) if not is_merge(pair[0])]
    taken = [
        pair for key, value in node.value if is_merge(key) for other in merged_nodes(value) for pair in mapping_entries(other)
    ]
    return own + taken


def _key_and_value(key: Node, value: Node) -> re.Match[str] | None:
    """The two, where `{name:value}` has no space, and so is one word without a value; an address means its colon."""
    one_word = key.tag == PLAIN and value.tag == PLAIN and not value.value
    return re.fullmatch(r"([\w.-]+):(?![/:])(\S.*)", key.value) if one_word else None


class Reader:
    """Builds the data of one file, and collects what is wrong on the way."""

    def __init__(self, text: SourceText) -> None:
        self._text = text
        self.problems: list[Problem] = []
        self.odd_keys: list[Problem] = []
        """Keys that are no text as they are written: fine in a chart's values, not in a typed file."""
        self.has_nulls = False

    def read(self, root: Node) -> Any:
        """The data of the document; None where it cannot be told."""
        if b"&" in self._text.content and not self._can_expand(root):
            return None
        return self._value(root)

    def _value(self, node: Node) -> Any:
        if node.tag not in _PLAIN_TAGS:
            self.problems.append(problem("yaml-tag", self._place(node), tag=str(node.tag).replace(_TAG, "!!")))
            return None
        if isinstance(node, MappingNode):
            return self._mapping(node)
        if isinstance(node, SequenceNode):
            return [self._value(item) for item in node.value]
        return self._scalar(node) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode) -> dict[str, Any]:
        data: dict[str, Any] = {}
        first: dict[str, Node] = {}
        merges: list[Node] = []
        for key_node, value_node in node.value:
            if is_merge(key_node):
                merges.append(value_node)
                continue
            key = self._key(key_node)
            if key is None:
                continue
            if key in data:
                line = first[key].start_mark.line + 1
                self.problems.append(problem("yaml-duplicate-key", self._place(key_node), key=key, first=line))
            data[key] = self._value(value_node)
            first[key] = key_node
            if data[key] is None and node.flow_style and (meant := _key_and_value(key_node, value_node)):
                del data[key]
                data[meant[1]] = self._without_space(key_node, meant)
        return self._merged(merges, data) if merges else data

    def _without_space(self, key: Node, meant: re.Match[str]) -> Scalar:
        """`{name:value}` is read as it was meant, so that nothing else is said of it."""
        start = key.start_mark
        safe = self._text.may_show(self._text.lines[start.line])
        written = f": {meant[1]}: {meant[2]}" if safe else ""
        self.problems.append(
            problem("yaml-colon-space", self._text.place(start.line, start.column + len(meant[1])), written=written)
        )
        return plain(meant[2])

    def _merged(self, merges: list[Node], data: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for node in merges:
            others = merged_nodes(node)
            if not others or (isinstance(node, SequenceNode) and len(others) < len(node.value)):
                self.problems.append(problem("yaml-merge", self._place(node)))
            for other in reversed(others):
                result |= self._mapping(other)
        return result | data

    def _key(self, node: Node) -> str | None:
        key = key_of(node)
        if key is None:
            self.problems.append(problem("yaml-key", self._place(node)))
        elif isinstance(node, ScalarNode) and node.tag != TEXT and key != node.value:
            self.odd_keys.append(problem("key-not-text", self._place(node), written=node.value, read=key))
        return key

    def _scalar(self, node: ScalarNode) -> Scalar:
        if node.tag == TEXT:
            text: str = node.value
            return text
        value = scalar_value(node)
        if value is None:
            self.has_nulls = True
        elif isinstance(value, float) and not math.isfinite(value):
            self.problems.append(problem("yaml-not-finite", self._place(node), written=node.value))
        expected = _RESOLVED_TAGS.get(node.tag)
        if expected and not isinstance(value, expected) and not (expected is float and isinstance(value, int)):
            self.problems.append(problem("yaml-tag-value", self._place(node), written=node.value, tag=expected.__name__))
        return value

    def _can_expand(self, root: Node) -> bool:
        """The document without its aliases stays finite and small; a problem is added where not."""
        try:
            size = _expanded_size(root, {}, set())
        except _RecursiveAliasError as error:
            self.problems.append(problem("yaml-recursive-alias", self._place(error.node)))
            return False
        if size > MAX_EXPANDED_NODES:
            self.problems.append(
                problem("yaml-alias-bomb", self._text.place_of_file, limit=MAX_EXPANDED_NODES, size=_rounded(size))
            )
        return size <= MAX_EXPANDED_NODES

    def _place(self, node: Node) -> Place:
        return node_place(self._text, node)


def node_place(text: SourceText, node: Node) -> Place:
    """Where a node stands: a scalar or flow collection as far as its line goes, a block collection by its first key or item."""
    start, end = node.start_mark, node.end_mark
    if isinstance(node, MappingNode) and not node.flow_style and node.value:
        return node_place(text, node.value[0][0])
    if isinstance(node, SequenceNode) and not node.flow_style:
        return text.place(start.line, start.column)
    return text.place(start.line, start.column, end.column - start.column if end.line == start.line else 0)


class _RecursiveAliasError(Exception):
    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


def _expanded_size(node: Node, known: dict[int, int], open_nodes: set[int]) -> int:
    if isinstance(node, ScalarNode):
        return 1
    identity = id(node)
    if identity in known:
        return known[identity]
    if identity in open_nodes:
        raise _RecursiveAliasError(node)
    open_nodes.add(identity)
    children = node.value if isinstance(node, SequenceNode) else [part for pair in node.value for part in pair]
    size = 1 + sum(_expanded_size(child, known, open_nodes) for child in children)
    open_nodes.remove(identity)
    known[identity] = size
    return size


def _rounded(size: int) -> str:
    return f"{size:,}".replace(",", " ") if size < 10**9 else f"10^{len(str(size)) - 1}"
