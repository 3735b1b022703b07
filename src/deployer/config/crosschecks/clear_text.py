"""Secrets that everybody can read who can read the fleet: values that look like secrets in plain files, and values in encrypted
files that are not encrypted themselves.

YAML and JSON are asked as data, so that it does not matter how a value is written. Code, scripts, comments and all other text are
asked line by line. What is told has a place and never an excerpt: the line has the secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from deployer.config.documents import Document, read_document
from deployer.config.encryption import is_encrypted, left_plain_by, plain_values
from deployer.config.loaded import LoadedFleet
from deployer.config.messages import problem
from deployer.config.secret_signs import BEGINNING, LEAST, TOKENS, is_random, is_secret_name
from deployer.config.shelf import Shelf
from deployer.config.source_text import SourceText, is_secret
from deployer.config.sourced import Layers
from deployer.model.place import KeyPath, Place, dotted
from deployer.model.problem import Problem

_TOKEN = re.compile(b"|".join(b"(%b)" % pattern for pattern in TOKENS.values()))
_WHAT = dict(enumerate(TOKENS, start=1))
_IN_AN_ADDRESS = re.compile(rb"""://[^/\s:@"'`]*:(?![$<{*]|%[({s])([^/\s@"'`]+)@""")
"""A password between a user's name and the host; not one that is filled in later, as `$PASSWORD` or `{password}`."""
_PLACEHOLDER = re.compile(
    rb"(?:my|your|the)?[-_]?(?:password|passwd|passphrase|pass|pwd|pw|secret|token|changeme|change-me|x+|\.+)", re.I
)
"""What stands in an example for a password."""
_LONGEST_NAME = 120
_EMAN = re.compile(rb"""[\s:+)"'\]]*([\w.-]+)""")
"""A name, read backwards from what separates it from its value: `'token'`, `environ["TOKEN"]`."""
_SCHEME = rb"(?:(?:[Bb]earer|[Bb]asic|[Tt]oken) +)?"
_VALUE = re.compile(
    rb"""[:=](?=[ \t"']*(?P<value>%b[A-Za-z0-9+/=_.~!@#$%%^*-]{16,})["']?\s*(?:[,;}\])#]|$))""" % _SCHEME, re.MULTILINE
)
_QUOTED = re.compile(rb"""[:=](?=[\s(\[]*[bru]{0,2}(["'])(?P<value>%b[^\s"']{16,})\1)""" % _SCHEME)
_CODE = (".py", ".jsonnet", ".libsonnet")
"""Where a value without quotes is a name."""
_DATA = re.compile(r"(?<!\.schema)\.(?:ya?ml|json)$")
_MENTIONED = re.compile(rb"secret|pass|pwd|token|key|credential|auth", re.IGNORECASE)
"""A plain document without any of these has no name of a secret, and need not be read as data."""


def check(fleet: LoadedFleet, shelf: Shelf) -> Iterator[Problem]:
    """Every file that people write."""
    known = _known(fleet)
    for path, content in shelf.tree.files.items():
        if b"\0" in content:
            continue
        encrypted = is_encrypted(content)
        asked = _DATA.search(path) and (encrypted or _MENTIONED.search(content))
        document = _document(path, content, known, shelf, encrypted=encrypted) if asked else None
        by_data = () if document is None else tuple(_plain(document) if encrypted else _named(document))
        yield from by_data
        # The text of an encrypted document has more than its data only in comments.
        if not (document and encrypted) or b"#" in content:
            yield from _by_text(SourceText(path, content), {found.place.line for found in by_data})


def _by_text(text: SourceText, told: set[int]) -> Iterator[Problem]:
    """What the text tells in other lines than those that are `told` of already."""
    for find in (_tokens, _in_addresses, _by_name):
        lines = set[int]()
        for at, what in find(text):
            place = _hidden(text, at)
            if place.line not in told:
                lines.add(place.line)
                yield problem("secret-in-clear", place, what=what)
        told |= lines


def _tokens(text: SourceText) -> Iterator[tuple[int, str]]:
    for begins in BEGINNING.finditer(text.content):
        if match := _TOKEN.match(text.content, begins.start()):
            yield match.start(), _WHAT[match.lastindex or 1]


def _in_addresses(text: SourceText) -> Iterator[tuple[int, str]]:
    for match in _IN_AN_ADDRESS.finditer(text.content):
        if not _PLACEHOLDER.fullmatch(match[1]):
            yield match.start(), "a password in an address"


def _by_name(text: SourceText) -> Iterator[tuple[int, str]]:
    """Random text after a name of a secret."""
    for match in (_QUOTED if text.file.endswith(_CODE) else _VALUE).finditer(text.content):
        before = text.content[max(0, match.start() - _LONGEST_NAME) : match.start()]
        eman = _EMAN.match(before[::-1])
        if eman and is_secret_name(name := eman[1][::-1].decode()) and is_random(match["value"].decode(errors="replace")):
            yield match.start() - eman.end(), _secret(name)


def _plain(document: Document) -> Iterator[Problem]:
    """Values of an encrypted file that are not."""
    setting = left_plain_by(document.data)
    for path in plain_values(document.data):
        code = "value-left-plain" if setting else "value-not-encrypted"
        yield problem(code, replace(document.place(path, key=True), excerpt=()), path=dotted(path), setting=setting)


def _named(document: Document) -> Iterator[Problem]:
    """Random values under names of secrets."""
    found: list[tuple[KeyPath, str]] = []
    _collect(document.data, (), "", found)
    for path, name in found:
        yield problem("secret-in-clear", replace(document.place(path, key=True), excerpt=()), what=_secret(name))


def _collect(node: Any, path: KeyPath, name: str, found: list[tuple[KeyPath, str]]) -> None:
    """Paths of random values, each with the name of a secret that it has. `name`: what the node itself is called."""
    for step, entry in node.items() if type(node) is dict else enumerate(node):
        if type(entry) is str:
            called = _called(node, step, name)
            if len(entry) >= LEAST and is_secret_name(called) and is_random(entry) and not _TOKEN.search(entry.encode()):
                found.append(((*path, step), called))
        elif type(entry) in (dict, list):
            _collect(entry, (*path, step), _called(node, step, name), found)


def _called(node: Any, step: str | int, name: str) -> str:
    """What a value is called: an item of a list as the list, `value` as what it is the value of."""
    if type(step) is not str:
        return name
    if step in ("key", "keys"):
        return f"{name}.{step}"
    return str(node.get("name", name)) if step == "value" else step


def _document(path: str, content: bytes, known: dict[str, Document], shelf: Shelf, *, encrypted: bool) -> Document | None:
    """The file as data; None where it cannot be read, of which others tell."""
    if encrypted and is_secret(path):
        return shelf.values(path)
    return shelf.read_before(path) or known.get(path) or read_document(path, content)[0]


def _known(fleet: LoadedFleet) -> dict[str, Document]:
    """Documents that hubs, support stacks and charts are made of, so that none is read twice."""
    clusters = fleet.clusters.values()
    layers = [layer for cluster in clusters for hub in cluster.hubs.values() for layer in hub.layers]
    layers += [layer for cluster in clusters for layer in cluster.support_layers]
    sources = [layer.source for layer in layers] + [
        source for chart in fleet.charts.values() for source in chart.sources.values()
    ]
    return {layer.document.file: layer.document for source in sources if isinstance(source, Layers) for layer in source.layers}


def _secret(name: str) -> str:
    return f"the secret `{name}`"


def _hidden(text: SourceText, at: int) -> Place:
    """Where it stands, without an excerpt: the line has the secret."""
    column = at - text.content.rfind(b"\n", 0, at)
    return Place(text.file, text.content.count(b"\n", 0, at) + 1, column)
