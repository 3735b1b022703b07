"""Keys without a value that merging drops, though they cannot mean "take away what a lower layer says"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from deployer.config.faults import with_value
from deployer.config.model_fields import fields_of, free_values, kinds_at
from deployer.config.sourced import Layers


def with_lost_keys(model: type[BaseModel], source: Layers, *, partial: bool) -> Any:
    """The merged data, and in it the keys that would be lost without a word, so that the model refuses them."""
    data: Any = source.data
    for path, takes in source.nulls():
        # What is below a part is not known: neither the choice among models, nor what a null takes away.
        kinds = kinds_at(model, path[:-1], {} if partial else source.data)
        if not takes and _is_lost(kinds, str(path[-1]), partial=partial):
            data = with_value(data, path, None)
    return data


def _is_lost(kinds: Sequence[Any], key: str, *, partial: bool) -> bool:
    """Unknown, or an entry that has nothing where its settings belong."""
    entries = free_values(kinds)
    if entries:
        return not partial and any(fields_of(entry) for entry in entries)
    known = [fields for kind in kinds if (fields := fields_of(kind))]
    return bool(known) and not any(key in fields for fields in known)
