"""Writes the reference pages that are made from the code: files, commands, messages, exit codes."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import typer.main
from docs.values_page import values_page
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.cli import get_docs_for_click

from deployer import errors
from deployer.cli.app import app
from deployer.config.messages import TEMPLATES
from deployer.config.models.cluster import ClusterFile
from deployer.config.models.fleet import FleetFile, PolicyFile
from deployer.config.models.hub import HubFile
from deployer.config.models.secrets import SecretFile

FILES: dict[str, tuple[str, type[BaseModel]]] = {
    "fleet": ("config/fleet.yaml", FleetFile),
    "policy": ("config/policy.yaml", PolicyFile),
    "cluster": ("config/clusters/CLUSTER/cluster.yaml", ClusterFile),
    "hub": ("config/clusters/CLUSTER/hubs/HUB.yaml", HubFile),
    "secret": ("config/clusters/CLUSTER/secrets/HUB.secret.yaml", SecretFile),
}


def write_reference(folder: Path) -> None:
    """Write every generated page below `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (title, model) in FILES.items():
        _write(folder / f"{name}.md", _file_page(title, model))
    _write(folder / "values.md", values_page())
    _write(folder / "commands.md", _commands_page())
    _write(folder / "messages.md", _messages_page())
    _write(folder / "exit-codes.md", _exit_codes_page())
    _write(folder / "output.md", _output_page(folder.parent / "schemas"))


def _write(path: Path, text: str) -> None:
    """Only when it changed, so that Sphinx does not read it again for nothing."""
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def _file_page(title: str, model: type[BaseModel]) -> str:
    sections = [f"# `{title}`", inspect.getdoc(model) or ""]
    for part in _models_below(model):
        if part is not model:
            sections.append(f"## {part.__name__}")
            sections.append(_own_doc(part))
        sections.append(_table(part))
    return "\n\n".join(filter(None, sections)) + "\n"


def _own_doc(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__dict__.get("__doc__") or "")


def _models_below(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and every model that its fields name, each once, in the order in which a reader meets them."""
    found: list[type[BaseModel]] = []
    waiting = [model]
    while waiting:
        current = waiting.pop(0)
        if current not in found:
            found.append(current)
            waiting += [part for field in current.model_fields.values() for part in _models_in(field.annotation)]
    return found


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _table(model: type[BaseModel]) -> str:
    rows = ["| key | value | default | meaning |", "|---|---|---|---|"]
    rows += [
        f"| `{name}` | {_type(field.annotation)} | {_default(field)} | {_escaped(field.description or '')} |"
        for name, field in model.model_fields.items()
    ]
    return "\n".join(rows)


def _type(annotation: Any) -> str:
    if hasattr(annotation, "__metadata__"):
        return _type(get_args(annotation)[0])
    if generic := get_origin(annotation):
        return _generic(generic, get_args(annotation))
    names = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`", Any: "anything"}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return names.get(annotation, f"`{annotation}`")


def _generic(origin: Any, arguments: tuple[Any, ...]) -> str:
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_type(a) for a in arguments if a is not type(None)))
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    return "free mapping" if arguments[1] is Any else f"mapping of {_type(arguments[0])} to {_type(arguments[1])}"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, PydanticUndefined, [], {}) or isinstance(value, BaseModel):
        return ""
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("{", "\\{")


def _commands_page() -> str:
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command, info_name="deployer"), name="deployer", title="Commands")
    return text if text.endswith("\n") else f"{text}\n"


def _messages_page() -> str:
    intro = "# Messages\n\nEverything that `deployer validate` can say. The code stands in the JSON output.\n"
    rows = ["| code | message | next step |", "|---|---|---|"]
    rows += [f"| `{code}` | {_escaped(t.message)} | {_escaped(t.hint)} |" for code, t in sorted(TEMPLATES.items())]
    return intro + "\n" + "\n".join(rows) + "\n"


def _output_page(schemas: Path) -> str:
    intro = (
        "# JSON output\n\nEvery command writes one JSON document to stdout with `--format json`: its result, or, where it fails, "
        '`{"error": ...}`. Progress goes to stderr. Each document follows a JSON Schema (draft 2020-12).\n'
    )
    rows = ["| schema | of | keys |", "|---|---|---|"]
    for path in sorted(schemas.glob("*.json")):
        schema = json.loads(path.read_text())
        shapes = [list(shape["properties"]) for shape in schema.get("oneOf", [schema])]
        keys = " or ".join(", ".join(f"`{key}`" for key in shape) for shape in shapes)
        rows.append(f"| {{download}}`{path.name} <../schemas/{path.name}>` | {schema['title']} | {keys} |")
    return intro + "\n" + "\n".join(rows) + "\n"


def _exit_codes_page() -> str:
    classes = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.DeployerError)]
    meanings: dict[int, list[str]] = {0: ["Done."], 3: ["Changes are pending (only with `--exit-code`)."], 130: ["Interrupted."]}
    for kind in classes:
        meanings.setdefault(kind.exit_code, []).append(inspect.getdoc(kind) or "")
    rows = [f"| {code} | {' '.join(line.splitlines()[0] for line in texts)} |" for code, texts in sorted(meanings.items())]
    return "# Exit codes\n\n| code | meaning |\n|---|---|\n" + "\n".join(rows) + "\n"
