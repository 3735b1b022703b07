"""The text of one file, cut into lines only when a place in it is wanted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from deployer.model.place import Place

# YAML 1.1 line breaks: what libyaml counts as a line.
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_LONGEST_EXCERPT = 300
_SECRET_VALUE = re.compile(
    r"""(\b\w*(?:secret|password|passwd|passphrase|pwd|token|credentials?|authorization|"""
    r"""(?:api|crypt|access|private|secret|signing|encryption|account)[_-]?keys?)["']?\s*[:=]\s*[\["'{ ]*)"""
    r"""([^\s"'#,\]}][^"',\]}]*)|((?<=://)[^/\s:@]*:)([^/\s@]+)(?=@)|(^\s*)([A-Za-z0-9+/=]{40,})$""",
    re.IGNORECASE,
)
"""A secret that somebody wrote in the open: after a name that says so, in an address, and a line of a key."""


def is_secret(file: str) -> bool:
    """By its name, the file holds secrets: nothing of its text is ever shown."""
    return ".secret." in file.rpartition("/")[2]


@dataclass(frozen=True)
class SourceText:
    """A file by its path in the fleet and its bytes."""

    file: str
    content: bytes = field(repr=False)

    @cached_property
    def lines(self) -> list[str]:
        """Without line breaks; bytes that are no UTF-8 become U+FFFD."""
        return _LINE_BREAK.split(self.content.decode("utf-8-sig", errors="replace"))

    @property
    def place_of_file(self) -> Place:
        """The file as a whole."""
        return Place(self.file, 1, 1)

    def place(self, line: int, column: int, width: int = 1) -> Place:
        """`line` and `column` count from 0, as libyaml's marks do. A width below 1 reaches to the end of the line."""
        if line >= len(self.lines):
            line = max(0, len(self.lines) - 1)
            column = len(self.lines[line])
        text = self.lines[line]
        end = len(text.rstrip())
        width = max(1, end - column if width < 1 else min(width, max(end - column, 1)))
        return Place(self.file, line + 1, column + 1, width, self._excerpt(line, column))

    def may_show(self, line: str) -> bool:
        """Nothing in the line is secret, or would have to be shown otherwise than it is."""
        return not is_secret(self.file) and _shown(line) == line.rstrip()

    def _excerpt(self, line: int, column: int) -> tuple[tuple[int, str], ...]:
        if is_secret(self.file) or column > _LONGEST_EXCERPT or not self.lines[line].strip():
            return ()
        first = line - 1 if line and self.lines[line - 1].strip() else line
        return tuple((number + 1, _shown(self.lines[number])) for number in range(first, line + 1))


def _shown(text: str) -> str:
    """One column a character, so that the caret stands right; nothing that a terminal would obey."""
    line = _SECRET_VALUE.sub(_stars, text)[: _LONGEST_EXCERPT + 100].rstrip()
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in line)


def _stars(match: re.Match[str]) -> str:
    name, value = next((match[group], match[group + 1]) for group in (1, 3, 5) if match[group + 1])
    return f"{name}{'*' * len(value)}"
