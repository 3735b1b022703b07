"""Write the first version of a fleet, a cluster or a hub: complete, commented files that validate as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType
from typing import Any, Protocol

from deployer.config.documents import read_document
from deployer.config.loading import load_fleet
from deployer.errors import UsageError
from deployer.model.place import KeyPath
from deployer.model.problem import Severity
from deployer.model.protocols import Effects, FleetFiles
from deployer.model.tree import FleetTree

CLUSTERS = "config/clusters/"
SCHEMAS = "config/.schemas/"
DEMO = "demo"
NO_OPTIONS: Mapping[str, str] = MappingProxyType({})


class YamlEditor(Protocol):
    """Puts an item at the end of a list, or sets a value, in the text of a file whose comments stay."""

    def add_item(self, text: str, path: KeyPath, item: Any) -> str:
        """Raises ValueError where no list stands at the path."""

    def set_value(self, text: str, path: KeyPath, value: Any) -> str:
        """Raises ValueError where a scalar stands on the way."""

    def quoted(self, text: str) -> str:
        """The text in quotes."""


@dataclass(frozen=True, slots=True)
class FleetWishes:
    """What is known of a new fleet: a mail address, and staff as (login provider, name)."""

    contact: str = ""
    staff: Sequence[tuple[str, str]] = ()


def new_fleet(effects: Effects, editor: YamlEditor, schemas: Mapping[str, Any], wishes: FleetWishes) -> tuple[str, ...]:
    """Write a fleet with the demo cluster into `effects.fleet.root`. Returns the paths. Raises UsageError where one is there."""
    if (effects.fleet.root / "config").exists():
        raise UsageError(f"{effects.fleet.root} has a fleet already: config/ exists", hint="choose another folder")
    files = _carried(effects, "fleet.yaml", "policy.yaml", f"clusters/{DEMO}/")
    files["config/fleet.yaml"] = _wished(files["config/fleet.yaml"], editor, wishes)
    files |= {f"{SCHEMAS}{kind}.json": json.dumps(schema, indent=1) + "\n" for kind, schema in schemas.items()}
    files |= {
        "README.md": scaffold("README.md"),
        ".gitignore": scaffold("gitignore"),
        ".sops.yaml": scaffold("sops.yaml"),
        ".github/workflows/fleet.yaml": scaffold("workflow.yaml"),
    }
    refuse_wrong(effects, files, {"--contact": "contact", "--staff": "staff"})
    return _write_all(effects.fleet, files)


def new_cluster(effects: Effects, editor: YamlEditor, name: str, provider: str) -> tuple[str, ...]:
    """Write a cluster, made from the example that the deployer carries for this cloud. Returns the paths. Raises UsageError."""
    carried = effects.carried.read()
    example = example_of(carried, provider)
    files = {
        path.replace(f"/{example}/", f"/{name}/"): _renamed(content.decode(), example, name, scalar(editor, name))
        for path, content in carried.files.items()
        if path.startswith(f"{CLUSTERS}{example}/") and "/" not in path.removeprefix(f"{CLUSTERS}{example}/")
    }
    refuse_wrong(effects, files)
    return _write_all(effects.fleet, files)


def _renamed(text: str, example: str, name: str, alone: str) -> str:
    """The example with another name, `alone` where that is a whole value. Organizations of that name would be somebody else's."""
    text = re.sub(r"\borganizations: \[[^]]*\]", "organizations: []", text)
    whole = rf"(?<=: )(?P<whole>{example})(?=[\s,}}])"
    return re.sub(rf"{whole}|\b{example}\b", lambda match: alone if match["whole"] else name, text)


def scalar(editor: YamlEditor, text: str) -> str:
    """A text as YAML: plain where it is read as what it is, quoted elsewhere."""
    document, _ = read_document("", f"a: {{b: {text}, c: 1}}".encode())
    return text if document and document.data == {"a": {"b": text, "c": 1}} else editor.quoted(text)


def refuse_wrong(effects: Effects, files: Mapping[str, str], options: Mapping[str, str] = NO_OPTIONS) -> None:
    """Raise UsageError where the fleet with these files would have an error that it does not have without them.

    `options`: the key that an option of the command line is written to, by the option.
    """
    carried = effects.carried.read()
    tree = effects.fleet.read() if effects.fleet.root.is_dir() else FleetTree({})
    before = {(problem.code, problem.message) for problem in load_fleet(tree, carried).problems}
    after = FleetTree({**tree.files, **{path: text.encode() for path, text in files.items()}}, tree.faults)
    for problem in load_fleet(after, carried).problems:
        if problem.severity is Severity.ERROR and (problem.code, problem.message) not in before:
            named = (option for option, key in options.items() if re.search(rf"`[^`]*\b{key}\b[^`]*`", problem.message))
            option = next(named, "")
            raise UsageError(f"{option}{': ' if option else ''}{problem.message}", hint=problem.hint or "Nothing was written.")


def example_of(carried: FleetTree, provider: str) -> str:
    """The name of the example cluster of this cloud."""
    pattern = re.compile(rf"^provider: {re.escape(provider)}\s*$", re.MULTILINE)
    files = {path: content.decode() for path, content in carried.files.items() if path.endswith("/cluster.yaml")}
    return next(path.removeprefix(CLUSTERS).split("/")[0] for path in sorted(files) if pattern.search(files[path]))


def scaffold(name: str) -> str:
    """The text of a file of `scaffold/`."""
    return resources.files(__package__).joinpath("scaffold", name).read_text(encoding="utf-8")


def filled(name: str, /, **fields: str) -> str:
    """The text of a file of `scaffold/`, each `{{field}}` filled in."""
    return re.sub(r"\{\{(\w+)\}\}", lambda match: fields[match[1]], scaffold(name))


def _carried(effects: Effects, *prefixes: str) -> dict[str, str]:
    wanted = tuple(f"config/{prefix}" for prefix in prefixes)
    return {path: content.decode() for path, content in effects.carried.read().files.items() if path.startswith(wanted)}


def _wished(text: str, editor: YamlEditor, wishes: FleetWishes) -> str:
    if wishes.contact:
        text = editor.set_value(text, ("contact",), wishes.contact)
    text = editor.set_value(text, ("staff",), {})
    for provider, name in wishes.staff:
        text = editor.add_item(text, ("staff", provider), name)
    return text


def _write_all(fleet: FleetFiles, files: Mapping[str, str]) -> tuple[str, ...]:
    """Write all, or nothing where one of them exists. Raises UsageError."""
    existing = [path for path in files if (fleet.root / path).exists()]
    if existing:
        raise UsageError(
            f"{existing[0]} exists already, so nothing was written", hint="choose another name, or edit what is there"
        )
    for path in files:
        fleet.write(path, files[path])
    return tuple(files)
