"""Whom a problem concerns: hubs of which it was told, else those made from its file, else all for whom the file is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import replace

from deployer.config import paths
from deployer.config.messages import problem
from deployer.model.place import Place
from deployer.model.problem import Problem, Severity, of_hub
from deployer.model.release import HubRef


def of_files(problems: Iterable[Problem], made_from: Mapping[str, Set[HubRef]]) -> Iterator[Problem]:
    """Problems that nobody told of a hub, as those of the hubs that are made from their file."""
    for one in problems:
        hubs = () if one.hubs else made_from.get(one.place.file, ())
        yield replace(one, hubs=tuple(sorted(hubs, key=str))) if hubs else one


def concerns(one: Problem, cluster: str, hub: str | None = None) -> bool:
    """It is of this hub, or of any of the cluster; a problem of a cluster's or the fleet's own files is of all its hubs."""
    if one.hubs:
        return any(ref.cluster == cluster and hub in (None, ref.hub) for ref in one.hubs)
    return paths.cluster_of(one.place.file) in ("", cluster)


def unexplained(broken: Iterable[HubRef], problems: Iterable[Problem]) -> Iterator[Problem]:
    """For each hub that did not load without an error of its own an error: it must not pass for one without problems."""
    errors = [one for one in problems if one.severity is Severity.ERROR]
    for ref in broken:
        if not any(concerns(error, ref.cluster, ref.hub) for error in errors):
            place = Place(paths.hub_file(ref.cluster, ref.hub), 1, 1)
            yield from of_hub(ref, [problem("not-loaded", place, hub=ref)])
