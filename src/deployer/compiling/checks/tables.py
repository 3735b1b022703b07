"""What the pinned hub can be configured with, read from the generated tables; JupyterHub itself is never imported."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any

from deployer.config.key_tree import KeyTree, from_data

_DATA = "deployer.compiling.data"


@dataclass(frozen=True, slots=True)
class Trait:
    """What a setting takes: kinds of JSON values (boolean, integer, number, string, list, mapping, null).

    `items` and `values`: kinds inside a list or mapping, None for any. `words`: the only values, where there are but a few.
    `allows`: by JupyterHub's rule, it decides who may log in.
    """

    takes: frozenset[str]
    items: frozenset[str] | None = None
    values: frozenset[str] | None = None
    words: tuple[Any, ...] = ()
    allows: bool = False


@dataclass(frozen=True, slots=True)
class ConfigClass:
    """A class that `hub.config` can name, with the traits it has and inherits. `parents` are nearest first."""

    name: str
    parents: tuple[str, ...]
    traits: Mapping[str, Trait]
    everybody_by_default: bool = False


class Table:
    """The generated table; a class is put together when first asked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._classes: Mapping[str, Any] = data["classes"]
        self._made: dict[str, ConfigClass] = {}
        self._dotted: Mapping[str, str] = data["dotted"]
        self.versions: Mapping[str, str] = data["versions"]
        self.authenticators: Mapping[str, str] = data["authenticators"]
        self.scopes = frozenset(data["scopes"])
        self.service_keys = frozenset(data["service_keys"])

    @property
    def names(self) -> tuple[str, ...]:
        """Every class."""
        return tuple(self._classes)

    @cached_property
    def login_classes(self) -> frozenset[str]:
        """The classes by which people can log in."""
        return frozenset(name for name in self._classes if "Authenticator" in self._classes[name]["bases"])

    def find(self, name: str) -> ConfigClass | None:
        """The class of this name."""
        if name not in self._classes:
            return None
        if name not in self._made:
            about = self._classes[name]
            traits: dict[str, Trait] = {}
            for owner in (*reversed(about["bases"]), name):
                traits |= {trait: _trait(said) for trait, said in self._classes[owner]["traits"].items()}
            self._made[name] = ConfigClass(name, tuple(about["bases"]), traits, about.get("everybody_by_default", False))
        return self._made[name]

    def authenticator(self, said: str) -> ConfigClass | None:
        """The class that `authenticator_class` names: a short name, or `module.Class`."""
        return self.find(self.authenticators.get(said) or self._dotted.get(said) or "")

    def ships(self, dotted: str) -> bool:
        """The module belongs to a package of which everything is known."""
        package = dotted.split(".", maxsplit=1)[0]
        return any(name.split(".")[0] == package for name in self._dotted)

    @property
    def dotted(self) -> tuple[str, ...]:
        """Every `module.Class` that can be named."""
        return tuple(self._dotted)


def _trait(said: Mapping[str, Any]) -> Trait:
    return Trait(
        frozenset(said["takes"]),
        frozenset(said["items"]) if "items" in said else None,
        frozenset(said["values"]) if "values" in said else None,
        tuple(said.get("words", ())),
        said.get("allows", False),
    )


@cache
def table() -> Table:
    """The table of classes, traits and scopes."""
    return Table(json.loads(resources.files(_DATA).joinpath("traits.json").read_bytes()))


@cache
def hub_keys() -> KeyTree:
    """The keys of zero-to-jupyterhub's values."""
    return from_data(json.loads(resources.files(_DATA).joinpath("z2jh_keys.json").read_bytes())["keys"])


def kind_of(value: Any) -> str:
    """A value's kind in JSON."""
    return _KINDS.get(type(value), "mapping")


_KINDS = {type(None): "null", bool: "boolean", int: "integer", float: "number", str: "string", list: "list"}

KINDS = {
    "null": "nothing",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "list": "a list",
    "mapping": "a mapping",
}
"""What people read for a kind."""
