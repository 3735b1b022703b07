"""Classes and traits: who says who a person is, and what stands below `hub.config`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from deployer.compiling.checks.tables import KINDS, ConfigClass, Trait, hub_keys, kind_of, table
from deployer.compiling.checks.view import Values, each
from deployer.config.suggestions import closest, did_you_mean
from deployer.model.place import KeyPath

CONFIG = ("hub", "config")
CLASS = (*CONFIG, "JupyterHub", "authenticator_class")
DEFAULT_CLASS = "dummy"
"""What zero-to-jupyterhub takes where nothing is said."""
SPAWNER = "KubeSpawner"
OWN_IMAGE = "quay.io/jupyterhub/k8s-hub"
"""The hub image that has exactly the packages of the tables."""

CHECKED_BY_MEANING = ("mem_limit", "mem_guarantee", "cpu_limit", "cpu_guarantee", "image", "storage_capacity", "environment")
"""Settings of KubeSpawner of which more is said elsewhere than that their type is wrong."""
_NEARLY = 0.9
NAMING = ("allowed_users", "admin_users")
"""Traits of every authenticator that name people."""


def check_classes(values: Values) -> None:
    """Every name below `hub.config` exists, and every value is what its trait takes."""
    _authenticator(values)
    for section, config in values.mapping(*CONFIG).items():
        path = (*CONFIG, section)
        if not section[:1].isupper():
            misplaced = section in hub_keys().children["hub"].children
            advice = f"it belongs into `{values.named(('hub', section))}`" if misplaced else None
            values.tell("config-section-name", path, key=True, section=section, hint=advice)
        elif not isinstance(config, dict):
            if config is not None:
                values.tell("values-not-a-mapping", path, key=True, found=KINDS[kind_of(config)])
        else:
            _section(values, section, config)


def chosen_class(values: Values) -> ConfigClass | None:
    """The class that people log in by; None where it is none of the known ones."""
    said = values.get(*CLASS, default=DEFAULT_CLASS)
    return table().authenticator(said) if isinstance(said, str) else None


def setting(values: Values, cls: ConfigClass, trait: str) -> Any:
    """What a trait of the class will be: said for the class itself, or for the nearest parent that says it; else None."""
    return next((value for _, value in settings(values, cls, trait)), None)


def settings(values: Values, cls: ConfigClass, trait: str) -> Iterator[tuple[KeyPath, Any]]:
    """Where a trait is said and its value, the one that counts first."""
    for owner in (cls.name, *cls.parents):
        section = values.mapping(*CONFIG, owner)
        if trait in section:
            yield (*CONFIG, owner, trait), section[trait]


def code_of_hub(values: Values) -> str:
    """All Python that runs in the hub besides the packages: it may define classes and set traits."""
    return "\n".join(text for text in values.mapping("hub", "extraConfig").values() if isinstance(text, str))


def _authenticator(values: Values) -> None:
    said = values.get(*CLASS, default=DEFAULT_CLASS)
    if not isinstance(said, str) or table().authenticator(said) is not None or _from_elsewhere(values, said):
        return
    package = said.partition(".")[0]
    guess = closest(said, table().dotted if "." in said else tuple(table().authenticators))
    if "." in said and not table().ships(said):
        advice = f"the hub's image has no package `{package}`; say hub.image where an image of your own has it"
    else:
        advice = f"perhaps you meant `{guess}`" if guess else "such as github, cilogon, google, native, or module.Class"
    values.tell("authenticator-unknown", CLASS, name=said, advice=advice)


def _from_elsewhere(values: Values, dotted: str) -> bool:
    """A class of a package that the tables do not know, in a hub image of the team's own or defined by the hub's own Python."""
    module, _, name = dotted.rpartition(".")
    return bool(module) and not table().ships(dotted) and (has_own_image(values) or name in code_of_hub(values))


def has_own_image(values: Values) -> bool:
    """The hub's image may have packages, and versions of them, besides those of the tables."""
    return bool(values.get("hub", "image", "name", default=OWN_IMAGE) != OWN_IMAGE)


def _section(values: Values, name: str, config: Mapping[str, Any]) -> None:
    cls = table().find(name)
    if cls is None:
        _unknown_class(values, name)
        return
    heirs = [heir for heir in (chosen_class(values), table().find(SPAWNER)) if heir and name in heir.parents]
    for key, value in config.items():
        path = (*CONFIG, name, key)
        # traitlets reads the sections of all parents, and takes from them whatever the class itself has.
        trait = next((heir.traits[key] for heir in (cls, *heirs) if key in heir.traits), None)
        if trait is not None and name in ("Spawner", SPAWNER) and key in CHECKED_BY_MEANING:
            continue
        if trait is not None:
            check_trait(values, path, f"{name}.{key}", trait, value)
        elif not _is_for_the_chart(name, key):
            advice = did_you_mean(key, cls.traits, otherwise="its settings")
            elsewhere = [other for other in table().login_classes if key in (table().find(other) or cls).traits]
            if not closest(key, cls.traits) and elsewhere:
                advice = f"it is a setting of {', '.join(sorted(elsewhere)[:3])}"
            if table().find(key) is not None:
                advice = f"it is a class of its own: move it one level up, to `{values.named((*CONFIG, key))}`"
            values.tell("config-trait-unknown", path, key=True, cls=name, trait=key, advice=advice)


def _is_for_the_chart(section: str, key: str) -> bool:
    """zero-to-jupyterhub takes it out before JupyterHub sees it."""
    return section == "JupyterHub" and key in ("proxy_auth_token", "services")


def _unknown_class(values: Values, name: str) -> None:
    guess, nearly = _closest_class(name)
    defined = name in code_of_hub(values) or str(values.get(*CLASS)).endswith(f".{name}")
    if defined or (has_own_image(values) and not nearly):
        return
    advice = f"perhaps you meant `{guess}`" if guess else "sections are named after classes, such as GitHubOAuthenticator"
    values.tell("config-class-unknown", (*CONFIG, name), key=True, name=name, advice=advice)


@lru_cache(maxsize=256)
def _closest_class(name: str) -> tuple[str | None, bool]:
    """The class that may have been meant, and whether it is but a letter or two away."""
    guess = closest(name, table().names)
    return guess, guess is not None and SequenceMatcher(None, name.lower(), guess.lower()).ratio() > _NEARLY


def check_trait(values: Values, path: KeyPath, called: str, trait: Trait, value: Any) -> None:
    """The value is one that the trait takes."""
    found = kind_of(value)
    if trait.takes <= {"null"} and value is not None:
        values.tell("trait-wants-code", path, trait=called, found=KINDS[found])
    elif not _takes(trait.takes, value):
        wanted, advice = _listed(trait.takes), _advice(trait.takes, value, values.written(path, value))
        values.tell("trait-type", path, trait=f"`{called}`", found=_shown(value), wanted=wanted, advice=advice)
    elif trait.words and value is not None and isinstance(value, str | int | float) and value not in trait.words:
        advice = did_you_mean(str(value), [str(word) for word in trait.words], otherwise="one of")
        values.tell("trait-word", path, trait=called, value=value, advice=advice)
    else:
        _inside(values, path, called, trait, value)


def _inside(values: Values, path: KeyPath, called: str, trait: Trait, value: Any) -> None:
    allowed = trait.items if isinstance(value, list) else trait.values if isinstance(value, dict) else None
    for key, item in each(value) if allowed else ():
        if allowed and not _takes(allowed, item):
            wanted, advice = _listed(allowed), _advice(allowed, item, values.written((*path, key), item))
            entry = f"an entry of `{called}`"
            values.tell("trait-type", (*path, key), trait=entry, found=_shown(item), wanted=wanted, advice=advice)


def _takes(kinds: frozenset[str], value: Any) -> bool:
    found = kind_of(value)
    if found in kinds or (found == "integer" and "number" in kinds):
        return True
    # traitlets takes 0 and 1 for false and true; null leaves most traits as they are in zero-to-jupyterhub's own keys.
    return found == "integer" and "boolean" in kinds and value in (0, 1)


def _listed(kinds: frozenset[str]) -> str:
    order = [kind for kind in ("string", "integer", "number", "boolean", "list", "mapping") if kind in kinds]
    if "integer" in order and "boolean" in order:
        order.remove("boolean")  # Python counts true among the whole numbers; nobody means that.
    if "number" in order and "integer" in order:
        order.remove("integer")
    return " or ".join(KINDS[kind] for kind in order) or "nothing"


def _shown(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case None:
            return "nothing"
        case _:
            return KINDS[kind_of(value)]


def _advice(kinds: frozenset[str], value: Any, written: str) -> str:
    if "list" in kinds and isinstance(value, str):
        return f"write it as a list: [{value}]"
    if "string" in kinds and isinstance(value, bool | int | float):
        return f'quote it: "{written}"'
    if kinds & {"integer", "number"} and isinstance(value, str) and value.replace(".", "", 1).isdigit():
        return "take the quotes away"
    if "boolean" in kinds and "integer" not in kinds and isinstance(value, str):
        return "write true or false, without quotes"
    return ""
