"""The fleet's documents, each read once, with what is wrong with them."""

from __future__ import annotations

from deployer.config.documents import NOTHING_READ, Document, Read, read_document
from deployer.config.messages import problem
from deployer.config.source_text import SourceText
from deployer.model.place import Place
from deployer.model.problem import Problem
from deployer.model.tree import MAX_FILE_BYTES, FleetTree

_LIMIT = MAX_FILE_BYTES // 2**20
"""In MB, as messages say it."""


class Shelf:
    """Gives documents of a tree by path and collects their problems. `read`: those that were read before."""

    def __init__(self, tree: FleetTree, read: Read = NOTHING_READ) -> None:
        self.tree = tree
        self._read = read
        self.problems: list[Problem] = [problem(fault, Place(path, 1, 1), limit=_LIMIT) for path, fault in tree.faults.items()]
        self._documents: dict[str, Document | None] = {}
        self._unreadable: dict[tuple[str, int, int], set[str]] = {}
        """Where a value could not be read as YAML: file, line, column; and the codes of what was said of it."""

    def exists(self, path: str) -> bool:
        """A file, though perhaps not a readable one."""
        return path in self.tree.files or path in self.tree.faults

    def was_read(self, path: str) -> bool:
        """Somebody asked for it as a document."""
        return path in self._documents

    def read_before(self, path: str) -> Document | None:
        """The document, where somebody has read it already; this does not count as asking for it."""
        return self._documents.get(path) or self._read.get(path, (None,))[0]

    def typed(self, path: str) -> Document | None:
        """A file with a model of ours; None where it cannot be read."""
        return self._document(path, typed=True)

    def values(self, path: str) -> Document | None:
        """A file in a chart's own words, which may be empty and have any keys; None where it cannot be read."""
        return self._document(path, typed=False)

    def causes(self) -> list[Problem]:
        """The problems, without what others say of a value that could not be read: that follows from it."""
        if not self._unreadable:
            return self.problems
        return [p for p in self.problems if p.code in self._unreadable.get(_spot(p), (p.code,))]

    def text(self, path: str) -> str | None:
        """A file as text; None where it is not there or not UTF-8."""
        content = self.tree.files.get(path)
        if content is None:
            return None
        if len(content) > MAX_FILE_BYTES:
            self.problems.append(problem("file-too-big", Place(path, 1, 1), limit=_LIMIT))
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            source = SourceText(path, content)
            line = content.count(b"\n", 0, error.start)
            column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8-sig"))
            self.problems.append(problem("not-utf8", source.place(line, column), byte=f"0x{content[error.start]:02x}"))
            return None

    def _document(self, path: str, *, typed: bool) -> Document | None:
        if path not in self._documents:
            document, problems = self._read.get(path) or self._read_now(path, typed=typed)
            self.problems += problems
            for unreadable in problems:
                self._unreadable.setdefault(_spot(unreadable), set()).add(unreadable.code)
            if document and typed:
                self.problems += _odd_keys(document)
            self._documents[path] = document
        return self._documents[path]

    def _read_now(self, path: str, *, typed: bool) -> tuple[Document | None, tuple[Problem, ...]]:
        content = self.tree.files.get(path)
        return (None, ()) if content is None else read_document(path, content, may_be_empty=not typed)


def _spot(told: Problem) -> tuple[str, int, int]:
    return told.place.file, told.place.line, told.place.column


def _odd_keys(document: Document) -> list[Problem]:
    """Keys that are no text, but for those in the chart's own words."""
    if not document.odd_keys:
        return []
    return [odd for odd in document.odd_keys if not any(document.encloses((key,), odd.place) for key in ("values", "metadata"))]
