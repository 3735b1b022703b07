"""Own Python of a hub: read, and looked at without running it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Mapping

from deployer.config.loaded import Sourced
from deployer.config.messages import problem
from deployer.config.models.hub import HubFile
from deployer.config.paths import below
from deployer.config.shelf import Shelf
from deployer.config.source_text import SourceText
from deployer.config.suggestions import did_you_mean
from deployer.model.problem import Problem


def read_snippets(shelf: Shelf, folder: str, spec: HubFile, source: Sourced) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """The files of `hub.python` by name, in the order in which they run, and what is wrong; without those that are no Python."""
    snippets: dict[str, str] = {}
    problems: list[Problem] = []
    for index, name in enumerate(spec.hub.python):
        path = below(folder, name)
        if path is None or not shelf.exists(path):
            known = [
                file.removeprefix(f"{folder}/")
                for file in shelf.tree.files
                if file.startswith(f"{folder}/") and file.endswith(".py")
            ]
            advice = did_you_mean(name, sorted(known), otherwise="Python files of this folder")
            place = source.place(("hub", "python", index))
            problems.append(problem("snippet-missing", place, name=name, advice=advice))
            continue
        text = shelf.text(path)
        if text is not None:
            wrong = syntax_problems(path, text)
            problems += wrong
            snippets |= {} if wrong else {name: text}
    return snippets, tuple(problems)


def syntax_problems(path: str, text: str) -> list[Problem]:
    """The first error of the syntax, at its place in the Python file."""
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(text)
    except SyntaxError as error:
        source = SourceText(path, text.encode())
        place = source.place((error.lineno or 1) - 1, max(0, (error.offset or 1) - 1))
        return [problem("python-syntax", place, reason=error.msg)]
    except ValueError as error:
        return [problem("python-syntax", SourceText(path, b"").place_of_file, reason=str(error))]
    return []
