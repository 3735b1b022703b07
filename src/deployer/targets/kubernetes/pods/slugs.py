"""The names that KubeSpawner 7 gives to what is one person's, by both of its schemes (`slug_scheme`)."""

from __future__ import annotations

import re
from hashlib import sha256

_LONGEST = 48
_HASH = 8
_FIT = re.compile(r"[a-z](?:[a-z0-9-]*[a-z0-9])?")
_OTHER = re.compile(r"[^a-z0-9]+")
_UNESCAPED = re.compile(rb"[a-z0-9]")


def names_of(user: str) -> re.Pattern[str]:
    """Matches the names of a person's pods and claims, those of named servers too, and nobody else's."""
    own = "|".join(re.escape(slug) for slug in (safe(user), escaped(user)))
    return re.compile(rf"(?:jupyter|claim)-(?:{own})(?:--(?!-).+)?")


def safe(user: str) -> str:
    """By the scheme `safe`: a name that does not fit gets a hash, so that no two are alike."""
    if _FIT.fullmatch(user) and len(user) <= _LONGEST and "--" not in user:
        return user
    longest = _LONGEST - _HASH - len("---")
    plain = _OTHER.sub("-", user.lower()).lstrip("-")[:longest].rstrip("-")
    if plain and not plain[0].isalpha():
        plain = f"x-{plain[: longest - 2]}"
    return f"{plain or 'x'}---{sha256(user.encode()).hexdigest()[:_HASH]}"


def escaped(user: str) -> str:
    """By the scheme `escape`: each byte that is no small letter or digit as its number."""
    letters = (bytes([byte]) for byte in user.encode())
    return "".join(letter.decode() if _UNESCAPED.fullmatch(letter) else f"-{letter.hex()}" for letter in letters)
