"""Bytes to libyaml's node tree, and libyaml's complaints to problems."""

from __future__ import annotations

import re
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

_TAB_IN_INDENT = re.compile(r" *\t")
# libyaml's phrase -> the message's code, and whether the place is where the open thing begins.
_PHRASES: tuple[tuple[str, str, bool], ...] = (
    ("found unexpected end of stream", "yaml-quote-open", True),
    ("found unexpected document indicator", "yaml-quote-open", True),
    ("did not find expected ',' or", "yaml-bracket-open", True),
    ("mapping values are not allowed", "yaml-second-colon", False),
    ("did not find expected key", "yaml-indentation", False),
    ("did not find expected '-' indicator", "yaml-indentation", False),
    ("found character that cannot start any token", "yaml-cannot-begin", False),
    ("block sequence entries are not allowed", "yaml-item-here", False),
    ("found unknown escape character", "yaml-escape", False),
    ("could not find expected ':'", "yaml-no-colon", True),
    ("found undefined alias", "yaml-unknown-alias", False),
    ("second occurrence", "yaml-anchor-twice", False),
    ("but found another document", "yaml-several-documents", False),
)


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
        return None, _syntax(text, error)
    except _TooDeepError:
        return None, problem("yaml-too-deep", text.place_of_file, limit=MAX_DEPTH)
    finally:
        composer.dispose()


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


def _syntax(text: SourceText, error: MarkedYAMLError) -> Problem:
    phrase = error.problem or error.context or ""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return problem("yaml-syntax", text.place_of_file, reason=phrase)
    line = text.lines[mark.line] if mark.line < len(text.lines) else ""
    tab = _TAB_IN_INDENT.match(line)
    if tab:
        return problem("yaml-tab", text.place(mark.line, tab.end() - 1))
    code, opening = next(((code, opening) for part, code, opening in _PHRASES if part in phrase), ("yaml-syntax", False))
    if opening and error.context_mark is not None:
        mark = error.context_mark
    if code == "yaml-second-colon" and _continues(text, mark.line, mark.column):
        above = text.lines[mark.line - 1]
        return problem("yaml-no-colon", text.place(mark.line - 1, len(above) - len(above.lstrip()), 0))
    place = text.place(mark.line, mark.column, _width(code, line[mark.column :]))
    character = line[mark.column : mark.column + 1]
    first = error.context_mark.line + 1 if error.context_mark else 0
    return problem(code, place, reason=phrase, character=character, token=line[mark.column :].split(" ")[0], first=first)


def _continues(text: SourceText, line: int, column: int) -> bool:
    """The line's first colon stands at `column`, and the line above has none, so that YAML takes both for one text."""
    here, above = text.lines[line], text.lines[line - 1] if line else ""
    return ":" not in here[:column] and bool(above.strip()) and ":" not in above and not above.strip().startswith(("-", "#", "?"))


def _width(code: str, rest: str) -> int:
    if code in ("yaml-unknown-alias", "yaml-anchor-twice", "yaml-no-colon"):
        return len(re.split(r"[\s,\]}]", rest, maxsplit=1)[0])
    return 1
