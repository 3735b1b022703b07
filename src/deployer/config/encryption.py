"""What an encrypted file tells by its bytes alone."""

from __future__ import annotations

import re

_KEY = re.compile(rb'^[ \t-]*"?([A-Za-z_][\w-]*)"?[ \t]*:', re.MULTILINE)
_BLOCK = re.compile(rb'^(?:sops:|[ \t]*"sops":|sops_mac=)', re.MULTILINE)


def is_encrypted(content: bytes) -> bool:
    """The file has been through sops: it carries sops' own block, with a checksum that is encrypted itself."""
    return b"ENC[AES256_GCM," in content and bool(_BLOCK.search(content))


def visible_keys(content: bytes) -> frozenset[str]:
    """The keys in a file that sops encrypted, at any depth: it encrypts the values only."""
    return frozenset(match.decode() for match in _KEY.findall(content)) if is_encrypted(content) else frozenset()
