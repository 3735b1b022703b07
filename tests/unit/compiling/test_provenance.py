"""Every leaf of every hub names the line that decides it: change that line, and the leaf is another one or gone.

The other way round, too: whatever is changed, a leaf that names no line stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

import pytest
import yaml
from tests.support.compiled_hubs import compiled, files_of, hubs

from deployer.compiling.layers import leaves
from deployer.config.loading import load_fleet
from deployer.model.place import KeyPath, Place, dotted
from deployer.model.release import HubRef, Release
from deployer.model.tree import FleetTree

GONE = object()
OTHERS: tuple[Any, ...] = (
    *("none", "everyone", "nobody", "aws", "kubeconfig", "disk", "notebook", "1m", "9h", "3G", "7.5", "1/3", "/other/path"),
    *("other.example.org", "other", "dummy", "tmp", "github", "r5.large", "0777", "https://other.example.org/x"),
    *(True, False, 0, 443, [], {}, None),
)


@pytest.mark.parametrize(("fleet", "ref"), hubs(), ids=str)
def test_a_leaf_changes_with_the_line_that_it_names_and_with_no_other(fleet: str, ref: HubRef) -> None:
    files = _files_around(fleet, ref)
    release = _release(files, ref)
    assert release is not None
    before = dict(leaves(release.values))
    named: dict[Place, set[KeyPath]] = {}
    for path in before:
        place = release.origins[path].place
        if place is not None:
            named.setdefault(place, set()).add(path)
    constant = {path for path in before if release.origins[path].place is None}
    unmoved: dict[str, str] = {}
    moved: dict[str, str] = {}
    for place, paths in named.items():
        waiting = set(paths)
        for changed in _changes(files[place.file].decode(), place):
            after = _values(files | {place.file: changed.encode()}, ref)
            if after is None:
                continue
            waiting = {path for path in waiting if after.get(path, GONE) == before[path]}
            moved |= {dotted(path): str(place) for path in constant if after.get(path, GONE) != before[path]}
            if not waiting:
                break
        unmoved |= {dotted(path): str(place) for path in waiting}
    assert unmoved == {}
    assert moved == {}


def _files_around(fleet: str, ref: HubRef) -> dict[str, bytes]:
    """The files that the hub is made from, and none of its sisters'."""
    folder = f"config/clusters/{ref.cluster}/"
    return {
        path: content
        for path, content in files_of(fleet).items()
        if not path.startswith("config/clusters/")
        or (path.startswith(folder) and ("/hubs/" not in path or not path.endswith(".yaml") or _is_of(path, ref)))
    }


def _is_of(path: str, ref: HubRef) -> bool:
    name = path.rpartition("/")[2]
    return name == f"{ref.hub}.yaml" or name.startswith("_")


def _release(files: Mapping[str, bytes], ref: HubRef) -> Release | None:
    fleet = load_fleet(FleetTree(files))
    cluster = fleet.clusters.get(ref.cluster)
    return compiled(fleet, ref).release if cluster and ref.hub in cluster.hubs else None


def _values(files: Mapping[str, bytes], ref: HubRef) -> dict[KeyPath, Any] | None:
    release = _release(files, ref)
    return None if release is None else dict(leaves(release.values))


def _changes(text: str, place: Place) -> Iterator[str]:
    """The file with what stands at the place replaced by something else, in several ways, and then taken away."""
    path = _path_at(yaml.compose(text, yaml.CSafeLoader), place)
    whole = yaml.load(text, yaml.CSafeLoader)
    old = _at(whole, path)
    for new in (*_like(old), *OTHERS):
        if new != old:
            yield _written(whole, path, lambda parent, step, new=new: parent.__setitem__(step, new))
            if path == ("login", "provider"):
                # Each provider has its own fields.
                yield _written(
                    {**whole, "login": {"allow": "everyone"}}, path, lambda login, step, new=new: login.update({step: new})
                )
    yield _written(whole, path, lambda parent, step: parent.__delitem__(step))


def _written(whole: Any, path: KeyPath, change: Callable[[Any, Any], None]) -> str:
    data = deepcopy(whole)
    change(_at(data, path[:-1]), path[-1])
    return yaml.dump(data, Dumper=yaml.CSafeDumper, sort_keys=False)


def _path_at(document: yaml.Node, place: Place) -> KeyPath:
    """What stands there: the value that begins at the place, else the value of the key that does."""
    nodes = list(_nodes(document))
    found = [
        path for begins in (lambda value, _: value, lambda _, key: key) for path, *marks in nodes if _is_at(begins(*marks), place)
    ]
    assert found, f"nothing begins at {place}:{place.column}"
    return found[0]


def _is_at(mark: yaml.Mark | None, place: Place) -> bool:
    return mark is not None and (mark.line + 1, mark.column + 1) == (place.line, place.column)


def _like(old: Any) -> Iterator[Any]:
    if isinstance(old, bool):
        yield not old
    elif isinstance(old, int | float):
        yield from (old + 1, old * 2)
    elif isinstance(old, str):
        if old[:1].isdigit():
            yield re.sub(r"\d+", lambda number: str(int(number[0]) + 1), old, count=1)
        yield from (f"{old}x", f"x{old}")


def _nodes(
    node: yaml.Node, path: KeyPath = (), key: yaml.Mark | None = None
) -> Iterator[tuple[KeyPath, yaml.Mark, yaml.Mark | None]]:
    """(path, where the value begins, where its key does) of every value, the innermost first."""
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _nodes(value, (*path, name.value), name.start_mark)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _nodes(value, (*path, index))
    yield path, node.start_mark, key


def _at(data: Any, path: KeyPath) -> Any:
    for step in path:
        data = data[step]
    return data
