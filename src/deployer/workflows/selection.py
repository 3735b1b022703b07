"""Names on the command line against names in the fleet."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from deployer.errors import UnknownNameError


def known(kind: str, name: str, names: Iterable[str], *, of: str = "this fleet") -> str:
    """The name, where it is one of `names`. `kind` is the word for it: cluster, hub. Raises UnknownNameError."""
    existing = sorted(names)
    if name in existing:
        return name
    close = get_close_matches(name, existing, n=3, cutoff=0.5)
    if close:
        hint = f"perhaps you meant {' or '.join(f'`{match}`' for match in close)}"
    elif existing:
        hint = f"{of} has {_some(existing)}"
    else:
        hint = f"{of} has no {kind}s; `deployer new {kind}` writes one"
    raise UnknownNameError(f"{of} has no {kind} `{name}`", hint=hint)


def _some(names: list[str], count: int = 8) -> str:
    more = f" and {len(names) - count} more" if len(names) > count else ""
    return ", ".join(f"`{name}`" for name in names[:count]) + more
