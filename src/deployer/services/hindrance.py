"""What keeps a step of the check from going well although the hub does its part."""

from __future__ import annotations

from deployer.errors import ServiceError


class HinderedError(ServiceError):
    """The cause lies outside of the hub: `cause` as in `OutsideError`."""

    def __init__(self, message: str, *, hint: str = "", cause: str) -> None:
        super().__init__(message, hint=hint)
        self.cause = cause
