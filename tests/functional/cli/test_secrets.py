"""`deployer secrets` with the real sops and age keys: what is written can be read by those whom .sops.yaml names, and by nobody
else; plain text is on no disk and no command line."""

from __future__ import annotations

import json
import os
import pty
import re
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyrage
import pytest
from tests.support.program import Ended

pytestmark = pytest.mark.functional

SECRET = "correct-horse-battery-staple-7"
FILE = "config/clusters/far/secrets/prod.secret.yaml"
CLUSTER = "name: far\nprovider: aws\naws: {account: '123456789012', region: us-west-2, cluster: far}\n"
HUB = "domain: far.example.org\nlogin: {provider: github, allow: {users: [ada]}}\n"


@dataclass
class Fleet:
    """A fleet with one hub, and the age keys of its people."""

    root: Path
    temporary: Path
    keys: dict[str, pyrage.x25519.Identity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, text in {
            "config/fleet.yaml": "{}\n",
            "config/clusters/far/cluster.yaml": CLUSTER,
            "config/clusters/far/hubs/prod.yaml": HUB,
        }.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
        self.temporary.mkdir()
        self.readers("ada")

    def readers(self, *names: str) -> None:
        """Write down who may read."""
        for name in names:
            self.keys.setdefault(name, pyrage.x25519.Identity.generate())
        public = ",".join(str(self.keys[name].to_public()) for name in names)
        (self.root / ".sops.yaml").write_text(f"creation_rules:\n  - path_regex: \\.secret\\.\n    age: {public}\n")

    @property
    def file(self) -> Path:
        return self.root / FILE

    def run(self, *arguments: str, by: str = "ada", stdin: str | None = "", **env: str) -> Ended:
        """Run the program as one of its people; `stdin` None: a terminal."""
        ours, theirs = pty.openpty()
        done = subprocess.run(
            [sys.executable, "-m", "deployer", *arguments, "--fleet", self.root, "--state", self.root / ".deployer"],
            cwd=self.root,
            env=self._environment(by) | env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **({"stdin": theirs} if stdin is None else {"input": stdin}),
        )
        os.close(ours)
        os.close(theirs)
        return Ended(done.returncode, done.stdout, done.stderr)

    def _environment(self, by: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DEPLOYER_", "SOPS_"))}
        key = self.keys.setdefault(by, pyrage.x25519.Identity.generate())
        return kept | {"SOPS_AGE_KEY": str(key), "TMPDIR": str(self.temporary), "XDG_CONFIG_HOME": str(self.temporary)}

    def in_clear(self) -> list[Path]:
        """Files of the fleet and of the temporary folder that have the secret."""
        files = (path for folder in (self.root, self.temporary) for path in folder.rglob("*") if path.is_file())
        return [path for path in files if SECRET.encode() in _content(path)]

    def set(self, key: str = "login.client_secret", value: str = SECRET) -> None:
        ended = self.run("secrets", "set", "far", "prod", key, stdin=value)
        assert ended.code == 0, ended.err


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path / "fleet", tmp_path / "temporary")


def editor(folder: Path, program: str) -> str:
    """An editor that runs a piece of Python on the file `path`."""
    script = folder / "editor.py"
    script.write_text(f"import os, pathlib, sys\npath = pathlib.Path(sys.argv[1])\n{program}\n")
    return f"{sys.executable} {script}"


@contextmanager
def watched(fleet: Fleet) -> Iterator[set[str]]:
    """Collects every command line of this test's programs, and every file with the secret, for as long as the block runs."""
    seen: set[str] = set()
    ended = threading.Event()

    def look() -> None:
        me = psutil.Process()
        while not ended.is_set():
            for process in me.children(recursive=True):
                try:
                    seen.update(process.cmdline())
                except psutil.Error:
                    continue
            seen.update(f"file {path}" for path in fleet.in_clear())
            ended.wait(0.02)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


def test_a_value_that_was_set_can_be_viewed_and_stands_nowhere_in_clear(fleet: Fleet) -> None:
    with watched(fleet) as seen:
        fleet.set()
        shown = fleet.run("secrets", "view", "far", "prod")
    assert shown.out == f"login:\n    client_secret: {SECRET}\n"
    assert any("sops" in word for word in seen), "the watcher saw no program at all"
    assert not [word for word in seen if SECRET in word or word.startswith("file ")]
    assert fleet.in_clear() == []
    assert "client_secret: ENC[" in fleet.file.read_text()


def test_a_value_that_is_set_leaves_the_others_as_they_are(fleet: Fleet) -> None:
    fleet.set("login.client_id", "an-id")
    before = fleet.file.read_text().splitlines()
    fleet.set()
    assert [line for line in before if "client_id" in line] == [
        line for line in fleet.file.read_text().splitlines() if "client_id" in line
    ]


def test_a_key_that_does_not_exist_is_refused_and_the_file_is_as_it_was(fleet: Fleet) -> None:
    fleet.set()
    ended = fleet.run("secrets", "set", "far", "prod", "login.client_sceret", stdin="x")
    assert (ended.code, "perhaps you meant `client_secret`" in ended.err) == (1, True), ended.err
    assert fleet.run("secrets", "view", "far", "prod").out == f"login:\n    client_secret: {SECRET}\n"


def test_the_first_key_being_a_wrong_one_leaves_no_file(fleet: Fleet) -> None:
    assert fleet.run("secrets", "set", "far", "prod", "logn.client_id", stdin="x").code == 1
    assert not fleet.file.exists()


def test_what_an_editor_saves_is_encrypted_and_its_file_was_private_and_is_gone(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set()
    note = tmp_path / "note.json"
    program = (
        f"pathlib.Path({str(note)!r}).write_text(__import__('json').dumps([str(path), path.stat().st_mode, path.read_text()]))\n"
        "path.write_text(path.read_text() + '    client_id: by-hand\\n')"
    )
    ended = fleet.run("secrets", "edit", "far", "prod", stdin=None, EDITOR=editor(tmp_path, program))
    assert ended.code == 0, ended.err
    path, mode, text = json.loads(note.read_text())
    note.unlink()
    assert (stat.S_IMODE(mode), Path(path).exists(), SECRET in text) == (0o600, False, True)
    assert "client_id: by-hand" in fleet.run("secrets", "view", "far", "prod").out
    assert fleet.in_clear() == []


def test_an_editor_that_changes_nothing_changes_nothing(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set()
    before = fleet.file.read_bytes()
    assert "nothing changed" in fleet.run("secrets", "edit", "far", "prod", stdin=None, EDITOR=editor(tmp_path, "pass")).out
    assert fleet.file.read_bytes() == before


def test_an_editor_that_fails_or_saves_what_is_wrong_changes_nothing(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set()
    before = fleet.file.read_bytes()
    assert fleet.run("secrets", "edit", "far", "prod", stdin=None, EDITOR=editor(tmp_path, "sys.exit(3)")).code == 4
    wrong = editor(tmp_path, "path.write_text('login: {client_sceret: ' + 'x}\\n')")
    ended = fleet.run("secrets", "edit", "far", "prod", "--format", "json", stdin=None, EDITOR=wrong)
    assert ended.code == 1, ended.err
    assert fleet.file.read_bytes() == before


def test_who_is_no_recipient_cannot_read_and_is_told_what_to_do(fleet: Fleet) -> None:
    fleet.set()
    for command in (["view", "far", "prod"], ["set", "far", "prod", "login.client_id"], ["rotate", "far", "prod"]):
        ended = fleet.run("secrets", *command, by="eve", stdin="x")
        assert (ended.code, SECRET in ended.out + ended.err) == (4, False)
        assert "Your key is not among the file's recipients" in ended.err
        assert "Traceback" not in ended.err


def test_a_value_that_somebody_pasted_in_clear_is_named_and_never_shown(fleet: Fleet) -> None:
    fleet.set("login.client_id", "an-id")
    fleet.set()
    encrypted = fleet.file.read_text()
    fleet.file.write_text(re.sub("client_secret: ENC.*", f"client_secret: {SECRET}", encrypted))
    told = fleet.run("validate")
    assert (told.code, f"{FILE}:3:5: error: `login.client_secret` is not encrypted" in told.out) == (1, True), told.out
    shown = fleet.run("secrets", "view", "far", "prod")
    assert (shown.code, "a value in it was written or changed by hand" in shown.err) == (4, True), shown.err
    assert SECRET not in told.out + told.err + shown.out + shown.err


def test_rotate_lets_in_whom_the_rules_name_now_and_shuts_out_the_others(fleet: Fleet) -> None:
    fleet.set()
    before = fleet.file.read_text()
    fleet.readers("ada", "bob")
    assert "cannot read this file" in fleet.run("validate").out
    assert fleet.run("secrets", "rotate", "far", "prod").code == 0
    assert "cannot read this file" not in fleet.run("validate").out
    assert SECRET in fleet.run("secrets", "view", "far", "prod", by="bob").out
    assert [line for line in before.splitlines() if line in fleet.file.read_text() and "client_secret" in line] == []
    fleet.readers("bob")
    told = fleet.run("validate")
    assert (told.code, "may read this file, and .sops.yaml does not name them" in told.out) == (1, True)
    assert fleet.run("secrets", "rotate", "far", "prod", by="bob").code == 0
    assert fleet.run("secrets", "view", "far", "prod").code == 4


def test_validate_reads_keys_without_a_key(fleet: Fleet) -> None:
    fleet.set()
    told = fleet.run("validate", by="eve")
    assert (told.code, "needs `login.client_id`, and this file has no such key" in told.out) == (1, True)
    fleet.set("login.client_id", "an-id")
    assert fleet.run("validate", by="eve").code == 0
