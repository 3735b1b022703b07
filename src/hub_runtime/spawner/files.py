"""`singleuser.extraFiles`: small files that every server has, as the chart's Secret would hold them."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml

DEFAULT_MODE = 0o644


def content(file: Mapping[str, Any]) -> bytes:
    """What stands in the file: a text, base64, or data written in the format that the name's ending says."""
    if file.get("stringData") is not None:
        return str(file["stringData"]).encode()
    if file.get("binaryData") is not None:
        return base64.b64decode(file["binaryData"])
    data = file.get("data")
    if data is None:
        return b""
    ending = PurePosixPath(file["mountPath"]).suffix
    return (json.dumps(data) if ending == ".json" else yaml.safe_dump(data, sort_keys=False)).encode()


def write_source(path: str, file: Mapping[str, Any], uid: int | None) -> None:
    """Write the file to a place of the hub's own, from where it is mounted."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content(file))
        _belong(descriptor, file, uid)


def write_into_home(home: str, relative: str, file: Mapping[str, Any], uid: int | None) -> None:
    """Write the file below a home, whose owner may have put links anywhere: none is followed. Raises OSError."""
    *folders, name = PurePosixPath(relative).parts
    directory = os.open(home, os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for folder in folders:
            directory = _enter(directory, folder, uid)
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600, dir_fd=directory)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content(file))
            _belong(descriptor, file, uid)
    finally:
        os.close(directory)


def make_place_in_home(home: str, relative: str, uid: int | None) -> None:
    """Make the folder below a home where something is mounted, following no link. Raises OSError."""
    directory = os.open(home, os.O_DIRECTORY | os.O_NOFOLLOW)
    for folder in PurePosixPath(relative).parts:
        directory = _enter(directory, folder, uid)
    os.close(directory)


def _enter(directory: int, folder: str, uid: int | None) -> int:
    try:
        os.mkdir(folder, 0o755, dir_fd=directory)
        if uid is not None:
            os.chown(folder, uid, uid, dir_fd=directory, follow_symlinks=False)
    except FileExistsError:
        pass
    try:
        return os.open(folder, os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=directory)
    finally:
        os.close(directory)


def _belong(descriptor: int, file: Mapping[str, Any], uid: int | None) -> None:
    if uid is not None:
        os.fchown(descriptor, uid, uid)
    os.fchmod(descriptor, int(file.get("mode") or DEFAULT_MODE))
