"""What libyaml refused, told in plain words.

First the usual slips: one is told if libyaml reads the repaired lines, so that the hint is known to help. Else what libyaml says
itself, by its phrases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from yaml._yaml import CParser
from yaml.error import Mark, MarkedYAMLError
from yaml.tokens import FlowMappingEndToken, FlowMappingStartToken, FlowSequenceEndToken, FlowSequenceStartToken

from deployer.config import yaml_slips
from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.config.yaml_slips import Refused, Slip
from deployer.model.problem import Problem

Refusal: TypeAlias = Callable[[bytes], MarkedYAMLError | None]
"""What libyaml says against a text."""

_TAB_IN_INDENT = re.compile(r" *\t")
_LINES_ABOVE = 40
_LONGEST_WRITTEN = 100
_BYTES_TO_TRY = 1_000_000
"""As much as is read in trying repairs: in a large file few, and seconds pass nowhere."""

# libyaml's phrase -> the message's code, and whether the place is where the thing begins that it was reading.
_PHRASES: tuple[tuple[str, str, bool], ...] = (
    ("found unexpected end of stream", "yaml-quote-open", True),
    ("found unexpected document indicator", "yaml-quote-open", True),
    ("did not find expected ',' or", "yaml-brackets", True),
    ("mapping values are not allowed", "yaml-second-colon", False),
    ("did not find expected key", "yaml-mixed", False),
    ("did not find expected '-' indicator", "yaml-mixed", False),
    ("did not find expected <document start>", "yaml-mixed", False),
    ("found character that cannot start any token", "yaml-cannot-begin", False),
    ("did not find expected alphabetic or numeric", "yaml-cannot-begin", True),
    ("mapping keys are not allowed", "yaml-cannot-begin", False),
    ("the expected '>'", "yaml-cannot-begin", True),
    ("tag", "yaml-cannot-begin", True),
    ("expected whitespace or line break", "yaml-cannot-begin", True),
    ("URI", "yaml-cannot-begin", True),
    ("found unexpected ':'", "yaml-no-value", False),
    ("expected comment or line break", "yaml-text-below", True),
    ("indentation indicator equal to 0", "yaml-text-below", True),
    ("block sequence entries are not allowed", "yaml-item-here", False),
    ("found unknown escape character", "yaml-escape", False),
    ("hexdecimal number", "yaml-escape", False),
    ("character escape code", "yaml-escape", False),
    ("could not find expected ':'", "yaml-no-colon", True),
    ("found undefined alias", "yaml-unknown-alias", False),
    ("second occurrence", "yaml-anchor-twice", False),
    ("but found another document", "yaml-several-documents", False),
)
_WHOLE_WORD = ("yaml-unknown-alias", "yaml-anchor-twice", "yaml-no-colon", "yaml-several-documents")
_UNQUOTED = ("yaml-cannot-begin", "yaml-text-below", "yaml-unknown-alias")


def explain(text: SourceText, error: MarkedYAMLError, refusal: Refusal) -> Problem:
    """The problem that a person can mend."""
    phrase = error.problem or error.context or ""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return problem("yaml-syntax", text.place_of_file, reason=phrase)
    refused = _refused(text, error, mark, phrase)
    tab = _TAB_IN_INDENT.match(refused.here)
    if tab or "a tab" in phrase or refused.here[mark.column : mark.column + 1] == "\t":
        return problem("yaml-tab", text.place(mark.line, tab.end() - 1 if tab else mark.column))
    if refused.here.startswith("%"):
        return problem("yaml-directive", text.place(mark.line, 0))
    conflict = next((number for number, line in enumerate(text.lines) if line.startswith("<<<<<<< ")), mark.line + 1)
    if conflict <= mark.line:
        return problem("yaml-conflict", text.place(conflict, 0, 7))
    code, place = _by_phrase(refused)
    fields = {"reason": phrase, "first": error.context_mark.line + 1 if error.context_mark else 1}
    trial = _Trial(refused, len(text.content), refusal)
    slip = next(filter(trial.mends, _guesses(refused, code, place)), None)
    return _told(text, slip or Slip(code, *place, {}), fields)


def _refused(text: SourceText, error: MarkedYAMLError, mark: Mark, phrase: str) -> Refused:
    opened = error.context_mark
    brackets = tuple(_open_brackets(text.content, (mark.line, mark.column)))
    return Refused(text.lines, mark.line, mark.column, phrase, (opened.line, opened.column) if opened else None, brackets)


def _open_brackets(content: bytes, end: tuple[int, int]) -> list[tuple[int, int]]:
    scanner, found = CParser(content), []
    try:
        while (token := scanner.get_token()) is not None:
            at = (token.start_mark.line, token.start_mark.column)
            if at >= end:
                break
            if isinstance(token, FlowSequenceStartToken | FlowMappingStartToken):
                found.append(at)
            elif isinstance(token, FlowSequenceEndToken | FlowMappingEndToken):
                del found[-1:]
    except MarkedYAMLError:
        pass
    finally:
        scanner.dispose()
    return found


def _by_phrase(refused: Refused) -> tuple[str, tuple[int, int]]:
    code, opening = next(((code, opening) for part, code, opening in _PHRASES if part in refused.phrase), ("yaml-syntax", False))
    line, column = refused.opened if opening and refused.opened else (refused.line, refused.column)
    if code == "yaml-syntax" and refused.here[column : column + 1] in tuple(",]}"):
        code = "yaml-cannot-begin"
    if code == "yaml-syntax" and refused.brackets:
        code, (line, column) = "yaml-brackets", refused.brackets[-1]
    if code == "yaml-escape":
        column = refused.here.rfind("\\", 0, column + 1)
    if code == "yaml-mixed" and not refused.begins_the_line:
        code = "yaml-syntax"
    if code == "yaml-second-colon":
        code = "yaml-colon-here"
        if _continues(refused):
            above = refused.lines[refused.line - 1]
            code, line, column = "yaml-no-colon", refused.line - 1, len(above) - len(above.lstrip())
    return code, (line, column)


def _continues(refused: Refused) -> bool:
    """The line above has no key, so that YAML takes it and this line's key for one text."""
    above = refused.lines[refused.line - 1] if refused.line else ""
    key = re.search(r":(\s|$)", above)
    return (
        ":" not in refused.here[: refused.column] and bool(above.strip()) and not key and not above.strip().startswith(("#", "?"))
    )


def _guesses(refused: Refused, code: str, place: tuple[int, int]) -> Iterable[Slip]:
    """What may be meant: the slips that leave the clearest traces first."""
    yield from yaml_slips.left_over(refused)
    for in_any_line in yaml_slips.IN_ANY_LINE:
        yield from _upwards(in_any_line, refused)
    if code in _UNQUOTED:
        yield from yaml_slips.unquoted(refused, code, *place)
    for at_the_place in yaml_slips.AT_THE_PLACE:
        yield from at_the_place(refused)
    yield from _upwards(yaml_slips.no_colon, refused)
    for at_the_place in yaml_slips.BY_COLUMN:
        yield from at_the_place(refused)


def _upwards(kind: yaml_slips.AnyLine, refused: Refused) -> Iterator[Slip]:
    """From the place to the lines above it. Who does not know a rule breaks it in every line, so then all of them at once."""
    last = min(refused.line, len(refused.lines) - 1)
    numbers = range(last, max(-1, last - _LINES_ABOVE), -1)
    for number in numbers:
        yield from kind(refused.lines, number)
    together: Mapping[int, str] = {}
    for slip in filter(None, (next(kind(refused.lines, number), None) for number in numbers)):
        together = {**together, **slip.repaired}
        if len(together) > 1:
            yield Slip(slip.code, slip.line, slip.column, together, slip.width, slip.written, slip.fields)


class _Trial:
    """Whether libyaml comes past a place with repaired lines."""

    def __init__(self, refused: Refused, size: int, refusal: Refusal) -> None:
        self._refused = refused
        self._refusal = refusal
        self._left = _BYTES_TO_TRY // max(size, 1)

    def mends(self, slip: Slip) -> bool:
        """A quote or bracket that stays open from here on is no way past it."""
        self._left -= 1
        if self._left < 0:
            return False
        lines = [slip.repaired.get(number, line) for number, line in enumerate(self._refused.lines)]
        error = self._refusal("\n".join(lines).encode())
        if error is None:
            return True
        enclosed = any(part in (error.context or "") for part in ("quoted", "flow"))
        mark = error.context_mark if enclosed and error.context_mark else error.problem_mark
        return mark is not None and mark.line > self._refused.line


def _told(text: SourceText, slip: Slip, fields: Mapping[str, object]) -> Problem:
    line = text.lines[slip.line] if slip.line < len(text.lines) else ""
    may_tell = 0 < len(slip.written) <= _LONGEST_WRITTEN and text.may_show(line) and text.may_show(slip.written)
    rest = line[slip.column :]
    word = re.split(r"[\s,\]}]", rest, maxsplit=1)[0]
    width = max(slip.width, len(word) if slip.code in _WHOLE_WORD else 1)
    known: dict[str, Any] = {
        "character": rest[:1],
        "token": word if text.may_show(line) or not word.strip("-") else f"{word[:1]}\u2026",
        "written": f": {slip.written}" if may_tell else "",
        "pair": f"`{slip.written}`" if may_tell else "`key: value`, with a space after the colon",
    }
    return problem(slip.code, text.place(slip.line, slip.column, width), **{**fields, **known, **slip.fields})
