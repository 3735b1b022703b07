"""Cases of configuration: a folder each, laid over a base fleet, with the problems that must be told.

A case in `tests/config/cases/NAME/` has any of

- `config/...`, `helm-charts/...`, `.sops.yaml`: files that are added to the base fleet, or replace its own;
- `edits.txt`: changes to the base fleet, in blocks that begin with a file's path; then `removed`, or lines `- old` and
  `+ new`, where the old lines stand in the file one after the other, once;
- `base.txt`: the word `empty` for a case that does not begin with the base fleet;

and `expected.txt`: the text of all problems, as `deployer validate` tells them; empty where there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from deployer.compiling.checks import check_values
from deployer.compiling.hub import compile_hub
from deployer.config.documents import NOTHING_READ, Read
from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.model.problem import Problem, in_order
from deployer.model.tree import FleetTree

TESTS = Path(__file__).parent.parent
CASES = TESTS / "config" / "cases"
BASE = TESTS / "config" / "base"
_FLEET_FOLDERS = ("config", "helm-charts")


def read_tree(root: Path) -> dict[str, bytes]:
    """The files of a fleet's folder, without hidden ones."""
    found = [path for folder in _FLEET_FOLDERS for path in (root / folder).glob("**/[!.]*") if path.is_file()]
    found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    found += [path for path in (root / ".sops.yaml",) if path.exists()]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@cache
def base_files() -> dict[str, bytes]:
    """The base fleet, which has no problem. Copy before changing."""
    return read_tree(BASE)


@cache
def own_charts() -> FleetTree:
    """The charts that the deployer brings."""
    root = TESTS.parent
    return FleetTree({path: content for path, content in read_tree(root).items() if path.startswith("helm-charts/")})


def problems_of(tree: FleetTree, read: Read = NOTHING_READ) -> tuple[Problem, ...]:
    """Everything that is wrong with a fleet, up to its compiled values. `read`: documents that were read before."""
    fleet = load_fleet(tree, own_charts(), read)
    return in_order((*fleet.problems, *_compiled_problems(fleet)))


def _compiled_problems(fleet: LoadedFleet) -> Iterator[Problem]:
    for cluster in fleet.clusters.values():
        for hub in cluster.hubs.values():
            compiled = compile_hub(fleet, cluster, hub)
            yield from compiled.problems
            yield from check_values(hub, compiled.release, fleet.chart_of(hub))


def case_names() -> list[str]:
    """Every case, by its folder's name."""
    return sorted(path.name for path in CASES.iterdir() if path.is_dir())


def case_tree(name: str) -> FleetTree:
    """The fleet of a case."""
    folder = CASES / name
    empty = (folder / "base.txt").exists()
    files = {} if empty else dict(base_files())
    edits = folder / "edits.txt"
    if edits.exists():
        _edit(files, edits.read_text())
    return FleetTree(files | read_tree(folder))


@cache
def case_problems(name: str) -> tuple[Problem, ...]:
    """The problems of a case, worked out once for all tests."""
    return problems_of(case_tree(name))


def _edit(files: dict[str, bytes], edits: str) -> None:
    for block in re.split(r"^(?=\S+/\S+$)", edits, flags=re.MULTILINE):
        path, _, lines = block.strip("\n").partition("\n")
        if not path:
            continue
        if lines.strip() == "removed":
            del files[path]
            continue
        files[path] = replaced(files[path].decode(), lines).encode()


def replaced(text: str, lines: str) -> str:
    """`text` with its lines `- old` replaced by the lines `+ new`."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", lines + "\n", flags=re.MULTILINE):
        before, after = (re.sub(r"^[-+] ?", "", part, flags=re.MULTILINE) for part in (old, new))
        assert text.count(before) == 1, f"found {text.count(before)} times: {before!r}"
        text = text.replace(before, after)
    return text
