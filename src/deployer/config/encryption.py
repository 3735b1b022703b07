"""What an encrypted file tells without a key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from deployer.model.place import KeyPath

SOPS = "sops"
"""The key below which sops keeps who may read the file."""

_KEY = re.compile(rb'^[ \t-]*"?([A-Za-z_][\w-]*)"?[ \t]*:', re.MULTILINE)
_ENCRYPTED = re.compile(r"ENC\[AES256_GCM,data:[^\]]*\]")
_PARTLY = ("encrypted_regex", "encrypted_suffix", "encrypted_comment_regex", "unencrypted_regex", "unencrypted_comment_regex")
"""Settings by which sops leaves values as they are. `unencrypted_suffix` is not among them: it stands in every file, and a key
that ends so says itself that its value is no secret."""
_BLOCK = re.compile(rb'^(?:sops:|[ \t]*"sops":|sops_mac=)', re.MULTILINE)


def is_encrypted(content: bytes) -> bool:
    """The file has been through sops: it carries sops' own block, with a checksum that is encrypted itself."""
    return b"ENC[AES256_GCM," in content and bool(_BLOCK.search(content))


def visible_keys(content: bytes) -> frozenset[str]:
    """The keys in a file that sops encrypted, at any depth: it encrypts the values only."""
    return frozenset(match.decode() for match in _KEY.findall(content)) if is_encrypted(content) else frozenset()


def plain_values(data: Mapping[str, Any]) -> tuple[KeyPath, ...]:
    """The values of an encrypted file that everybody can read. Nothing and empty text hide nothing: sops leaves them."""
    found: list[KeyPath] = []
    suffix = str(_settings(data).get("unencrypted_suffix") or "_unencrypted")
    _collect({key: entry for key, entry in data.items() if key != SOPS}, (), suffix, found)
    return tuple(found)


def left_plain_by(data: Mapping[str, Any]) -> str | None:
    """The setting by which sops encrypted parts of the file only."""
    settings = _settings(data)
    return next((name for name in _PARTLY if settings.get(name)), None)


def _settings(data: Mapping[str, Any]) -> Mapping[str, Any]:
    block = data.get(SOPS)
    return block if isinstance(block, dict) else {}


def _collect(node: Any, path: KeyPath, suffix: str, found: list[KeyPath]) -> None:
    for step, entry in _entries(node):
        if isinstance(step, str) and step.endswith(suffix):
            continue
        if isinstance(entry, dict | list):
            _collect(entry, (*path, step), suffix, found)
        elif entry not in (None, "") and not (isinstance(entry, str) and _ENCRYPTED.fullmatch(entry)):
            found.append((*path, step))


def _entries(node: Any) -> Iterator[tuple[str | int, Any]]:
    return iter(node.items() if isinstance(node, dict) else enumerate(node))
