"""Slips that people make in YAML, each with the lines as they were meant.

A guess looks at a file that libyaml refused and says what may be meant; whether it was, libyaml tells when it reads the repaired
lines. Belongs here: guesses. Never: choosing among them, or the words in which a slip is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import TypeAlias

_SPACES = "\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff"
_DASHES = "\u2010-\u2015\u2212\u2022\u00b7\u25cf\u25aa\u25e6\u2023\u2043"
_HEAD = r" *(?:- +)*"
_KEY = r"""(?:\w[\w.$/-]*|"[^"]*"|'[^']*')"""
_CLOSING = {"[": "]", "{": "}"}
_MEANT = {"-": "`-`", ":": "`:`", " ": "a space"}


@dataclass(frozen=True, slots=True)
class Refused:
    """Where libyaml gave up: line and column from 0; `opened` is where the thing began that it was reading."""

    lines: list[str]
    line: int
    column: int
    phrase: str
    opened: tuple[int, int] | None
    brackets: tuple[tuple[int, int], ...]
    """Those that are open there, the outermost first."""

    @property
    def here(self) -> str:
        """The line of the place."""
        return self.lines[self.line] if self.line < len(self.lines) else ""

    @property
    def begins_the_line(self) -> bool:
        """Nothing stands before the place."""
        return not self.here[: self.column].strip() and bool(self.here.strip())


@dataclass(frozen=True, slots=True)
class Slip:
    """A mistake at a place, and the lines without it by their numbers."""

    code: str
    line: int
    column: int
    repaired: Mapping[int, str]
    width: int = 1
    written: str = ""
    """What to write instead, where it is short enough to be told."""
    fields: Mapping[str, object] = field(default_factory=dict)


AnyLine: TypeAlias = Callable[[list[str], int], Iterator[Slip]]
"""Guesses about the line of a number: such a slip may be found out only below it."""
AtThePlace: TypeAlias = Callable[[Refused], Iterator[Slip]]


def look_alike(lines: list[str], number: int) -> Iterator[Slip]:
    """A dash, colon or space that a word processor or a web page wrote otherwise."""
    line = lines[number]
    match = re.match(
        rf"\s*[{_SPACES}]*(?:(?:[{_DASHES}][\s{_SPACES}]*|[-*][\s{_SPACES}]+))*(?:{_KEY}\s*[:：][\s{_SPACES}]*)?", line
    )
    region = match[0] if match else ""
    plain = "".join(_plain(*pair) for pair in pairwise(region + (line[len(region) :] or " ")[:1]))
    if plain != region:
        column = next(at for at, character in enumerate(region) if _wanted(character) != character)
        character = region[column]
        wanted, name = _MEANT[_wanted(character)], unicodedata.name(character, "unknown").lower()
        fields = {"wanted": wanted, "name": name, "space": "" if wanted == "a space" else ", with a space after it"}
        yield Slip("yaml-look-alike", number, column, {number: plain + line[len(region) :]}, fields=fields)


def _wanted(character: str) -> str:
    if re.match(rf"[{_SPACES}]", character):
        return " "
    return "-" if character == "*" or re.match(f"[{_DASHES}]", character) else ":" if character == "：" else character


def _plain(character: str, following: str) -> str:
    wanted = _wanted(character)
    return f"{wanted} " if wanted != character and wanted in "-:" and not following.isspace() else wanted


def no_space_after_dash(lines: list[str], number: int) -> Iterator[Slip]:
    """`-name: x`. The item's further lines stand below the name either before or after the space is there."""
    match = re.match(rf"{_HEAD}-(?=[^\s-])", lines[number])
    if match:
        at = match.end()
        repaired = {number: f"{lines[number][:at]} {lines[number][at:]}"}
        yield Slip("yaml-dash-space", number, at - 1, repaired)
        below = range(number + 1, len(lines))
        end = next((n for n in below if lines[n].strip() and _indent(lines[n]) < at), len(lines))
        yield Slip("yaml-dash-space", number, at - 1, repaired | {n: f" {lines[n]}" for n in range(number + 1, end)})


def no_space_after_colon(lines: list[str], number: int) -> Iterator[Slip]:
    """`name:x`, also in brackets before another bracket; an address has a colon with slashes, and means it."""
    line = lines[number]
    match = re.match(rf"({_HEAD}){_KEY}:(?=[^\s:])(?!//)", line)
    if match:
        repaired = f"{line[: match.end()]} {line[match.end() :]}"
        yield Slip("yaml-colon-space", number, match.end() - 1, {number: repaired}, written=repaired[match.end(1) :].strip())
    for match in re.finditer(rf"[{{,] *{_KEY}:(?=[\[{{])", line):
        repaired = f"{line[: match.end()]} {line[match.end() :]}"
        yield Slip("yaml-colon-space", number, match.end() - 1, {number: repaired})


def open_quote(lines: list[str], number: int) -> Iterator[Slip]:
    """A quote that is not closed in its line, so that it ends at the next one, somewhere below."""
    line = lines[number].rstrip()
    match = re.search(r"""(?:^|[:,\[{-]) *((["'])(?:(?!\2).)*)$""", line)
    if match:
        start, quote = match.start(1), match[2]
        for end in (len(line), *(start + 1 + found.start() for found in re.finditer(r"[,\]}]", match[1][1:]))):
            written = line[start:end] + quote
            yield Slip("yaml-quote-open", number, start, {number: line[:start] + written + line[end:]}, written=written)


def no_colon(lines: list[str], number: int) -> Iterator[Slip]:
    """`name x`, `name = x`, or `name` above what belongs to it."""
    match = re.match(rf"({_HEAD})({_KEY})( *[=;] *| +|$)(.*)", lines[number])
    if match and not match[4].startswith("- "):
        written = f"{match[2]}: {match[4]}".rstrip()
        text = match[3].isspace() and match[4].count(" ") > 1 and match[4][0] not in "[{"
        repaired = {number: match[1] + written}
        yield Slip("yaml-no-colon", number, match.end(1), repaired, len(match[2]), "" if text else written)


def no_colon_before_bracket(refused: Refused) -> Iterator[Slip]:
    """`name {a: b}`, where the colon in the brackets is the one that libyaml complains of."""
    if re.match(rf"{_HEAD}\w[\w-]* *=? *[\[{{]", refused.here):
        yield from no_colon(refused.lines, refused.line)


def superfluous(refused: Refused) -> Iterator[Slip]:
    """One bracket, comma or quote too many."""
    for line, column in {(refused.line, refused.column), refused.opened or (refused.line, refused.column)}:
        text = refused.lines[line] if line < len(refused.lines) else ""
        character, before = text[column : column + 1], text[:column].rstrip()[-1:]
        if character and (character in ",;]}" or (character in "\"'" and before == character)):
            fields = {"character": character}
            yield Slip("yaml-superfluous", line, column, {line: text[:column] + text[column + 1 :]}, fields=fields)


def open_bracket(refused: Refused) -> Iterator[Slip]:
    """Brackets that are not closed: at the end of a line, or before a bracket of the other kind."""
    if not refused.brackets:
        return
    line, column = refused.brackets[-1]
    closing = "".join(_CLOSING[refused.lines[at][position]] for at, position in reversed(refused.brackets))
    ends = [n for n in range(min(refused.line, len(refused.lines) - 1), line - 1, -1) if refused.lines[n].strip()]
    places = [(n, len(_without_remark(refused.lines[n]))) for n in ends[:3]]
    if refused.here[refused.column : refused.column + 1] in tuple(")]}"):
        places.insert(0, (refused.line, refused.column))
    for (at, end), count in product(places, range(1, len(closing) + 1)):
        text = refused.lines[at]
        fields = {"closing": closing[:count], "at": at + 1}
        yield Slip("yaml-bracket-open", line, column, {at: text[:end] + closing[:count] + text[end:]}, fields=fields)


def no_comma(refused: Refused) -> Iterator[Slip]:
    """Two entries in brackets with nothing between them. Of words libyaml makes one, and gives up at the colon after it."""
    here, column = refused.here, refused.column
    if not refused.brackets:
        return
    if here[column : column + 1] == ":":
        match = re.search(rf"{_KEY}$", here[:column])
        column = match.start() if match else column
    above = refused.line - 1
    if here[:column].strip():
        yield Slip("yaml-no-comma", refused.line, column, {refused.line: f"{here[:column].rstrip()}, {here[column:]}"})
    elif above >= refused.brackets[-1][0]:
        text = _without_remark(refused.lines[above])
        yield Slip("yaml-no-comma", refused.line, column, {above: f"{text},{refused.lines[above][len(text) :]}"})


def text_after(refused: Refused) -> Iterator[Slip]:
    """A quote or bracket ends the value, and text follows."""
    before = refused.here[: refused.column].rstrip()[-1:]
    if before and before in "\"']}" and not refused.begins_the_line:
        closing = "quote" if before in "\"'" else "bracket"
        if refused.brackets and re.match(r"[^,\]}]*: |[\"'\[{]", refused.here[refused.column :]):
            return
        yield from _quoting(refused, "yaml-text-after", refused.column, {"closing": closing})


def second_colon(refused: Refused) -> Iterator[Slip]:
    """`title: one: two`."""
    here, column = refused.here, refused.column
    if here.startswith(":", column) and ": " in here[:column] and "unexpected" not in refused.phrase:
        yield from _quoting(refused, "yaml-second-colon", refused.column, {})


def unquoted(refused: Refused, code: str, line: int, column: int) -> Iterator[Slip]:
    """The key or value at the place begins as no text can."""
    if line == refused.line:
        yield from _quoting(refused, code, column, {}, start=column)


def _quoting(refused: Refused, code: str, column: int, fields: Mapping[str, object], start: int | None = None) -> Iterator[Slip]:
    """The whole value in quotes, the shortest first: in brackets it ends before a comma."""
    line = refused.here
    starts = [match.end() for match in re.finditer(r"^ *|[:,-] +|[\[{] *", line) if match.end() < refused.column]
    end = len(_without_remark(line))
    after, ending = (refused.column, r" *[,\]}]") if start is None else (start, r" *(?:[,\]}]|:(?= |$))")
    ends = [match.start() for match in re.finditer(ending, line[:end]) if match.start() > after]
    for first, last in product(starts[::-1][:4] if start is None else (start,), (*ends[:5], end)):
        written = _quoted(line[first:last])
        repaired = {refused.line: line[:first] + written + line[last:]}
        yield Slip(code, refused.line, column, repaired, written=written, fields=fields)


def _quoted(value: str) -> str:
    """In the quotes that it has not; without those around it, where others inside have ended them too early."""
    quote = value[:1]
    if len(value) > 2 and quote in ("'", '"') and value.endswith(quote):
        second = value.index(quote, 1)
        if value.count(quote) % 2 or value[second - 1].isspace():
            value = value[1:-1]
    return f'"{value}"' if not set(value) & set('"\\') else "'" + value.replace("'", "''") + "'"


def no_dash(refused: Refused) -> Iterator[Slip]:
    """A line in a list's column without the dash of an item, be it an item or a further line of the one above."""
    line, column = refused.opened if refused.opened and "':'" in refused.phrase else (refused.line, refused.column)
    text = refused.lines[line] if line < len(refused.lines) else ""
    if text[:column].strip() or not text.strip() or text[column:].startswith("- "):
        return
    item = next((n for n in range(line - 1, -1, -1) if re.match(rf" {{{column}}}- ", refused.lines[n])), None)
    if item is not None:
        inside = _key_column(refused.lines[item]) + 1
        fields = {"otherwise": f"; if it belongs to the item above, begin it in column {inside}"}
        yield Slip("yaml-no-dash", line, column, {line: f"{text[:column]}- {text[column:]}"}, fields=fields)


def among_keys(refused: Refused) -> Iterator[Slip]:
    """The item of a list where a key is due; a list of its own is meant, below the key above it."""
    line, text = refused.line, refused.here
    above = refused.lines[line - 1] if line else ""
    if refused.begins_the_line and text[refused.column :].startswith("- ") and above.rstrip().endswith(":"):
        fields = {"wanted": _indent(above) + 1, "like": line}
        repaired = {line: f"{' ' * _indent(above)}{text.lstrip()}"}
        yield Slip("yaml-indentation", line, refused.column, repaired, fields=fields)


def misplaced(refused: Refused) -> Iterator[Slip]:
    """A line that begins in another column than the lines it belongs to; the nearest above first."""
    text, column = refused.here, _indent(refused.here)
    if ": " in text[: refused.column]:
        return
    code = "yaml-too-far" if "mapping values" in refused.phrase else "yaml-indentation"
    above = _said(refused, range(refused.line - 1, -1, -1))
    known = {column}
    for number in above[:40]:
        line = refused.lines[number]
        for wanted in (_key_column(line), _indent(line)):
            if wanted not in known and wanted <= _deepest(refused.lines[above[0]]):
                known.add(wanted)
                fields = {"wanted": wanted + 1, "like": number + 1}
                yield Slip(code, refused.line, column, {refused.line: " " * wanted + text.lstrip()}, fields=fields)


def first_misplaced(refused: Refused) -> Iterator[Slip]:
    """The first line of a block is the one that is out of place: those below it agree with the line of the place."""
    column, above = _indent(refused.here), _said(refused, range(refused.line - 1, -1, -1))[:2]
    below = _said(refused, range(refused.line + 1, min(refused.line + 40, len(refused.lines))))
    if not above or ": " in refused.here[: refused.column]:
        return
    first, parent = above[0], above[1] if len(above) > 1 else None
    indents = [_indent(refused.lines[n]) for n in below]
    agreeing = next((indent for indent in indents if indent <= column), -1) == column
    text = refused.lines[first]
    if agreeing and (parent is None or _indent(refused.lines[parent]) < min(column, _indent(text))):
        fields = {"wanted": column + 1, "like": refused.line + 1}
        repaired = {first: " " * column + text.lstrip()}
        yield Slip("yaml-indentation", first, _indent(text), repaired, fields=fields)


def no_dash_above(refused: Refused) -> Iterator[Slip]:
    """The item above the place has no dash, and is no key either."""
    above = _said(refused, range(refused.line - 1, -1, -1))[:1]
    text = refused.lines[above[0]] if above else ""
    column = _indent(text)
    if above and re.match(rf" {{{column}}}- ", refused.here) and not re.match(rf"{_HEAD}(?:{_KEY}:(?: |$)|- )", text):
        repaired = {above[0]: f"{text[:column]}- {text[column:]}"}
        yield Slip("yaml-no-dash", above[0], column, repaired, fields={"otherwise": ""})


def _said(refused: Refused, numbers: range) -> list[int]:
    """Those of the lines that are neither empty nor a remark."""
    return [n for n in numbers if refused.lines[n].strip() and not re.match(r" *#", refused.lines[n])]


def _key_column(line: str) -> int:
    match = re.match(_HEAD, line)
    return match.end() if match else 0


def _deepest(line: str) -> int:
    """Where a line below may begin at most: further right it would be more of a value's text."""
    return len(line) if line.endswith(":") else _key_column(line)


def first_indented(refused: Refused) -> Iterator[Slip]:
    """The first lines of the file begin further right than the ones below."""
    first = next((n for n, line in enumerate(refused.lines) if line.strip() and not line.lstrip().startswith("#")), 0)
    indent = _indent(refused.lines[first]) if first < refused.line else 0
    if "<document start>" in refused.phrase and indent > refused.column and refused.begins_the_line:
        repaired = {n: refused.lines[n][min(indent, _indent(refused.lines[n])) :] for n in range(first, refused.line)}
        fields = {"wanted": 1, "like": refused.line + 1, "first": refused.line + 1}
        yield Slip("yaml-indentation", first, indent, repaired, fields=fields)


def left_over(refused: Refused) -> Iterator[Slip]:
    """`...`, which ends a document, or the fence around code in a text, as they are copied along."""
    numbers = [n for n, line in enumerate(refused.lines) if re.match(r"\.\.\.\s*$|```|~~~", line)]
    if numbers and numbers[0] <= refused.line:
        yield Slip("yaml-left-over", numbers[0], 0, dict.fromkeys(numbers, ""), 3)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _without_remark(line: str) -> str:
    return re.sub(r"(?:^|\s+)#[^\"']*$", "", line).rstrip()


IN_ANY_LINE: tuple[AnyLine, ...] = (look_alike, no_space_after_dash, no_space_after_colon, open_quote)
AT_THE_PLACE: tuple[AtThePlace, ...] = (
    no_colon_before_bracket,
    superfluous,
    open_bracket,
    text_after,
    no_comma,
    second_colon,
    first_indented,
)
BY_COLUMN: tuple[AtThePlace, ...] = (no_dash, no_dash_above, among_keys, first_misplaced, misplaced)
