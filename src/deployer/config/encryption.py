"""Whether a file is encrypted, told by its bytes alone."""

from __future__ import annotations

import re

_BLOCK = re.compile(rb'^(?:sops:|[ \t]*"sops":|sops_mac=)', re.MULTILINE)


def is_encrypted(content: bytes) -> bool:
    """The file has been through sops: it carries sops' own block, with a checksum that is encrypted itself."""
    return b"ENC[AES256_GCM," in content and bool(_BLOCK.search(content))
