"""A hub's plan as a person reads it, and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deployer.model.plan import Plan
from deployer.reporting.problems import visible


def to_text(plan: Plan) -> str:
    """What would be done, why, and what this target cannot honour; ends with a newline."""
    return "".join(f"{visible(line)}\n" for line in _lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    if not plan.steps:
        yield f"{plan.ref}: nothing to do"
        return
    yield f"{plan.ref}:"
    for step in plan.steps:
        yield f"  {step.title}{f' ({step.pauses})' if step.pauses else ''}"
    if not plan.changes:
        yield "  No file differs; what runs is not healthy, or --force is given."
    for change in plan.changes:
        yield f"  {change.document}: {change.kind}"
        if change.kind == "changed":
            yield from (f"    {line}" for line in change.diff.splitlines()[2:])
    for notice in plan.notices:
        yield f"  note: {notice}"


def to_json(plan: Plan) -> dict[str, Any]:
    """`{"steps": [{"name", "title", "pauses"}], "changes": [{"document", "kind", "diff"}], "notices": [...]}`."""
    return {
        "steps": [{"name": step.name, "title": step.title, "pauses": step.pauses} for step in plan.steps],
        "changes": [{"document": change.document, "kind": change.kind, "diff": change.diff} for change in plan.changes],
        "notices": list(plan.notices),
    }
