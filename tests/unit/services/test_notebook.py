"""Which notebooks the check takes, and what it makes of them."""

import json

import pytest

from deployer.errors import UsageError
from deployer.services.notebook import default_notebook, read_notebook

CODE = {"cell_type": "code", "source": "1 + 1", "metadata": {}}
TEXT = {"cell_type": "markdown", "source": "# Title", "metadata": {}}


def written(*cells: object, **more: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | more)


def test_the_default_one_imports_counts_and_writes_into_the_home_and_cleans_up() -> None:
    notebook = default_notebook()
    source = "\n".join(cell.source for cell in notebook.cells)
    assert all(word in source for word in ("import ", "6 * 7", "Path.home()", "write_text", "read_text"))
    assert [cell.always for cell in notebook.cells] == [False, False, False, True]
    assert "unlink" in notebook.cells[-1].source


def test_cells_are_counted_as_a_person_sees_them_and_only_code_runs() -> None:
    notebook = read_notebook(written(TEXT, CODE, TEXT, CODE | {"source": ["a = 1\n", "b = 2"]}))
    assert [(cell.number, cell.source) for cell in notebook.cells] == [(2, "1 + 1"), (4, "a = 1\nb = 2")]


@pytest.mark.parametrize(
    ("metadata", "language"),
    [({}, "python"), ({"kernelspec": {"language": "R"}}, "r"), ({"language_info": {"name": "julia"}}, "julia")],
)
def test_the_language_is_the_notebook_s(metadata: dict, language: str) -> None:
    assert read_notebook(written(CODE, metadata=metadata)).language == language


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not JSON", "no notebook of nbformat 4"),
        ("[]", "no notebook of nbformat 4"),
        ("{}", "no notebook of nbformat 4"),
        (written(CODE, nbformat=3), "nbformat 3"),
        (written(TEXT), "no code cell"),
        (written(CODE | {"source": " \n"}), "no code cell"),
        (written({"cell_type": "code"}), "no notebook of nbformat 4"),
    ],
)
def test_anything_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        read_notebook(text)
