"""The values of a hub, each with whoever set it, as a tree for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from deployer.model.place import KeyPath, dotted
from deployer.model.release import HubRef, Origin
from deployer.reporting.problems import columns, visible

HIDDEN = "********"
_COMMENT_COLUMN = 60
_LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedLeaf:
    """One value and who set it. `secret`: the value is not told."""

    path: KeyPath
    value: Any
    origin: Origin
    secret: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The values of a hub, or of the part of them that `key` names, in the order of the chart's contract.

    `note`: why there is no leaf. `problems` is how many errors there are about the hub: what is explained would not be deployed.
    """

    ref: HubRef
    chart: str
    key: str
    leaves: tuple[ExplainedLeaf, ...]
    note: str = ""
    problems: int = 0


def to_text(explanation: Explanation) -> str:
    """A YAML tree with each value's origin as a comment beside it; ends with a newline."""
    return "".join(f"{line}\n" for line in (*_heading(explanation), *_tree(explanation.leaves)))


def _heading(explanation: Explanation) -> Iterator[str]:
    about = f" of `{explanation.key}`" if explanation.key else ""
    yield visible(f"# values{about} of {explanation.ref}, for the chart {explanation.chart}")
    if explanation.problems:
        yield "# with errors, so that it would not be deployed: `deployer validate` tells them"
    if not explanation.leaves:
        yield f"# none: {explanation.note}"


def to_json(explanation: Explanation) -> dict[str, Any]:
    """Plain data by the schema `explain.json`."""
    return {
        "cluster": explanation.ref.cluster,
        "hub": explanation.ref.hub,
        "chart": explanation.chart,
        "key": explanation.key or None,
        "problems": explanation.problems,
        "note": explanation.note or None,
        "values": [_leaf_json(leaf) for leaf in explanation.leaves],
    }


def _leaf_json(leaf: ExplainedLeaf) -> dict[str, Any]:
    return {
        "path": list(leaf.path),
        "key": dotted(leaf.path),
        "value": None if leaf.secret else leaf.value,
        "secret": leaf.secret,
        "set_by": _origin_json(leaf.origin),
        "overrode": [_origin_json(origin) for origin in leaf.origin.overrode],
    }


def _origin_json(origin: Origin) -> dict[str, Any]:
    place = origin.place
    return {
        "source": origin.source,
        "key": origin.key or None,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def _tree(leaves: Sequence[ExplainedLeaf]) -> Iterator[str]:
    """One line a step that the line before does not share, and one a leaf."""
    before: KeyPath = ()
    for leaf in leaves:
        shared = _shared(before, leaf.path[:-1])
        for depth in range(shared, len(leaf.path) - 1):
            yield visible(f"{'  ' * depth}{_name(leaf.path[depth])}:")
        yield from _leaf_lines(leaf, len(leaf.path) - 1)
        before = leaf.path[:-1]


def _shared(one: KeyPath, other: KeyPath) -> int:
    """How many steps at the beginning are the same."""
    pairs = zip(one, other, strict=False)
    return next((depth for depth, (mine, theirs) in enumerate(pairs) if mine != theirs), min(len(one), len(other)))


def _leaf_lines(leaf: ExplainedLeaf, depth: int) -> Iterator[str]:
    name = f"{_name(leaf.path[-1])}: " if leaf.path else ""
    line = visible(f"{'  ' * depth}{name}{HIDDEN if leaf.secret else _value(leaf.value)}")
    padding = " " * max(2, _COMMENT_COLUMN - columns(line))
    overrode = "".join(f"; overrode {origin}" for origin in leaf.origin.overrode)
    yield f"{line}{padding}# {visible(f'{leaf.origin}{overrode}')}"


def _name(step: str | int) -> str:
    return f"[{step}]" if isinstance(step, int) else step


def _value(value: Any) -> str:
    """A scalar on one line. Of a longer text, how much there is of it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.count("\n") > 1:
        return f"<{value.count(chr(10)) + 1} lines>"
    if not isinstance(value, str):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return quoted if len(quoted) <= _LONGEST_VALUE else f"{quoted[:_LONGEST_VALUE]}… <{len(text)} characters>"
