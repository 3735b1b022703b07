"""What a plain (unquoted) YAML scalar means, read exactly as Helm reads it.

Helm reads values with sigs.k8s.io/yaml 1.6, which is go.yaml.in/yaml/v2 2.4 (`resolve.go`) and then JSON: YAML 1.1 booleans with
`y` and `n`, octal `0644` and `0o644`, `0b11`, `0x1F`, `1_000`; no base 60 (`12:30` is text) and no dates. Integers have 64 bits,
a longer one becomes a float. `tests/unit/config/helm_readings.json` records Helm's own answers.
"""

from __future__ import annotations

import math
import re
import struct
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool | None

_MEANINGS: tuple[tuple[Scalar, tuple[str, ...]], ...] = (
    (True, ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON")),
    (False, ("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF")),
    (None, ("", "~", "null", "Null", "NULL")),
    (math.nan, (".nan", ".NaN", ".NAN")),
    (math.inf, (".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF")),
    (-math.inf, ("-.inf", "-.Inf", "-.INF")),
)
_WORDS: dict[str, Scalar] = {word: meaning for meaning, words in _MEANINGS for word in words}
_SPECIAL_STARTS = frozenset("yYnNtTfFoO~+-.0123456789")
_NUMBER_STARTS = frozenset("+-0123456789")
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX](?P<hex>[0-9a-fA-F]+)|0[bB](?P<binary>[01]+)|0[oO]?(?P<octal>[0-7]+)|(?P<decimal>0|[1-9][0-9]*))"
)
_BASES = {"hex": 16, "binary": 2, "octal": 8, "decimal": 10}
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar."""
    if text and text[0] not in _SPECIAL_STARTS:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        digits = text.replace("_", "")
        integer = _integer(digits)
        return integer if integer is not None else _float(digits, text)
    return _float(_BETWEEN_DIGITS.sub("", text), text) if text[0] == "." else text


def key_text(value: Scalar) -> str | None:
    """A scalar as a key of JSON, or None where it cannot be one."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return _short_float(value)
        case _:
            return None


def _integer(digits: str) -> int | None:
    match = _INTEGER.fullmatch(digits)
    if not match:
        return None
    kind = match.lastgroup or "decimal"
    number = int(match[1] + match[kind], _BASES[kind])
    highest = 2**63 - 1 if match[1] else 2**64 - 1
    return number if -(2**63) <= number <= highest else None


def _float(digits: str, text: str) -> float | str:
    if not _FLOAT.fullmatch(digits):
        return text
    number = float(digits)
    return text if math.isinf(number) else number


def _short_float(number: float) -> str:
    """As Go's `FormatFloat(number, 'g', -1, 32)` writes it: the fewest digits that are still this 32-bit float."""
    try:
        single = struct.pack("<f", number)
    except OverflowError:
        return ".inf" if number > 0 else "-.inf"
    shortest = next(t for t in (f"{number:.{digits}e}" for digits in range(17)) if struct.pack("<f", float(t)) == single)
    mantissa, _, power = shortest.partition("e")
    if -4 <= int(power) < 6:
        return f"{float(shortest):.{max(0, len(mantissa.partition('.')[2]) - int(power))}f}"
    return f"{mantissa}e{int(power):+03d}"
