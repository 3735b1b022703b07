"""Check a whole fleet: load, compile and check every hub, and tell all problems at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployer.config.ownership import concerns
from deployer.errors import UsageError
from deployer.model.problem import Problem
from deployer.model.protocols import Effects
from deployer.model.tree import FleetTree
from deployer.reporting.validation import ValidationReport
from deployer.workflows.selection import known
from deployer.workflows.verdicts import Verdict, from_bytes, to_bytes

if TYPE_CHECKING:
    from deployer.config.documents import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to tell about: the whole fleet, one cluster, or one hub."""

    cluster: str | None = None
    hub: str | None = None


def validate(effects: Effects, selection: Selection, *, render: bool, code: str, fetch: bool = False) -> ValidationReport:
    """Check the fleet. `code` is a digest of the deployer itself, as another deployer may judge otherwise. Tells how many hubs
    could not be rendered, and why; `fetch` gets the charts for it that are not on this machine.

    Raises UsageError where nothing is selected, UnknownNameError for a name that is not there.
    """
    began = effects.clock.monotonic()
    tree = effects.fleet.read()
    possible = effects.rendering.possible() if render else "nothing"
    key = f"verdict {code} {tree_digest(tree)} {possible} {fetch}"
    kept = effects.state.get(key)
    verdict = from_bytes(kept, key) if kept else None
    unchanged = verdict is not None
    if verdict is None:
        verdict = _judge(effects, tree, render=render, fetch=fetch)
        effects.state.put(key, to_bytes(verdict, key))
    for reason, hubs in verdict.untried.items():
        effects.progress.say(f"not rendered: {hubs} {'hub' if hubs == 1 else 'hubs'}, as {reason}")
    selected = _selected(verdict, selection)
    return ValidationReport(
        problems=tuple(problem for problem in verdict.problems if _is_asked_for(problem, selection)),
        clusters=len({cluster for cluster, _ in selected}),
        hubs=sum(hub is not None for _, hub in selected),
        seconds=effects.clock.monotonic() - began,
        unchanged=unchanged,
    )


def tree_digest(tree: FleetTree) -> str:
    """A digest of all contents, names and faults."""
    digest = hashlib.sha256()
    for path in sorted(tree.files):
        content = tree.files[path]
        digest.update(f"{len(path.encode(errors='surrogateescape'))} {len(content)} ".encode())
        digest.update(path.encode(errors="surrogateescape"))
        digest.update(content)
    for path in sorted(tree.faults):
        digest.update(f"\0{path}\0{tree.faults[path]}".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _judge(effects: Effects, tree: FleetTree, *, render: bool, fetch: bool) -> Verdict:
    """The whole work; imported here, as an unchanged fleet needs none of it. Its files are read while that is imported."""
    files = [(path, content) for path, content in tree.files.items() if path.startswith("config/") and path.endswith(".yaml")]
    read = effects.processors.meanwhile(_read, files)
    from deployer.workflows.judging import judge

    return judge(effects, tree, read(), render=render, fetch=fetch)


def _read(files: Sequence[tuple[str, bytes]]) -> Read:
    from deployer.config.documents import read_documents

    return read_documents(files)


def _selected(verdict: Verdict, selection: Selection) -> Iterable[tuple[str, str | None]]:
    """(cluster, hub) of what is selected, (cluster, None) for a cluster itself."""
    if selection.cluster is None:
        if not verdict.clusters:
            raise UsageError("the fleet has no clusters, so there is nothing to check", hint="`deployer new cluster` writes one")
        return [(cluster, hub) for cluster, hubs in verdict.clusters.items() for hub in (None, *hubs)]
    cluster = known("cluster", selection.cluster, verdict.clusters)
    hubs = verdict.clusters[cluster]
    if selection.hub is None:
        return [(cluster, hub) for hub in (None, *hubs)]
    return [(cluster, known("hub", selection.hub, hubs, of=f"cluster `{cluster}`"))]


def _is_asked_for(problem: Problem, selection: Selection) -> bool:
    return selection.cluster is None or concerns(problem, selection.cluster, selection.hub)
