"""Names as keys: lower-case ASCII letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata

_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """`PyTorch (GPU)` -> `pytorch-gpu`; `x` where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-") or "x"
