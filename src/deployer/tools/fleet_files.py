"""The files of a fleet on this machine."""

from __future__ import annotations

import errno
import fnmatch
import os
import stat
from collections.abc import Callable
from io import FileIO
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import TypeAlias

from deployer.errors import MachineError, UsageError
from deployer.model.tree import MAX_FILE_BYTES, FleetTree
from deployer.tools.files import create, make_folder, write_atomically
from deployer.tools.machine import told

Wanted: TypeAlias = Callable[[str], bool]
"""Whether a file of this name is read."""

_CHART_FILES = ("Chart.yaml", "digests.yaml", "values*", "*.schema.*")
_RECIPIENTS = ".sops.yaml"
"""Who may read the fleet's encrypted files."""
_FILE_SUFFIXES = frozenset({".yaml", ".yml", ".json", ".jsonnet", ".libsonnet", ".py"})


class FolderFiles:
    """A fleet that is a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self) -> FleetTree:
        if not self.root.is_dir():
            raise UsageError(f"the fleet {self.root} is not a folder", hint="Name a fleet's folder by --fleet or DEPLOYER_FLEET.")
        reader = _Reader(self.root)
        reader.take("config", _everything, deeper=True)
        reader.take_file(_RECIPIENTS)
        for chart in reader.folders("helm-charts"):
            reader.take(chart, _of_a_chart, deeper=False)
        return FleetTree(MappingProxyType(reader.files), MappingProxyType(reader.faults))

    def write(self, path: str, text: str) -> None:
        target = self._inside(path)
        _make_parents(target)
        try:
            create(target, text)
        except FileExistsError:
            raise MachineError(
                f"{path} exists already and was left as it is", hint="Choose another name, or edit that file."
            ) from None

    def replace(self, path: str, text: str) -> None:
        target = self._inside(path)
        with told("read", target):
            mode = stat.S_IMODE(target.stat().st_mode)
        write_atomically(target, text, mode=mode)

    def _inside(self, path: str) -> Path:
        """The place of a path; a link on the way out of the fleet is refused."""
        root = self.root.resolve()
        target = (root / path).resolve()
        if not target.is_relative_to(root):
            raise MachineError(f"{path} leads out of the fleet {self.root}", hint="Name a path below the fleet's folder.")
        return target


def _make_parents(path: Path) -> None:
    for folder in reversed([parent for parent in path.parents if not parent.exists()]):
        make_folder(folder, mode=0o755)


def _everything(_name: str) -> bool:
    return True


def _of_a_chart(name: str) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in _CHART_FILES)


class _Reader:
    """Reads folders into `files`, and what cannot be read into `faults`; follows links, but never out of the fleet or in a
    circle. Hidden files are nobody's configuration and are passed over."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, str] = {}

    def folders(self, path: str) -> tuple[str, ...]:
        return tuple(f"{path}/{entry.name}" for entry in self._entries(path) if entry.is_dir())

    def take(self, path: str, wanted: Wanted, *, deeper: bool, above: frozenset[str] = frozenset()) -> None:
        """Every wanted file of a folder. `above` has the real paths of the folders on the way here."""
        real = os.path.realpath(f"{self._root}/{path}")
        if fault := self._fault_of_folder(real, above):
            self.faults[path] = fault
            return
        for entry in self._entries(path):
            inner = f"{path}/{entry.name}"
            status = self._status(inner, entry)
            if status is None:
                continue
            if not stat.S_ISDIR(status.st_mode):
                if wanted(entry.name):
                    self._file(inner, entry, status)
            elif PurePosixPath(entry.name).suffix in _FILE_SUFFIXES:
                self.faults[inner] = "not-a-file"
            elif deeper:
                self.take(inner, wanted, deeper=True, above=above | {real})

    def take_file(self, path: str) -> None:
        """One file at the fleet's root, where there is one, though it is hidden."""
        with os.scandir(self._root) as entries:
            for entry in entries:
                status = self._status(path, entry) if entry.name == path else None
                if status:
                    self._file(path, entry, status)

    def _fault_of_folder(self, real: str, above: frozenset[str]) -> str:
        if real in above:
            return "symlink-loop"
        return "" if self._within(real) else "outside-fleet"

    def _status(self, path: str, entry: os.DirEntry[str]) -> os.stat_result | None:
        try:
            return entry.stat()
        except OSError as error:
            self.faults[path] = "symlink-loop" if error.errno == errno.ELOOP else "unreadable"
            return None

    def _file(self, path: str, entry: os.DirEntry[str], status: os.stat_result) -> None:
        if entry.is_symlink() and not self._within(os.path.realpath(entry.path)):
            self.faults[path] = "outside-fleet"
        elif not stat.S_ISREG(status.st_mode):
            self.faults[path] = "special-file"
        elif status.st_size > MAX_FILE_BYTES:
            self.faults[path] = "file-too-big"
        else:
            try:
                with FileIO(entry.path) as file:
                    self.files[path] = file.readall()
            except OSError:
                self.faults[path] = "unreadable"

    def _within(self, real: str) -> bool:
        return real == self._root or real.startswith(self._root + os.sep)

    def _entries(self, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(f"{self._root}/{path}") as entries:
                return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
        except FileNotFoundError:
            return []
        except OSError as error:
            self.faults[path] = "not-a-folder" if error.errno == errno.ENOTDIR else "unreadable"
            return []
