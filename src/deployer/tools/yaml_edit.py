"""Edits of YAML files that people wrote: everything else in them, comments and order too, stays."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from deployer.model.place import KeyPath, dotted


def add_item(text: str, path: KeyPath, item: Any) -> str:
    """Put `item` at the end of the list at `path`, made where it is missing. What is there already is not put there twice.

    Raises ValueError where something else than a list stands there.
    """

    def edit(parent: Any, key: Any) -> None:
        existing = parent.setdefault(key, [])
        if not isinstance(existing, list):
            raise ValueError(f"`{dotted(path)}` is no list")
        if item not in existing:
            existing.append(item)

    return _edited(text, path, edit)


def set_value(text: str, path: KeyPath, value: Any) -> str:
    """Set what stands at `path`, with the mappings above it where they are missing. Raises ValueError where one is none."""

    def edit(parent: Any, key: Any) -> None:
        parent[key] = value

    return _edited(text, path, edit)


def quoted(text: str) -> str:
    """The text in double quotes, with escapes where it needs them."""
    stream = StringIO()
    yaml = _in_the_style_of("")
    yaml.default_flow_style = True
    yaml.dump([DoubleQuotedScalarString(text)], stream)
    return stream.getvalue().strip()[1:-1]


def _edited(text: str, path: KeyPath, edit: Callable[[Any, Any], None]) -> str:
    yaml = _in_the_style_of(text)
    document = yaml.load(text)
    parent = {} if document is None else document
    root = parent
    for depth, step in enumerate(path[:-1], start=1):
        if isinstance(parent, dict):
            parent = parent.setdefault(step, {})
        elif isinstance(parent, list) and isinstance(step, int) and step < len(parent):
            parent = parent[step]
        if not isinstance(parent, dict | list):
            raise ValueError(f"`{dotted(path[:depth])}` is no mapping")
    edit(parent, path[-1])
    stream = StringIO()
    yaml.dump(root, stream)
    return stream.getvalue()


def _in_the_style_of(text: str) -> YAML:
    """A reader and writer that keeps quotes and long lines, and indents as the text does."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 2**16
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    offset = _list_offset(text)
    yaml.indent(mapping=2, sequence=offset + 2, offset=offset)
    return yaml


def _list_offset(text: str) -> int:
    """By how many columns the dashes of the first block list stand to the right of its key; 2 where there is none."""
    match = re.search(r"^([ \t]*)[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\n(?:[ \t]*(?:#[^\n]*)?\n)*([ \t]*)- ", text, re.MULTILINE)
    return min(len(match[2]) - len(match[1]), 4) if match and len(match[2]) >= len(match[1]) else 2
