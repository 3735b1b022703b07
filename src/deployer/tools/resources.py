"""What an installed deployer carries besides its code."""

from __future__ import annotations

import hashlib
import os
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path

import deployer

_PACKAGE = Path(deployer.__file__).parent


def resource(name: str) -> Path:
    """The file or folder `name` (`config`, `helm-charts`, `requirements/hub.txt`, `requirements/proxy`): below the package in
    a wheel, at the project's root in a checkout."""
    carried = _PACKAGE / "_data" / name
    return carried if carried.exists() else _PACKAGE.parent.parent / name


def carried_fleet() -> Path:
    """The fleet that the deployer carries: `helm-charts/`, and in `config/` an example of each kind of cluster."""
    return resource("config").parent


def hub_runtime_sources() -> Path:
    """The package `hub_runtime`, which stands beside `deployer` and is never imported by it."""
    return _PACKAGE.parent / "hub_runtime"


def code_digest() -> str:
    """A digest of everything that decides what the deployer says of a fleet: its own files, its charts, the packages beside it.

    The names of the packages' folders have their versions; they stand in for their contents.
    """
    digest = hashlib.sha256(sys.version.encode())
    for package in sorted(Path(sysconfig.get_path("purelib")).glob("*.dist-info")):
        digest.update(package.name.encode())
    for folder in (_PACKAGE, resource("helm-charts")):
        for path in _files_below(str(folder)):
            with FileIO(path) as file:
                digest.update(hashlib.sha256(file.readall()).digest())
    return digest.hexdigest()


def folder_digest(folder: Path) -> str:
    """A digest of the names and contents of all files below a folder, as far as they can be read; links to folders are not
    followed."""
    digest = hashlib.sha256()
    for path, _, names in sorted(os.walk(folder)):
        for file in (f"{path}/{name}" for name in sorted(names)):
            digest.update(file.removeprefix(str(folder)).encode(errors="surrogateescape"))
            with suppress(OSError):
                if Path(file).is_file():
                    digest.update(hashlib.sha256(Path(file).read_bytes()).digest())
    return digest.hexdigest()


def _files_below(folder: str) -> Iterator[str]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files_below(entry.path)
        else:
            yield entry.path
