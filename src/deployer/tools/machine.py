"""What this machine refuses, in words."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deployer.errors import MachineError

_PLACE = " another place: the deployer's own state is where DEPLOYER_STATE says, other files where the command is told."
_ELSEWHERE = f"Choose{_PLACE}"

_WORDS: Mapping[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", f"Free some space, then run the same command again. Or choose{_PLACE}"),
    errno.EDQUOT: ("your disk quota is used up", f"Free some space, then run the same command again. Or choose{_PLACE}"),
    errno.EFBIG: ("the file would be larger than this process may write", "Raise the limit (`ulimit -f`), then try again."),
    errno.EROFS: ("the file system is read-only", _ELSEWHERE),
    errno.EACCES: ("permission denied", f"Give yourself the right to write there. Or choose{_PLACE}"),
    errno.EPERM: ("operation not permitted", f"Give yourself the right to write there. Or choose{_PLACE}"),
    errno.ENOTDIR: ("a file stands where a folder is needed", "Move that file away, then try again."),
    errno.EISDIR: ("a folder stands where a file is needed", "Move that folder away, then try again."),
    errno.ELOOP: ("symbolic links lead in a circle", "Remove one of the links, then try again."),
    errno.EMFILE: ("too many files are open", "Raise the limit (`ulimit -n`), then try again."),
    errno.ENOMEM: ("this machine has no memory left", "Stop something else, then try again."),
    errno.EAGAIN: ("this machine lets no further process start", "Stop something else, or raise `ulimit -u`, then try again."),
}


def refusal(error: OSError, doing: str, path: Path | str | None = None) -> MachineError:
    """The MachineError for a failed system call. `doing` completes "could not ...": "write", "start the hub"."""
    where = path if path is not None else error.filename
    reason, hint = _WORDS.get(error.errno or 0, (error.strerror or str(error), _ELSEWHERE))
    return MachineError(f"could not {doing}{f' {where}' if where else ''}: {reason}", hint=hint)


@contextmanager
def told(doing: str, path: Path | str | None = None) -> Iterator[None]:
    """An OSError inside becomes a MachineError that says what could not be done, where and why."""
    try:
        yield
    except OSError as error:
        raise refusal(error, doing, path) from error
