"""Writes what the hub's packages can be configured with: `python generate_traits.py > src/deployer/compiling/data/traits.json`.

Runs inside the hub's own environment (requirements/hub.txt), never inside the deployer's. `make traits` does both.
What a trait takes is found by trying: each sample value goes through the trait's own validation.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from types import ModuleType
from typing import Any

from jupyterhub.auth import Authenticator
from jupyterhub.scopes import scope_definitions
from jupyterhub.services.service import Service
from jupyterhub.traitlets import Command, EntryPointType
from traitlets import Enum, HasTraits, TraitError, TraitType, Tuple, Type, Union, UseEnum
from traitlets.config import Configurable

PACKAGES = {
    "jupyterhub": "jupyterhub",
    "kubespawner": "jupyterhub-kubespawner",
    "oauthenticator": "oauthenticator",
    "nativeauthenticator": "jupyterhub-nativeauthenticator",
    "ldapauthenticator": "jupyterhub-ldapauthenticator",
    "ltiauthenticator": "jupyterhub-ltiauthenticator",
    "tmpauthenticator": "jupyterhub-tmpauthenticator",
    "firstuseauthenticator": "jupyterhub-firstuseauthenticator",
    "hmacauthenticator": "jupyterhub-hmacauthenticator",
    "nullauthenticator": "nullauthenticator",
    "jupyterhub_fancy_profiles": "jupyterhub-fancy-profiles",
    "jupyter_events": "jupyter_events",
    "traitlets": "traitlets",
}
# Parts that a hub never runs: the tests, the single-user server, database migrations.
LEFT_OUT = ("tests", "singleuser", "alembic", "conftest", "__main__")
SAMPLES: dict[str, list[Any]] = {
    "boolean": [True],
    "integer": [60, 2],
    "number": [1.5, 0.5],
    "string": ["text", "/text/", "1G"],
    "list": [[], ["text"]],
    "mapping": [{}, {"text": "text"}],
}

# Lists of names: where their traits take anything, JupyterHub still calls methods of text on each.
NAMES = ("_users", "_organizations", "_teams", "_groups")
# Mappings whose traits take anything, and of which Kubernetes takes text only.
LABELS = ("node_selector", "_labels", "_annotations")
# The object that the samples would belong to.
OWNER = HasTraits()


def main() -> None:
    """Print the table as JSON."""
    warnings.simplefilter("ignore")
    modules = [module for package in PACKAGES for module in modules_of(package)]
    classes = {cls.__name__: cls for cls in sorted(configurables(Configurable), key=lambda cls: (cls.__module__, cls.__name__))}
    table = {
        "versions": {name: version(name) for name in sorted(PACKAGES.values())},
        "classes": {name: describe(cls, classes) for name, cls in sorted(classes.items())},
        "authenticators": short_names("jupyterhub.authenticators"),
        "spawners": short_names("jupyterhub.spawners"),
        "proxies": short_names("jupyterhub.proxies"),
        "dotted": dotted_names(modules),
        "scopes": sorted(scope_definitions),
        "service_keys": sorted(Service.class_traits(input=True)),
    }
    json.dump(table, sys.stdout, indent=1, sort_keys=True)
    sys.stdout.write("\n")


def modules_of(package: str) -> Iterator[ModuleType]:
    """The package and its modules, without those that cannot be imported here."""
    root = importlib.import_module(package)
    yield root
    for info in pkgutil.walk_packages(getattr(root, "__path__", []), f"{package}.", onerror=lambda _name: None):
        if not any(part in LEFT_OUT for part in info.name.split(".")):
            try:
                yield importlib.import_module(info.name)
            except ImportError:
                continue


def configurables(base: type[Configurable]) -> Iterator[type[Configurable]]:
    """The subclasses that a hub's configuration can name."""
    for cls in base.__subclasses__():
        if (
            cls.__module__.split(".")[0] in PACKAGES
            and cls.__name__[0] != "_"
            and not any(part in LEFT_OUT for part in cls.__module__.split("."))
        ):
            yield cls
        yield from configurables(cls)


def describe(cls: type[Configurable], classes: dict[str, type[Configurable]]) -> dict[str, Any]:
    """The class's parents that can be configured too, nearest first, and its own traits."""
    bases = [base.__name__ for base in cls.__mro__[1:] if classes.get(base.__name__) is base]
    own = cls.class_own_traits(config=True)
    about: dict[str, Any] = {"bases": bases, "traits": {name: takes(trait) for name, trait in sorted(own.items())}}
    if issubclass(cls, Authenticator) and lets_everybody_in(cls):
        about["everybody_by_default"] = True
    return about


def lets_everybody_in(cls: type[Authenticator]) -> bool:
    """Without any configuration, whoever can authenticate may enter."""
    try:
        return bool(cls().allow_all)
    except Exception:  # A class that refuses to be without its settings lets nobody in.
        return False


def takes(trait: TraitType[Any, Any]) -> dict[str, Any]:
    """What a trait accepts: kinds of JSON values, kinds inside a list or mapping, the words of an enumeration.

    A hook is Python even where its trait takes anything: called as a function, text would fail at the first login or start.
    """
    if trait.name and trait.name.endswith("_hook"):
        return {"takes": ["null"]}
    about: dict[str, Any] = {"takes": [kind for kind, samples in SAMPLES.items() if any(accepts(trait, s) for s in samples)]}
    if trait.allow_none or accepts(trait, None):
        about["takes"].append("null")
    if isinstance(trait, Tuple):
        about["takes"].append("list")
        return about
    if named(trait):
        about["takes"] = sorted({*about["takes"], "string"})
    if words := choices(trait):
        about["takes"] = sorted({*about["takes"], *(kind_of(value) for value in words)})
        about["words"] = [value for value in words if isinstance(value, str | int | float | bool)]
    if "list" in about["takes"] and len(items := inside(trait, lambda value: [value])) < len(SAMPLES):
        about["items"] = items
    if "list" in about["takes"] and trait.name and trait.name.endswith(NAMES):
        about["items"] = ["string"]
    if "mapping" in about["takes"] and len(values := inside(trait, lambda value: {"key": value})) < len(SAMPLES):
        about["values"] = values
    if "mapping" in about["takes"] and trait.name and trait.name.endswith(LABELS):
        about["values"] = ["null", "string"]
    if trait.name and (trait.metadata.get("allow_config", False) or trait.name.startswith("allow")):
        about["allows"] = True
    return about


def choices(trait: TraitType[Any, Any]) -> list[Any]:
    """The only values of an enumeration; a class of Python's `enum` is said by the names of its members, or by their values."""
    if isinstance(trait, UseEnum):
        members = trait.enum_class.__members__
        return [*members, *(member.value for member in members.values())]
    return list(trait.values or ()) if isinstance(trait, Enum) else []


def inside(trait: TraitType[Any, Any], wrap: Any) -> list[str]:
    """The kinds of values that may stand in the list or mapping."""
    return [kind for kind, samples in SAMPLES.items() if any(accepts(trait, wrap(sample)) for sample in samples)]


def named(trait: TraitType[Any, Any]) -> bool:
    """The trait takes the name of a class, which the samples are not."""
    if isinstance(trait, Union):
        return any(named(inner) for inner in trait.trait_types)
    return isinstance(trait, Type | EntryPointType | Command)


def accepts(trait: TraitType[Any, Any], value: Any) -> bool:
    """The trait's own validation lets the value pass."""
    if value is None and trait.allow_none:
        return True
    if not hasattr(trait, "validate"):
        return True
    try:
        trait.validate(OWNER, value)
    except (TraitError, ValueError, TypeError, AttributeError, ImportError):
        return False
    return True


def kind_of(value: Any) -> str:
    """A value's kind in JSON."""
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null", list: "list", dict: "mapping"}
    return kinds.get(type(value), "string")


def short_names(group: str) -> dict[str, str]:
    """Entry points of a group: short name -> name of the class."""
    return {point.name: point.load().__name__ for point in sorted(entry_points(group=group), key=lambda point: point.name)}


def dotted_names(modules: list[ModuleType]) -> dict[str, str]:
    """Every `module.Class` through which an authenticator can be imported -> name of the class."""
    found = {}
    for module in modules:
        for name, value in vars(module).items():
            if isinstance(value, type) and issubclass(value, Authenticator) and value is not Authenticator:
                found[f"{module.__name__}.{name}"] = value.__name__
    return dict(sorted(found.items()))


if __name__ == "__main__":
    main()
