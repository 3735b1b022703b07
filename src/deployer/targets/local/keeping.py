"""The record of the last deploy, and the way back to the one before."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from deployer.errors import MachineError
from deployer.targets.local.folder import LocalFolder
from deployer.tools.files import make_folder, remove_tree, write_atomically
from deployer.tools.machine import told

_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was deployed. `documents` hold digests where secrets stand; `settled`: its check has passed."""

    documents: dict[str, str]
    port: int
    first_port: int
    runtime: str
    deployed_at: str
    deployed_by: str
    jupyterhub: str = ""
    login: str = ""
    settled: bool = False


def read_record(folder: LocalFolder) -> Record | None:
    """The record of the last deploy; None where there was none or the file is damaged."""
    try:
        content: dict[str, Any] = json.loads(folder.record.read_bytes())
        return Record(**content["record"]) if content["version"] == _VERSION else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def records(folder: LocalFolder) -> tuple[Record, ...]:
    """The records of what runs and of what it would go back to."""
    found = (read_record(folder), read_record(LocalFolder(folder.previous)), read_record(LocalFolder(folder.earlier)))
    return tuple(record for record in found if record)


def write_record(folder: LocalFolder, record: Record) -> None:
    """Replace the record. Raises MachineError."""
    write_atomically(folder.record, json.dumps({"version": _VERSION, "record": asdict(record)}, indent=1))


def settle(folder: LocalFolder) -> None:
    """The last deploy stays; of what ran before it, its database is forgotten."""
    record = read_record(folder)
    if record and not record.settled:
        write_record(folder, replace(record, settled=True))
    if folder.previous.exists():
        remove_tree(folder.earlier)
        with told("keep what ran before in", folder.earlier):
            (folder.previous / folder.database.name).unlink(missing_ok=True)
            folder.previous.rename(folder.earlier)


def exchange(folder: LocalFolder) -> bool:
    """What runs and what ran before it change places; False where there is none, or it had another JupyterHub, whose database
    may differ."""
    record, earlier = read_record(folder), read_record(LocalFolder(folder.earlier))
    if record is None or earlier is None or record.runtime != earlier.runtime:
        return False
    for path in (folder.start / "values.json", folder.start / "settings.json", folder.record):
        now, before = path.read_bytes(), (folder.earlier / path.name).read_bytes()
        write_atomically(folder.earlier / path.name, now)
        write_atomically(path, before)
    return True


def keep_previous(folder: LocalFolder) -> None:
    """Put aside start files, record and database of what runs. A copy that an interrupted deploy left is the good one, and stays
    as long as that deploy's own state was never settled."""
    record = read_record(folder)
    if record is None or (folder.previous.exists() and not record.settled):
        return
    partial = folder.previous.with_suffix(".part")
    remove_tree(partial)
    remove_tree(folder.previous)
    make_folder(partial)
    with told("copy what runs now to", folder.previous):
        for path in (folder.start / "values.json", folder.start / "settings.json", folder.record):
            write_atomically(partial / path.name, path.read_bytes())
        if folder.database.exists():
            _copy_database(folder.database, partial / folder.database.name)
        partial.rename(folder.previous)


def bring_back(folder: LocalFolder) -> bool:
    """Put the start files and the record of the previous deploy in place again; False where there is none."""
    if not folder.previous.exists():
        return False
    for path in (folder.start / "values.json", folder.start / "settings.json", folder.record):
        _replace(path, (folder.previous / path.name).read_bytes())
    return True


def _replace(path: Path, content: bytes) -> None:
    """A file that is right already is left alone, as a full disk may be why we are here."""
    if not path.exists() or path.read_bytes() != content:
        write_atomically(path, content)


def migrated(folder: LocalFolder) -> bool:
    """The database has another schema than before the deploy."""
    kept = folder.previous / folder.database.name
    return kept.exists() and _schema(kept) != _schema(folder.database)


def bring_back_database(folder: LocalFolder) -> None:
    """Replace the database by the copy from before the deploy. Nobody may have it open."""
    kept = folder.previous / folder.database.name
    partial = folder.database.with_suffix(".part")
    with told("bring back the database", folder.database):
        for journal in ("-wal", "-shm", "-journal"):
            folder.database.with_name(folder.database.name + journal).unlink(missing_ok=True)
        shutil.copy2(kept, partial)
        partial.replace(folder.database)


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy of an SQLite database that others write (its online backup API). Raises MachineError."""
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
    except sqlite3.Error as error:
        hint = "Free some space where the disk is full; where the database is damaged, destroy the hub with its database."
        raise MachineError(f"the hub's database {source} cannot be copied: {error}", hint=hint) from error
    target.chmod(0o600)


def _schema(database: Path) -> str:
    """The revision of the schema, as Alembic keeps it; empty where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return ""
    return str(row[0]) if row else ""
