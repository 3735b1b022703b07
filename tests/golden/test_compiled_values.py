"""What each hub compiles to, leaf by leaf, with who set it.

After a deliberate change: `UPDATE_GOLDEN=1 pytest tests/golden`, then read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.compiled_hubs import compiled, fleet_of, hubs

from deployer.compiling.hub import Compiled
from deployer.compiling.layers import leaves
from deployer.compiling.snippets import source
from deployer.model.place import dotted
from deployer.model.release import HubRef

COMPILED = Path(__file__).parent / "compiled"
SNIPPETS = (
    "profile_groups.py",
    "github_teams.py",
    "admin_folders.py",
    "home_owner.py",
    "image_builder.py",
    "pull_content.sh",
)


@pytest.mark.parametrize(("fleet", "ref"), hubs(), ids=str)
def test_values_and_origins_are_those_on_record(fleet: str, ref: HubRef) -> None:
    record = COMPILED / fleet / f"{ref.cluster}.{ref.hub}.txt"
    told = _text(compiled(fleet_of(fleet), ref))
    if os.environ.get("UPDATE_GOLDEN"):
        record.parent.mkdir(parents=True, exist_ok=True)
        record.write_text(told)
    assert told == record.read_text()


def test_no_record_is_left_of_a_hub_that_is_gone() -> None:
    records = {path.relative_to(COMPILED).as_posix() for path in COMPILED.rglob("*.txt")}
    assert records == {f"{fleet}/{ref.cluster}.{ref.hub}.txt" for fleet, ref in hubs()}


def _text(hub: Compiled) -> str:
    release = hub.release
    lines = [f"{problem.severity}: {problem.place}: {problem.message}" for problem in hub.problems]
    for path, value in leaves(release.values):
        origin = release.origins[path]
        overrode = "".join(f"; overrode {lower}" for lower in origin.overrode)
        hidden = " (secret)" if path in release.secret_paths else ""
        lines.append(f"{dotted(path)}: {json.dumps(_shown(value))}{hidden}  # {origin}{overrode}")
    return "".join(f"{line}\n" for line in lines)


def _shown(value: Any) -> Any:
    """A snippet is known by its name here: its own tests know its text."""
    named = (name for name in SNIPPETS if isinstance(value, str) and source(name) in value)
    return next((f"<{name}>" for name in named), value)
