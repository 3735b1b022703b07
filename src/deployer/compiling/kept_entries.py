"""What basehub's own lists hold stays there when a hub's values say the list: Helm replaces lists, and the landing page would be
gone without a word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployer.compiling.layers import below, leaves
from deployer.model.place import KeyPath, value_at
from deployer.model.release import merged

_LISTS: tuple[KeyPath, ...] = (
    ("hub", "extraVolumes"),
    ("hub", "extraVolumeMounts"),
    ("hub", "templatePaths"),
    ("hub", "config", "KubeSpawner", "additional_profile_form_template_paths"),
)
_OWN = "deployer-templates"


def with_kept_entries(
    values: dict[str, Any], upstream: KeyPath, defaults: Mapping[str, Any]
) -> tuple[dict[str, Any], frozenset[KeyPath]]:
    """The values with our entries of the chart's `defaults` behind the hub's own, and the leaves that this added. A list that
    somebody took away by null stays away."""
    added: set[KeyPath] = set()
    for path in ((*upstream, *path) for path in _LISTS):
        said = value_at(values, path)
        if not isinstance(said, list) or any(_is_ours(entry) for entry in said):
            continue
        if ours := [entry for entry in value_at(defaults, path) or [] if _is_ours(entry)]:
            values = merged(values, below(path, [*said, *ours]))
            added |= {(*path, *leaf) for index, entry in enumerate(ours, len(said)) for leaf, _ in leaves(entry, (index,))}
    return values, frozenset(added)


def _is_ours(entry: Any) -> bool:
    name = entry.get("name") if isinstance(entry, Mapping) else entry
    return isinstance(name, str) and name.endswith(_OWN)
