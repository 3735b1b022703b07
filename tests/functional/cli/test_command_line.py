"""What every command line can rely on: exit codes, where errors go, options on either side of the verb."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.program import deployer

from deployer import __version__

PROGRAM = "import typer\nfrom deployer.cli.app import app\nfrom deployer.__main__ import main\n"
"""The real program with a command of the test's own, to see how it ends when something goes wrong inside."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("fleets") / "fleet"
    assert deployer("new", "fleet", root, cwd=root.parent).code == 0
    return root


def test_the_version_is_told(tmp_path: Path) -> None:
    ended = deployer("--version", cwd=tmp_path)
    assert (ended.code, ended.out, ended.err) == (0, f"deployer {__version__}\n", "")


def test_help_lists_every_command(tmp_path: Path) -> None:
    ended = deployer("--help", cwd=tmp_path)
    assert ended.code == 0
    for command in ("validate", "deploy", "new", "explain", "schema"):
        assert f"\n  {command} " in ended.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ([], "missing command", "`deployer --help` lists what there is: validate, "),
        (["new"], "missing command", "fleet, cluster, hub"),
        (["validat"], "has no command `validat`", "perhaps you meant `validate`"),
        (["new", "fleat", "x"], "has no command `fleat`", "perhaps you meant `fleet`"),
        (["validate", "--formt", "json"], "no such option: --formt", "perhaps you meant `--format`"),
        (["validate", "dmeo"], "no cluster `dmeo`", "perhaps you meant `demo`"),
        (["validate", "demo", "welcom"], "no hub `welcom`", "perhaps you meant `welcome`"),
        (["validate", "--format", "xml"], "'--format'", "--help"),
        (["explain"], "missing argument 'cluster'", "--help"),
        (["explain", "demo", "welcome", "--format", "github"], "`explain` has no format `github`", "--format json"),
        (["schema", "hubb"], "no kind of file `hubb`", "perhaps you meant `hub`"),
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_is_2_and_says_what_was_perhaps_meant(
    fleet: Path, arguments: list[str], message: str, hint: str
) -> None:
    ended = deployer(*arguments, cwd=fleet)
    assert (ended.code, ended.out) == (2, "")
    assert message in ended.err.lower().splitlines()[0]
    assert hint in ended.err
    assert "Traceback" not in ended.err


def test_the_same_as_json_goes_to_stdout(fleet: Path) -> None:
    for arguments in (["validat", "--format", "json"], ["--format=json", "new", "x"], ["new", "--format", "json", "x"]):
        ended = deployer(*arguments, cwd=fleet)
        assert (ended.code, ended.err) == (2, "")
        assert ended.data["error"]["code"] == "unknown-name"
        assert ended.data["error"]["exit_code"] == 2


def test_without_a_fleet_it_says_how_to_name_one(tmp_path: Path) -> None:
    ended = deployer("validate", cwd=tmp_path)
    assert ended.code == 2
    assert "no fleet here" in ended.err
    assert "--fleet DIR" in ended.err


def test_the_fleet_is_found_from_every_folder_of_it_and_by_option_and_environment(fleet: Path, tmp_path: Path) -> None:
    found = [
        deployer("validate", cwd=fleet / "config" / "clusters" / "demo" / "hubs"),
        deployer("validate", "--fleet", fleet, cwd=tmp_path),
        deployer("--fleet", fleet, "validate", cwd=tmp_path),
        deployer("validate", cwd=tmp_path, DEPLOYER_FLEET=str(fleet)),
        deployer("--fleet", tmp_path / "none", "validate", "--fleet", fleet, cwd=tmp_path, DEPLOYER_FLEET="/none"),
    ]
    assert [ended.code for ended in found] == [0] * len(found), found


def test_the_state_goes_where_it_is_told(fleet: Path, tmp_path: Path) -> None:
    assert deployer("validate", "--state", tmp_path / "a", cwd=fleet).code == 0
    assert deployer("validate", cwd=fleet, DEPLOYER_STATE=str(tmp_path / "b")).code == 0
    assert (tmp_path / "a").is_dir()
    assert (tmp_path / "b").is_dir()


def test_a_bug_of_ours_is_70_and_leaves_a_report_without_messages(tmp_path: Path) -> None:
    boom = f"{PROGRAM}\n@app.command()\ndef boom():\n    raise ValueError('hunter2')\nmain()"
    done = subprocess.run([sys.executable, "-c", boom, "boom"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (70, "")
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr
    path = Path(done.stderr.split(" is in ")[1].splitlines()[0])
    report = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    path.unlink()
    for expected in (f"deployer: {__version__}", "python: ", "command: deployer boom", "builtins.ValueError", "in boom"):
        assert expected in report
    assert "hunter2" not in report


def test_debug_shows_the_traceback(fleet: Path) -> None:
    ended = deployer("validate", "nope", "--debug", cwd=fleet)
    assert ended.code == 2
    assert "Traceback" in ended.err


def test_debug_shows_what_is_done(fleet: Path, tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    noted = "did: keep an entry of this machine's memory\n"
    assert noted in deployer("validate", "--no-render", "--debug", "--state", state, cwd=fleet).err
    (tmp_path / "state" / "cache").rename(tmp_path / "elsewhere")
    assert noted not in deployer("validate", "--no-render", "--state", state, cwd=fleet).err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_130(tmp_path: Path, number: signal.Signals) -> None:
    wait = f"{PROGRAM}\n@app.command()\ndef wait():\n    print('here', flush=True)\n    import time; time.sleep(60)\nmain()"
    started = subprocess.Popen([sys.executable, "-c", wait, "wait"], cwd=tmp_path, stdout=-1, stderr=-1, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "here\n"
    started.send_signal(number)
    _, err = started.communicate(timeout=30)
    assert (started.returncode, err) == (130, "error: interrupted\n")


def test_a_reader_that_goes_away_is_no_failure(fleet: Path) -> None:
    started = subprocess.Popen([sys.executable, "-m", "deployer", "schema"], cwd=fleet, stdout=-1, stderr=-1, text=True)
    assert started.stdout is not None
    assert started.stderr is not None
    started.stdout.close()
    assert (started.wait(timeout=60), started.stderr.read()) == (0, "")
    started.stderr.close()


@pytest.mark.parametrize("words", ["schema", "explain demo welcome --format json", "nope --format json", "--help"])
def test_a_full_disk_behind_stdout_is_told_in_a_line(fleet: Path, words: str) -> None:
    ended = deployer(*words.split(), cwd=fleet, through=["sh", "-c", 'exec "$@" > /dev/full', "-"])
    first, hint = ended.err.splitlines()
    assert (ended.code, "No space left on device" in first, hint[:15]) == (4, True, "hint: Make room")


def test_a_stdout_that_is_closed_is_told_and_a_stderr_is_not(fleet: Path) -> None:
    ended = deployer("schema", cwd=fleet, through=["sh", "-c", 'exec "$@" >&-', "-"])
    assert (ended.code, "the output cannot be written: Bad file descriptor" in ended.err) == (4, True)
    for nowhere in ("&-", " /dev/full"):
        ended = deployer("validate", "nope", cwd=fleet, through=["sh", "-c", f'exec "$@" 2>{nowhere}', "-"])
        assert (ended.code, ended.out) == (2, "")


def test_a_broken_connection_inside_is_no_quiet_end(tmp_path: Path) -> None:
    broken = f"{PROGRAM}\n@app.command()\ndef broken():\n    raise BrokenPipeError(32, 'x')\nmain()"
    done = subprocess.run([sys.executable, "-c", broken, "broken"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 70
    Path(done.stderr.split(" is in ")[1].splitlines()[0]).unlink()


def on_a_terminal(arguments: list[str], cwd: Path, **env: str) -> str:
    """What a person sees on stderr."""
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "deployer", *arguments], cwd=cwd, stdout=-3, stderr=theirs, env={**os.environ, **env}, check=False
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        shown += part
    os.close(ours)
    return shown.decode()


def test_colours_are_for_terminals_whose_owner_wants_them(fleet: Path) -> None:
    assert "\x1b[" in on_a_terminal(["validate", "nope"], fleet, TERM="xterm", NO_COLOR="")
    plain = on_a_terminal(["validate", "nope"], fleet, TERM="xterm", NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)
    assert "no cluster `nope`" in plain
    assert "\x1b" not in deployer("validate", "nope", cwd=fleet).err


def test_a_narrow_encoding_is_no_failure(fleet: Path) -> None:
    ended = deployer("schema", "hub", cwd=fleet, PYTHONIOENCODING="ascii")
    assert ended.code == 0
    assert json.loads(ended.out)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("deployer val", ["validate"]),
        ("deployer validate d", ["demo"]),
        ("deployer validate demo ", ["welcome"]),
        ("deployer new f", ["fleet"]),
        ("deployer validate --no-r", ["--no-render"]),
    ],
)
def test_the_shell_completes_commands_clusters_hubs_and_options(fleet: Path, words: str, expected: list[str]) -> None:
    count = len(words.split()) - (not words.endswith(" "))
    env = {"_DEPLOYER_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(count)}
    ended = deployer(cwd=fleet, **env)
    assert ended.out.split() == expected


def test_completion_can_be_shown(tmp_path: Path) -> None:
    ended = deployer("--show-completion", "bash", cwd=tmp_path, _TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION="1")
    assert ended.code == 0
    assert "_DEPLOYER_COMPLETE" in ended.out
