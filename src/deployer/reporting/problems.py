"""Problems as a person reads them, as JSON, and as annotations of a pull request.

The three functions take problems in the order in which they are to be told (`model.problem.in_order`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from deployer.model.place import Place
from deployer.model.problem import Problem

_GUTTER = 5
_LINE_COLUMNS = 160
"""Of a longer source line, only the surroundings of the marked stretch are shown."""
_BEFORE_STRETCH = 40
_CONTROL_PICTURES = 0x2400
_TAB = "\t"


def to_text(problems: Iterable[Problem]) -> str:
    """Each problem with its place, its source lines, a caret under the stretch, and its hint; ends with a newline if any."""
    return "".join(f"{line}\n" for problem in problems for line in _lines(problem))


def to_json(problems: Iterable[Problem]) -> dict[str, Any]:
    """Plain data for `json.dumps`: `{"problems": [{"file", "line", "column", "severity", "code", "message", "hint"}]}`."""
    return {
        "problems": [
            {
                "file": problem.place.file,
                "line": problem.place.line,
                "column": problem.place.column,
                "severity": str(problem.severity),
                "code": problem.code,
                "message": problem.message,
                "hint": problem.hint,
            }
            for problem in problems
        ]
    }


def to_github(problems: Iterable[Problem], *, folder: str = "") -> str:
    """Workflow commands that GitHub shows beside the lines of a pull request; ends with a newline if any.

    `folder` is the fleet's path in its repository. Escapes: github.com/actions/toolkit, core/src/command.ts.
    """
    return "".join(f"{_annotation(problem, folder)}\n" for problem in problems)


def _annotation(problem: Problem, folder: str) -> str:
    place = problem.place
    properties = {
        "file": f"{folder}/{place.file}" if folder else place.file,
        "line": place.line,
        "col": place.column,
        "endColumn": place.column + place.width,
        "title": problem.code,
    }
    written = ",".join(f"{name}={_escaped_property(str(value))}" for name, value in properties.items())
    message = f"{problem.message}\nhint: {problem.hint}" if problem.hint else problem.message
    return f"::{problem.severity} {written}::{_escaped_data(message)}"


def _escaped_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped_data(text).replace(":", "%3A").replace(",", "%2C")


def _lines(problem: Problem) -> Iterable[str]:
    place = problem.place
    yield visible(f"{place.file}:{place.line}:{place.column}: {problem.severity}: {problem.message}")
    yield from _excerpt(place)
    if problem.hint:
        yield visible(f"   hint: {problem.hint}")


def _excerpt(place: Place) -> Iterable[str]:
    if not place.excerpt:
        return
    start = _first_shown(place)
    for number, text in place.excerpt:
        yield f"{number:>{_GUTTER}} | {_cut(visible(text), start)}".rstrip()
    text = place.excerpt[-1][1]
    before, stretch = text[start : place.column - 1], text[place.column - 1 : place.column - 1 + place.width]
    indent = "".join(_TAB if char == _TAB else " " * columns(char) for char in before)
    carets = min(max(columns(stretch.expandtabs()), 1), _LINE_COLUMNS)
    yield f"{'':>{_GUTTER}} | {' ' if start else ''}{indent}{'^' * carets}"


def _first_shown(place: Place) -> int:
    """The first character that is shown of the lines: 0 unless the stretch begins beyond what fits."""
    longest = max(len(text) for _, text in place.excerpt)
    return place.column - 1 - _BEFORE_STRETCH if longest > _LINE_COLUMNS and place.column > _LINE_COLUMNS - _BEFORE_STRETCH else 0


def _cut(text: str, start: int) -> str:
    shown = text[start : start + _LINE_COLUMNS]
    return f"{'…' if start else ''}{shown}{'…' if start + _LINE_COLUMNS < len(text) else ''}"


def columns(text: str) -> int:
    """How many columns of a terminal the text takes (UAX 11: wide and full-width characters take two)."""
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def visible(text: str) -> str:
    """Control characters as the pictures that Unicode has for them, so that no file can steer a terminal."""
    return "".join(_picture(char) for char in text)


def _picture(char: str) -> str:
    if char == _TAB or not unicodedata.category(char).startswith("C"):
        return char
    if ord(char) < 0x20:
        return chr(_CONTROL_PICTURES + ord(char))
    return "\u2421" if char == "\x7f" else "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") else char
