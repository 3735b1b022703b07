"""Notebooks as the check reads and runs them: the code cells of an .ipynb file, nbformat 4 (nbformat.readthedocs.io)."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from deployer.errors import ServiceError, UsageError
from deployer.services.kernels import Kernel, KernelGoneError

ALWAYS = "always"
"""Tag of cells that run after all others, also when one of those failed: they clean up."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One code cell. `number` counts all cells of the notebook from 1, as a person does who scrolls through it."""

    number: int
    source: str
    always: bool = False

    @property
    def first_line(self) -> str:
        """What the cell begins with, for a message."""
        return next((line.strip() for line in self.source.splitlines() if line.strip()), "")


@dataclass(frozen=True, slots=True)
class Notebook:
    """What is run. `language` is what the kernel must speak, in lower case."""

    cells: tuple[Cell, ...]
    language: str = "python"


def default_notebook() -> Notebook:
    """The notebook that comes with the deployer: imports, arithmetic, a file written and read in the home."""
    return read_notebook(files("deployer.services").joinpath("check.ipynb").read_text("utf-8"))


def read_notebook(text: str) -> Notebook:
    """The code cells of a notebook. Raises UsageError where it is none or has none."""
    try:
        content = json.loads(text)
        version, cells = content["nbformat"], content["cells"]
        found = tuple(_cell(number, cell) for number, cell in enumerate(cells, 1) if cell["cell_type"] == "code")
        metadata = content.get("metadata", {})
        language = metadata.get("kernelspec", {}).get("language") or metadata.get("language_info", {}).get("name") or "python"
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"this is no notebook of nbformat 4: {type(error).__name__} {error}") from error
    if version != 4:
        raise UsageError(f"the notebook has nbformat {version}; the check runs 4", hint="save it in JupyterLab")
    if not any(cell.source.strip() for cell in found):
        raise UsageError("the notebook has no code cell", hint="name one that does something")
    return Notebook(found, str(language).lower())


def _cell(number: int, cell: dict[str, Any]) -> Cell:
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    return Cell(number, text, always=ALWAYS in cell.get("metadata", {}).get("tags", []))


def run_notebook(kernel: Kernel, notebook: Notebook) -> None:
    """Run every cell; those tagged `always` last, whatever happened. Raises ServiceError that names what failed first."""
    try:
        for cell in notebook.cells:
            if not cell.always:
                _run(kernel, cell)
    except KernelGoneError:
        raise
    except BaseException:
        kernel.interrupt()
        _clean_up(kernel, notebook)
        raise
    for cell in notebook.cells:
        if cell.always:
            _run(kernel, cell)


def _clean_up(kernel: Kernel, notebook: Notebook) -> None:
    """After a failure only that failure is told."""
    with suppress(ServiceError):
        for cell in notebook.cells:
            if cell.always:
                _run(kernel, cell)


def _run(kernel: Kernel, cell: Cell) -> None:
    where = f"cell {cell.number} (`{cell.first_line}`)"
    try:
        error = kernel.run(cell.source)
    except KernelGoneError as gone:
        raise KernelGoneError(f"{where}: {gone.message}") from gone
    except ServiceError as failure:
        raise ServiceError(f"{where}: {failure.message}") from failure
    if error:
        raise ServiceError(f"{where} raised {error.kind}: {error.text}")
