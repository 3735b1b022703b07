"""Names as keys: lower-case ASCII letters, digits and hyphens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from itertools import count

_LONGEST = 63
"""Characters of a name in Kubernetes."""
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """`PyTorch (GPU)` -> `pytorch-gpu`; `x` where nothing is left."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _OTHER.sub("-", plain).strip("-") or "x"


def label(text: str) -> str:
    """A slug that is never too long for Kubernetes: of a long one the beginning, and what tells it from others."""
    name = slug(text)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 9].rstrip('-')}-{sha256(name.encode()).hexdigest()[:8]}"


def distinct_labels(texts: Iterable[str]) -> list[str]:
    """A label for each, numbered where an earlier one has it: `/a/b` and `/a-b` are `a-b` and `a-b-2`."""
    found: list[str] = []
    for text in texts:
        names = (label(text if number == 1 else f"{text} {number}") for number in count(1))
        found.append(next(name for name in names if name not in found))
    return found
