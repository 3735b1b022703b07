"""Bytes to libyaml's node tree."""

from __future__ import annotations

from typing import Any

from yaml._yaml import CParser
from yaml.error import MarkedYAMLError
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode
from yaml.reader import ReaderError

from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.model.problem import Problem
from deployer.model.tree import MAX_FILE_BYTES

MAX_DEPTH = 100
PLAIN = "plain"
"""Tag of an unquoted scalar without a tag of its own."""
TEXT = "text"
"""Tag of a quoted scalar without a tag of its own."""
BLOCK = "collection"

__all__ = [
    "BLOCK",
    "MAX_DEPTH",
    "PLAIN",
    "TEXT",
    "CollectionNode",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "compose",
]


class _TooDeepError(Exception):
    """Nested beyond MAX_DEPTH."""


class _Composer(CParser):
    """Composes nodes; what a scalar means is found out later, and only once."""

    def __init__(self, content: bytes) -> None:
        CParser.__init__(self, content)
        self._depth = 0

    def resolve(self, kind: type[Node], _value: str | None, implicit: Any) -> str:
        """The tag of a node without one."""
        if kind is ScalarNode:
            return PLAIN if implicit[0] else TEXT
        return BLOCK

    def descend_resolver(self, _parent: Node | None, _index: Any) -> None:
        """Called by libyaml's wrapper before each node."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeepError

    def ascend_resolver(self) -> None:
        """Called after each node."""
        self._depth -= 1


def compose(text: SourceText) -> tuple[Node | None, Problem | None]:
    """The root node (None in an empty file), or what is wrong with the bytes or the syntax."""
    if len(text.content) > MAX_FILE_BYTES:
        return None, problem("file-too-big", text.place_of_file, limit=MAX_FILE_BYTES // 2**20)
    try:
        text.content.decode("utf-8")
    except UnicodeDecodeError as error:
        return None, _not_utf8(text, error.start)
    composer = _Composer(text.content)
    try:
        return composer.get_single_node(), None
    except ReaderError as error:
        return None, _unprintable(text, error)
    except MarkedYAMLError as error:
        from deployer.config.yaml_refusals import explain

        return None, explain(text, error, _refusal)
    except _TooDeepError:
        return None, problem("yaml-too-deep", text.place_of_file, limit=MAX_DEPTH)
    finally:
        composer.dispose()


def _refusal(content: bytes) -> MarkedYAMLError | None:
    composer = _Composer(content)
    try:
        composer.get_single_node()
    except MarkedYAMLError as error:
        return error
    except (ReaderError, _TooDeepError):
        return None
    finally:
        composer.dispose()
    return None


def _not_utf8(text: SourceText, position: int) -> Problem:
    if position == 0:
        return problem("not-utf8", text.place_of_file, byte=f"0x{text.content[0]:02x}")
    before = text.content[:position].decode("utf-8-sig")
    line = before.count("\n")
    column = len(before) - before.rfind("\n") - 1
    return problem("not-utf8", text.place(line, column), byte=f"0x{text.content[position]:02x}")


def _unprintable(text: SourceText, error: ReaderError) -> Problem:
    """libyaml tells the position in bytes, but for a control character: find the first one itself."""
    characters = text.content.decode("utf-8-sig")
    position = next((i for i, c in enumerate(characters) if _is_control(c)), 0)
    line = characters.count("\n", 0, position)
    column = position - characters.rfind("\n", 0, position) - 1
    return problem("yaml-control-character", text.place(line, column), number=f"U+{ord(characters[position]):04X}")


def _is_control(character: str) -> bool:
    """Not in the characters that YAML allows (YAML 1.1, 4.1)."""
    code = ord(character)
    return not (
        code in (9, 10, 13, 0x85) or 0x20 <= code <= 0x7E or 0xA0 <= code <= 0xD7FF or 0xE000 <= code <= 0x10FFFF
    ) or code in (
        0xFFFE,
        0xFFFF,
        0xFEFF,
    )
