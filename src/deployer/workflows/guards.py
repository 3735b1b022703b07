"""What is not done without a word from a person."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from deployer.errors import GuardError
from deployer.model.release import HubRef
from deployer.planning.homes import other_homes


def require_homes(ref: HubRef, before: Mapping[str, str], after: Mapping[str, str], allowed: Collection[str]) -> None:
    """Raises GuardError where people would find other homes than theirs, and nobody said that they may. `before` and `after` are
    documents by their titles, `allowed` addresses of what may be lost."""
    moved = other_homes(before, after)
    if moved and (address := f"hub:{ref}/homes") not in allowed:
        raise GuardError(
            "\n".join([f"homes on {ref} would appear empty:", *(f"  {reason}" for reason in moved)]),
            hint="Nothing was changed. Move the homes, or see that people keep the names after which theirs are called; "
            f"then allow it: --allow-destroy {address}",
        )
