"""The files that a hub file builds on, in the order in which they win."""

from __future__ import annotations

from deployer.config.documents import Document
from deployer.config.messages import problem
from deployer.config.paths import below
from deployer.config.shelf import Shelf
from deployer.config.sourced import Layer
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath

_KEY = "extends"


class Extends:
    """Follows `extends` of one hub file. `complete` turns false where a file of the chain cannot be read; `files` has all."""

    def __init__(self, shelf: Shelf, folder: str) -> None:
        self._shelf = shelf
        self._folder = folder
        self.complete = True
        self.files: set[str] = set()

    def layers(self, document: Document) -> list[Layer]:
        """The document, then what it extends: the last of a list wins over the first, each over what it extends itself."""
        return self._follow(document, (document.file,))

    def _follow(self, document: Document, chain: tuple[str, ...]) -> list[Layer]:
        self.files.add(document.file)
        layers = [Layer(document)]
        names = document.data.get(_KEY)
        for index, name in reversed(list(enumerate(names if isinstance(names, list) else []))):
            other = self._read(document, (_KEY, index), name, chain) if isinstance(name, str) else None
            if other:
                known = {layer.document.file for layer in layers}
                layers += [layer for layer in self._follow(other, (*chain, other.file)) if layer.document.file not in known]
        return layers

    def _read(self, document: Document, path: KeyPath, name: str, chain: tuple[str, ...]) -> Document | None:
        target = below(self._folder, name)
        if target is None:
            self._shelf.problems.append(problem("extends-outside", document.place(path), name=name))
        elif target in chain:
            names = [file.removeprefix(f"{self._folder}/") for file in (*chain[chain.index(target) :], target)]
            self._shelf.problems.append(problem("extends-cycle", document.place(path), chain=" -> ".join(names)))
        elif not self._shelf.exists(target):
            advice = did_you_mean(name, self._neighbours(document.file), otherwise="files of this folder")
            self._shelf.problems.append(problem("extends-missing", document.place(path), name=name, advice=advice))
        else:
            self.files.add(target)
            other = self._shelf.typed(target)
            if other:
                return other
        self.complete = False
        return None

    def _neighbours(self, own: str) -> list[str]:
        folder = f"{self._folder}/"
        paths = [path for path in self._shelf.tree.files if path.startswith(folder) and path.endswith(".yaml") and path != own]
        return sorted(path.removeprefix(folder) for path in paths)
