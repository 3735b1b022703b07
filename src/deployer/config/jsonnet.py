"""Values written in jsonnet: evaluated inside this process, with imports from the fleet's files alone."""

from __future__ import annotations

import json
import posixpath
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.config.yaml_nodes import MAX_DEPTH
from deployer.model.place import KeyPath, Place
from deployer.model.problem import Problem
from deployer.model.tree import FleetTree

SECONDS = 5.0
"""How long one file may take; a real one takes milliseconds."""

_AT = re.compile(r"/([^\s:()]+):\(?(\d+):(\d+)(?:-(\d+)\b)?")
_RUNTIME = "RUNTIME ERROR: "
_TOO_DEEP = object()
_UNDEFINED = re.compile(r"Undefined external variable: (\S+)")


@dataclass(frozen=True)
class Rendered:
    """The data that a jsonnet file gave. Its places are those of the key's name in the text, as far as it stands there."""

    text: SourceText
    data: Mapping[str, Any]

    @property
    def file(self) -> str:
        """Path in the fleet."""
        return self.text.file

    def place(self, path: KeyPath, *, key: bool = False) -> Place:
        """Where the path's last key is written, as far as the text has it: after the keys around it, where they are found."""
        keys = [step for step in path if isinstance(step, str)]
        around = 0
        for step in keys[:-1]:
            found = _written(step).search(self._whole, around)
            around = found.end() if found else around
        for step in reversed(keys):
            found = _written(step).search(self._whole, around) or _written(step).search(self._whole)
            if found:
                line = self._whole.count("\n", 0, found.start())
                return self.text.place(line, found.start() - self._whole.rfind("\n", 0, found.start()) - 1, len(step))
        return self.text.place(0, 0)

    @cached_property
    def _whole(self) -> str:
        return "\n".join(self.text.lines)

    def has(self, path: KeyPath) -> bool:
        """The file gives something at `path`."""
        node: Any = self.data
        for step in path:
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                return False
        return True

    def overrode(self, path: KeyPath) -> tuple[Place, ...]:
        """One file overrides nothing."""
        return ()


def _written(key: str) -> re.Pattern[str]:
    """A field of an object, quoted or not: `key:`, `'key'+:`, `key::`."""
    return re.compile(rf"(?<![\w-]){re.escape(key)}(?=['\"]?\]?[ \t]*\+?::?:?)")


class Evaluation:
    """One jsonnet file of the fleet, evaluated in a thread of its own from the moment this is made.

    `variables` are what `std.extVar` gives. The file's name begins with `/` as seen from inside (`std.thisFile`), the fleet's
    folder being the root.
    """

    def __init__(self, file: str, tree: FleetTree, variables: Mapping[str, str], *, seconds: float = SECONDS) -> None:
        self._text = SourceText(file, tree.files[file])
        self._tree = tree
        self._variables = variables
        self._seconds = seconds
        self._answers: list[tuple[str, str]] = []
        # Nothing can stop the runtime from outside: a thread that takes too long is left to itself, and dies with the process.
        self._thread = threading.Thread(target=self._work, daemon=True, name="jsonnet")
        self._thread.start()

    def _work(self) -> None:
        source = self._text.content.decode("utf-8", errors="replace")
        self._answers.append(_run(f"/{self._text.file}", source, self._tree, self._variables))

    def result(self) -> tuple[Rendered | None, Problem | None]:
        """The values, or what is wrong with the file."""
        odd = self._odd_byte()
        if odd is not None:
            return None, problem("not-utf8", self._text.place(*self._where(odd)), byte=f"0x{self._text.content[odd]:02x}")
        self._thread.join(self._seconds)
        if not self._answers:
            return None, problem("jsonnet-too-long", self._text.place(0, 0), seconds=int(self._seconds))
        output, complaint = self._answers[0]
        if complaint:
            return None, _told(complaint, self._text, self._tree, self._variables)
        data = _read(output)
        if data is _TOO_DEEP:
            return None, problem("yaml-too-deep", self._text.place(0, 0), limit=MAX_DEPTH)
        if not isinstance(data, dict):
            return None, problem("jsonnet-not-a-mapping", self._text.place(0, 0))
        return Rendered(self._text, data), None

    def _odd_byte(self) -> int | None:
        try:
            self._text.content.decode("utf-8")
        except UnicodeDecodeError as error:
            return error.start
        return None

    def _where(self, position: int) -> tuple[int, int]:
        before = self._text.content[:position].decode("utf-8", errors="replace")
        return before.count("\n"), len(before) - before.rfind("\n") - 1


def _read(output: str) -> Any:
    try:
        data = json.loads(output)
    except RecursionError:
        return _TOO_DEEP
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [
            below
            for node in level
            for below in (node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        ]
        if not level:
            return data
    return _TOO_DEEP


def _run(name: str, source: str, tree: FleetTree, variables: Mapping[str, str]) -> tuple[str, str]:
    """(output, "") or ("", the complaint)."""
    import _gojsonnet  # Loads a runtime of its own: only fleets with jsonnet pay for it.

    try:
        output = _gojsonnet.evaluate_snippet(name, source, ext_vars=dict(variables), import_callback=_importer(tree))
    except RuntimeError as error:
        return "", str(error)
    except UnicodeDecodeError as error:  # A complaint with bytes of its own behind it, see `_importer`.
        return "", error.object.decode("utf-8", errors="replace")
    return output, ""


def _importer(tree: FleetTree) -> Callable[[str, str], tuple[str, bytes]]:
    def fetch(folder: str, wanted: str) -> tuple[str, bytes]:
        path = posixpath.normpath(posixpath.join("/", folder, wanted))
        content = tree.files.get(path.removeprefix("/"))
        if content is None:
            # The runtime reads beyond the end of this text: only its first line is told.
            raise RuntimeError(f"`{wanted}` is no file of this fleet\n")
        return path, content

    return fetch


def _told(complaint: str, text: SourceText, tree: FleetTree, variables: Mapping[str, str]) -> Problem:
    found = _AT.search(complaint)
    place = text.place(0, 0)
    if found and found[1] in tree.files:
        line, column = int(found[2]) - 1, int(found[3]) - 1
        width = int(found[4]) - int(found[3]) if found[4] and int(found[4]) > int(found[3]) else 1
        place = SourceText(found[1], tree.files[found[1]]).place(line, column, width)
    said = complaint.removeprefix(_RUNTIME) if complaint.startswith(_RUNTIME) else complaint[found.end() if found else 0 :]
    reason = "".join(c for c in said.strip().partition("\n")[0] if c.isprintable()) or complaint
    if undefined := _UNDEFINED.search(complaint):
        return problem("jsonnet-variable", place, name=undefined[1], known=", ".join(sorted(variables)))
    if "importer error: " in reason:
        return problem("jsonnet-import", place, reason=reason.split("importer error: ")[1].rstrip("; "))
    return problem("jsonnet-error" if complaint.startswith(_RUNTIME) else "jsonnet-syntax", place, reason=reason)
