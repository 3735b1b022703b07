"""Python inside values: it must at least be Python, told at the line where it is not."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import lru_cache
from typing import Any

from deployer.compiling.checks.tables import KINDS, kind_of
from deployer.compiling.checks.view import Values
from deployer.config.sourced import Layers
from deployer.model.place import KeyPath, Place

EXTRA = ("hub", "extraConfig")


def check_snippets(values: Values) -> None:
    """Each entry of `hub.extraConfig`."""
    said = values.get(*EXTRA)
    if said is None:
        return
    if not isinstance(said, dict):
        values.tell("values-not-a-mapping", EXTRA, key=True, found=KINDS[kind_of(said)])
        return
    for name, text in said.items():
        if not isinstance(text, str):
            if text is not None:
                values.tell("extra-config-not-text", (*EXTRA, name), name=name, found=KINDS[kind_of(text)])
            continue
        fault = fault_of(text)
        if fault:
            _tell(values, (*EXTRA, name), name, fault)


@lru_cache(maxsize=512)
def fault_of(text: str) -> tuple[int, int, str] | None:
    """(line, column, reason) of the first thing that is no Python; both count from 1. None where all is well."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "snippet", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno or 1, error.offset or 1, error.msg
    except ValueError as error:
        return 1, 1, str(error)
    return None


def _tell(values: Values, path: KeyPath, name: str, fault: tuple[int, int, str]) -> None:
    line, column, reason = fault
    values.tell("extra-config-syntax", path, name=name, line=line, reason=reason)
    exact = _inside_block(values, (*values.base, *path), line, column)
    if exact:
        values.problems[-1] = replace(values.problems[-1], place=exact)


def _inside_block(values: Values, path: KeyPath, line: int, column: int) -> Place | None:
    """The line of a block of text (`|`) in the file that says it."""
    layer = next((layer for layer in reversed(values.hub.layers) if layer.source.has((*layer.base, *path))), None)
    if layer is None or not isinstance(layer.source, Layers):
        return None
    for document_layer in layer.source.layers:
        at = (*document_layer.base, *layer.base, *path)
        found = document_layer.document.find(at)
        node: Any = found.node
        if found.depth == len(at) and getattr(node, "style", None) == "|":
            text = document_layer.document.text
            first = node.start_mark.line + 1
            lines = text.lines[first:]
            indent = next((len(shown) - len(shown.lstrip(" ")) for shown in lines if shown.strip()), 0)
            return text.place(first + line - 1, indent + column - 1)
    return None
