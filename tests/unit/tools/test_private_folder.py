"""What is secret and must be in a file goes with its process, however that ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deployer.tools.private import private_folder

HOLDING = """
import sys
from deployer.tools.private import private_folder
with private_folder() as folder:
    (folder / "secret").write_text("s3cret")
    print(folder, flush=True)
    sys.stdin.read()
"""


def holding() -> tuple[subprocess.Popen[str], Path]:
    """A process that holds a folder, and the folder."""
    started = subprocess.Popen([sys.executable, "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    return started, Path(started.stdout.readline().strip())


def test_nobody_else_may_look_and_nothing_stays() -> None:
    with private_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "secret").write_text("s3cret")
    assert not folder.exists()


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays() -> None:
    killed, left = holding()
    living, used = holding()
    with killed, living:
        killed.kill()
        killed.wait()
        assert (left / "secret").exists()
        with private_folder() as ours:
            assert not left.exists()
            assert (used / "secret").exists()
            assert ours.exists()
        living.communicate("")
    assert not used.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder that is another user's")
def test_what_another_user_left_is_that_users() -> None:
    killed, left = holding()
    with killed:
        killed.kill()
    os.chown(left, 65534, 65534)
    with private_folder():
        assert left.exists()
    os.chown(left, 0, 0)
    with private_folder():
        assert not left.exists()
