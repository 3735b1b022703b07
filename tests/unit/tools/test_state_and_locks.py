"""This machine's memory survives damage; its files are whole or not there; its locks end with their holders."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deployer.errors import LockedError, MachineError
from deployer.tools.clock import SystemClock
from deployer.tools.files import create, make_folder, remove_tree, write_atomically
from deployer.tools.locks import FileLock
from deployer.tools.machine import refusal
from deployer.tools.state import StateFolder, prepare


@dataclass
class Said:
    """Progress that remembers."""

    lines: list[str] = field(default_factory=list)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.lines.append(title)
        yield

    def say(self, message: str) -> None:
        self.lines.append(message)

    def about(self, subject: str) -> AbstractContextManager[None]:
        return nullcontext()

    def warn(self, message: str) -> None:
        self.lines.append(message)


def test_what_is_put_is_got_until_it_is_damaged(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    assert state.get("verdict") is None
    state.put("verdict", b"good")
    assert state.get("verdict") == b"good"
    (entry,) = (tmp_path / "state" / "cache").iterdir()
    entry.write_bytes(entry.read_bytes()[:-1] + b"x")
    assert state.get("verdict") is None


def test_git_does_not_see_the_state_folder(tmp_path: Path) -> None:
    prepare(tmp_path / "state")
    assert (tmp_path / "state" / ".gitignore").read_text() == "*\n"


def test_a_state_folder_that_cannot_be_made_costs_speed_only(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file stands here")
    state = StateFolder(tmp_path / "state")
    state.put("verdict", b"good")
    assert state.get("verdict") is None


def test_the_digest_key_is_kept_only_when_asked_and_private(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "state")
    assert state.digest_key(keep=False) != state.digest_key(keep=False)
    assert not (tmp_path / "state").exists()
    key = state.digest_key(keep=True)
    assert (len(key), state.digest_key(keep=False)) == (32, key)
    assert (tmp_path / "state" / "digest.key").stat().st_mode & 0o777 == 0o600


def test_a_file_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    """RLIMIT_FSIZE refuses as a full disk does: in the middle of a write."""
    path = tmp_path / "values.json"
    write_atomically(path, "old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(MachineError, match="larger than this process may write"):
            write_atomically(path, "new" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["values.json"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_file_is_never_written_over_another(tmp_path: Path) -> None:
    create(tmp_path / "a", "first")
    with pytest.raises(FileExistsError):
        create(tmp_path / "a", "second")
    assert [(entry.name, entry.read_text()) for entry in tmp_path.iterdir()] == [("a", "first")]


def test_folders_have_their_mode_and_go_with_what_is_in_them(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "a" / "b", mode=0o711)
    assert folder.stat().st_mode & 0o777 == 0o711
    (folder / "c").write_text("x")
    remove_tree(tmp_path / "a")
    remove_tree(tmp_path / "a")
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.ENAMETOOLONG, "File name too long"),
    ],
)
def test_a_refusal_says_what_where_and_why(number: int, words: str) -> None:
    told = refusal(OSError(number, os.strerror(number)), "write", "/somewhere")
    assert told.message == f"could not write /somewhere: {words}"
    assert told.hint


HOLDER = """
import sys, pathlib
from deployer.tools.clock import SystemClock
from deployer.tools.locks import FileLock
with FileLock(pathlib.Path(sys.argv[1]), "alice", SystemClock(), None).held("it"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process holds the lock until its stdin closes."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdin=-1, stdout=-1, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_a_lock_says_who_holds_it_and_gives_up_in_time(tmp_path: Path) -> None:
    said = Said()
    lock = FileLock(tmp_path / "locks" / "demo", "bob", SystemClock(), said, patience=0.5)
    with held_by_another(lock.path) as holder, pytest.raises(LockedError) as refused, lock.held("hub demo/welcome"):
        pass
    assert f"hub demo/welcome is being changed by alice (pid {holder.pid}, since 2" in said.lines[0]
    assert f"by alice (pid {holder.pid}" in refused.value.message


def test_a_lock_goes_to_the_next_when_its_holder_is_killed(tmp_path: Path) -> None:
    said = Said()
    lock = FileLock(tmp_path / "demo", "bob", SystemClock(), said, patience=30)
    with held_by_another(lock.path) as holder:
        holder.kill()
        with lock.held("it"):
            assert '"user": "bob"' in lock.path.read_text()
    assert lock.path.read_text() == ""
