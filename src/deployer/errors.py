"""Everything that can go wrong, drawn once. Each class owns an exit code and every error says what to do next.

    DeployerError                        70  our bug unless a subclass says otherwise
    ├── ConfigurationError                1  the files are wrong; carries the problems
    ├── UsageError                        2  the command line is wrong
    │   └── UnknownNameError              2  no such cluster, hub, key ...: "perhaps you meant"
    ├── ExternalError                     4  something outside failed
    │   ├── NotAllowedError               4  the account may not do it
    │   ├── ToolMissingError              4  a program is not there, or too old
    │   ├── ToolFailedError               4  a program ended badly
    │   ├── MachineError                  4  this machine refused: port, disk, permission
    │   └── ServiceError                  4  an HTTP service answered wrongly, or not at all
    ├── RolledBackError                   5  unhealthy after the change; the old hub is back
    ├── GuardError                        6  a guard refused
    │   └── LockedError                   6  somebody else holds the lock
    └── UnhealthyError                    7  unhealthy, and not rolled back
        └── OutsideError                  7  what keeps it from running lies outside of it
            └── NoRoomError               7  no node takes it

Exit codes without a class: 0 done, 3 changes are pending (only with `--exit-code`), 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, ClassVar, Self

if TYPE_CHECKING:
    from deployer.model.problem import Problem

EXIT_PENDING = 3
EXIT_INTERRUPTED = 130

_WORST_FIRST = (70, 130, 7, 5, 4, 6, 2, 1, 3, 0)


class DeployerError(Exception):
    """A failure that the user is told in one message: `message` says what, `hint` what to do next."""

    exit_code: ClassVar[int] = 70
    code: ClassVar[str] = "internal"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def saying(self, more: str) -> Self:
        """The same failure, with one more line."""
        told = copy(self)
        told.message = f"{self.message}\n{more}"
        told.args = (told.message,)
        return told


class ConfigurationError(DeployerError):
    """The files of the fleet are wrong. `problems` has every one of them, sorted by place."""

    exit_code = 1
    code = "configuration"

    def __init__(self, problems: Sequence[Problem], *, hint: str = "") -> None:
        count = len(problems)
        super().__init__(f"{count} problem{'' if count == 1 else 's'} in the configuration", hint=hint)
        self.problems = tuple(problems)


class UsageError(DeployerError):
    """The command line asks for something that cannot be."""

    exit_code = 2
    code = "usage"


class UnknownNameError(UsageError):
    """A name on the command line that does not exist; the hint has the closest ones."""

    code = "unknown-name"


class ExternalError(DeployerError):
    """A tool, a cloud, a service or this machine failed."""

    exit_code = 4
    code = "external"


class NotAllowedError(ExternalError):
    """The account has no right to what was asked for."""

    code = "not-allowed"


class ToolMissingError(ExternalError):
    """A program that is needed is not there, or too old."""

    code = "tool-missing"


class ToolFailedError(ExternalError):
    """A program ended with an error; the message has its last lines."""

    code = "tool-failed"


class MachineError(ExternalError):
    """This machine refused: a port in use, a full disk, a folder that cannot be written."""

    code = "machine"


class ServiceError(ExternalError):
    """An HTTP service gave a wrong answer, or none."""

    code = "service"


class RolledBackError(DeployerError):
    """The change made a healthy hub sick; the old one is serving again."""

    exit_code = 5
    code = "rolled-back"


class GuardError(DeployerError):
    """A guard refused something that would lose data or break a rule."""

    exit_code = 6
    code = "guard"


class LockedError(GuardError):
    """Somebody else is changing the same hub or cluster."""

    code = "locked"


class UnhealthyError(DeployerError):
    """A hub is unhealthy and was not rolled back. `step`: where its check failed; empty where it failed otherwise."""

    exit_code = 7
    code = "unhealthy"

    def __init__(self, message: str, *, hint: str = "", step: str = "") -> None:
        super().__init__(message, hint=hint)
        self.step = step


class OutsideError(UnhealthyError):
    """What keeps a hub from running lies outside of it. `cause`: `room` on the nodes, a `volume`, an `image` that is still
    fetched, a `registry` that does not give one, the login `provider`, or people, of whom a hub is `full`."""

    code = "outside"

    def __init__(self, message: str, *, hint: str = "", cause: str = "", step: str = "") -> None:
        super().__init__(message, hint=hint, step=step)
        self.cause = cause


class NoRoomError(OutsideError):
    """No node takes a pod."""

    code = "no-room"

    def __init__(self, message: str, *, hint: str = "", cause: str = "room", step: str = "") -> None:
        super().__init__(message, hint=hint, cause=cause, step=step)


def worst_exit_code(codes: Iterable[int]) -> int:
    """The exit code that speaks for several: 70, 130, 7, 5, 4, 6, 2, 1, 3, then 0."""
    present = set(codes)
    return next((code for code in _WORST_FIRST if code in present), 70 if present else 0)
