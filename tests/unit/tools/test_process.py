"""Programs are started without what they need not know, and end with what started them."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from threading import Thread

import psutil
import pytest
from tests.support.hub_driver import wait_for

from deployer.errors import ToolFailedError, ToolMissingError
from deployer.tools.interruption import Interruption
from deployer.tools.process import SystemProcess

PROCESS = SystemProcess({**os.environ, "GITHUB_TOKEN": "s3cret"})
SHELL = "/bin/sh"


def test_a_program_does_not_get_what_it_was_not_given() -> None:
    told = PROCESS.run([SHELL, "-c", "env"], env={"GIVEN": "yes"}).stdout.splitlines()
    assert "GIVEN=yes" in told
    assert f"PATH={os.environ['PATH']}" in told
    assert not [line for line in told if "s3cret" in line]


def test_stdin_cwd_and_both_outputs_pass(tmp_path: Path) -> None:
    ended = PROCESS.run([SHELL, "-c", "pwd; cat; echo oops >&2; exit 3"], stdin="typed", cwd=tmp_path, check=False)
    assert (ended.code, ended.stdout, ended.stderr) == (3, f"{tmp_path}\ntyped", "oops\n")


def test_a_bad_end_has_the_last_lines_and_the_advice_but_no_arguments() -> None:
    with pytest.raises(ToolFailedError) as failure:
        PROCESS.run(
            [SHELL, "-c", "seq 100; seq 100 >&2; echo network is down >&2; exit 4"], advice={"network is down": "Plug it in."}
        )
    assert failure.value.message.startswith("`sh` ended with 4:\n  90\n")
    assert failure.value.message.endswith("  100\n  network is down")
    assert failure.value.hint == "Plug it in."


def test_a_program_that_is_not_there_is_told() -> None:
    with pytest.raises(ToolMissingError, match="`nothing-of-this-name` is needed and not there"):
        PROCESS.run(["nothing-of-this-name"])
    assert PROCESS.which("nothing-of-this-name") is None


def _sleeping(seconds: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.cmdline() == ["sleep", seconds]:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_what_takes_too_long_ends_with_all_that_it_started() -> None:
    with pytest.raises(ToolFailedError, match=r"did not end within 0\.5 seconds"):
        PROCESS.run([SHELL, "-c", "sleep 98761 & sleep 98761"], timeout=0.5)
    wait_for("the end of both", lambda: not _sleeping("98761"))


def test_ctrl_c_ends_the_program_and_all_that_it_started() -> None:
    nap = str(98_000_000 + os.getpid())
    code = (
        "import os\n"
        "from deployer.tools.process import SystemProcess\n"
        f"SystemProcess(os.environ).run(['/bin/sh', '-c', 'trap \"\" TERM; sleep {nap} & sleep {nap}'])\n"
    )
    caller = psutil.Popen([sys.executable, "-c", code], stderr=-3)
    wait_for("both programs", lambda: len(_sleeping(nap)) == 2)
    caller.send_signal(2)
    caller.wait(30)
    wait_for("the end of both", lambda: not _sleeping(nap))


def test_an_interruption_ends_the_program_that_a_thread_waits_for_and_lets_the_next_run() -> None:
    nap, interruption, ended = str(97_000_000 + os.getpid()), Interruption(), list[str]()
    process = SystemProcess(os.environ, interruption=interruption)

    def work() -> None:
        with interruption.reaches():
            with pytest.raises(KeyboardInterrupt):
                process.run(["sleep", nap], stdin="unread")
            ended.append(process.run([SHELL, "-c", "cat; sleep 1"], stdin="undone").stdout)

    thread = Thread(target=work, daemon=True)
    thread.start()
    wait_for("the program", lambda: _sleeping(nap))
    interruption.begin()
    thread.join(30)
    assert (_sleeping(nap), ended) == ([], ["undone"])


def test_a_daemon_lives_in_a_session_of_its_own_with_a_private_log(tmp_path: Path) -> None:
    log = tmp_path / "daemon.log"
    pid = PROCESS.start([SHELL, "-c", "echo up; exec sleep 98763"], cwd=tmp_path, env={}, log=log)
    try:
        wait_for("its log", lambda: log.read_text() == "up\n")
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        assert os.getsid(pid) == pid
    finally:
        psutil.Process(pid).kill()
    wait_for("no zombie", lambda: not psutil.pid_exists(pid))


def test_the_journal_learns_which_program_ran_and_not_what_it_was_told() -> None:
    class Notes(list[str]):
        def did(self, effect: str) -> None:
            self.append(effect)

    notes = Notes()
    process = SystemProcess(os.environ, notes)
    process.run(["/bin/sh", "-c", "true # s3cret"])
    process.run(["false"], check=False)
    assert notes == ["run `sh`", "run `false`"]
