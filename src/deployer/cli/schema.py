"""`schema`: JSON Schemas of the files that people write, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from deployer.cli.session import Session

Kind = Annotated[
    str | None, typer.Argument(metavar="[KIND]", help="fleet, policy, cluster, hub or secret; all of them when left out.")
]
Write = Annotated[
    Path | None, typer.Option("--write", metavar="DIR", help="Write one KIND.json a kind into this folder instead of printing.")
]


def schema(context: typer.Context, *, kind: Kind = None, write: Write = None) -> None:
    """Print the JSON Schema of a kind of file, or write them for an editor."""
    from deployer.config.schema import FILES, json_schema
    from deployer.tools.files import make_folder, write_atomically
    from deployer.workflows.selection import known

    session = Session.of(context)
    schemas = {name: json_schema(name) for name in FILES}
    chosen = {known("kind of file", kind, schemas): schemas[kind]} if kind else schemas
    if write is None:
        shown = chosen[kind] if kind else chosen
        session.show(text=lambda: json.dumps(shown, indent=2) + "\n", data=lambda: {"schemas": chosen})
        return
    if not write.is_dir():
        make_folder(write, mode=0o755)
    for name, content in chosen.items():
        write_atomically(write / f"{name}.json", json.dumps(content, indent=1) + "\n", mode=0o644)
    written = [str(write / f"{name}.json") for name in chosen]
    session.show(text=lambda: "".join(f"wrote {path}\n" for path in written), data=lambda: {"written": written})
