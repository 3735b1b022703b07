"""What people may choose before their server starts: the shape of `singleuser.profileList`, and what each choice overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from deployer.compiling.checks.affinity import check_affinity_traits
from deployer.compiling.checks.classes import CHECKED_BY_MEANING, check_trait
from deployer.compiling.checks.environment import check_env
from deployer.compiling.checks.fields import check_filled_traits
from deployer.compiling.checks.images import check_container_images, check_image
from deployer.compiling.checks.pods import check_containers
from deployer.compiling.checks.quantities import DEFAULT_MEMORY_GUARANTEE, quantity, spawner_cpu, spawner_memory
from deployer.compiling.checks.tables import KINDS, kind_of, table
from deployer.compiling.checks.view import Values, each
from deployer.config.suggestions import did_you_mean
from deployer.model.place import KeyPath

LIST = ("singleuser", "profileList")
# KubeSpawner 7.1's documented keys; `allowed_groups` is what profile_list callables decide by, `dynamic_image_building` is
# jupyterhub-fancy-profiles' own.
_PROFILE = ("display_name", "description", "slug", "default", "kubespawner_override", "profile_options", "allowed_groups")
_OPTION = ("display_name", "description", "choices", "unlisted_choice", "dynamic_image_building", "allowed_groups")
_CHOICE = ("display_name", "description", "slug", "default", "kubespawner_override", "allowed_groups")
_UNLISTED = (
    "enabled",
    "display_name",
    "display_name_in_choices",
    "description",
    "description_in_choices",
    "validation_regex",
    "validation_message",
    "kubespawner_override",
    "allowed_groups",
)
_PAIRS = (("mem_guarantee", "mem_limit", "memory"), ("cpu_guarantee", "cpu_limit", "cpu"))


def check_profiles(values: Values) -> None:
    """The whole list, and what `hub.config` says of the spawner itself."""
    for section in ("Spawner", "KubeSpawner"):
        check_spawner(values, ("hub", "config", section), values.mapping("hub", "config", section))
    profiles = values.get(*LIST)
    if profiles is None:
        return
    if not isinstance(profiles, list | dict):
        values.tell("profile-shape", LIST, what="profileList", found=KINDS[kind_of(profiles)], wanted="a list of profiles")
        return
    slugs: dict[str, str | int] = {}
    defaults = []
    for key, profile in each(profiles):
        path = (*LIST, key)
        if not isinstance(profile, dict):
            values.tell("profile-shape", path, what="a profile", found=KINDS[kind_of(profile)], wanted="a mapping")
            continue
        _entry(values, path, profile, _PROFILE, "a profile")
        _override(values, path, profile)
        for name, option in _options(values, path, profile):
            _option(values, (*path, "profile_options", name), option)
        slug = str(profile.get("slug") or _slug(profile.get("display_name")))
        if slug in slugs:
            at = (*path, "slug") if profile.get("slug") else (*path, "display_name")
            values.tell("profile-twice", at, slug=slug)
        slugs.setdefault(slug, key)
        defaults += [key] if profile.get("default") is True else []
    for key in defaults[1:]:
        values.tell("profile-two-defaults", (*LIST, key, "default"), what="profiles", first=_name(profiles, defaults[0]))


def _name(entries: Any, key: Any) -> str:
    entry = entries[key]
    return str(entry.get("display_name", key)) if isinstance(entry, dict) else str(key)


def _slug(name: Any) -> str:
    return re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-")


def _options(values: Values, path: KeyPath, profile: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    options = profile.get("profile_options")
    if options is None:
        return []
    if not isinstance(options, dict):
        at = (*path, "profile_options")
        values.tell("profile-shape", at, key=True, what="profile_options", found=KINDS[kind_of(options)], wanted="a mapping")
        return []
    found: list[tuple[str, Mapping[str, Any]]] = []
    for name, option in options.items():
        if isinstance(option, dict):
            found.append((name, option))
        else:
            at = (*path, "profile_options", name)
            values.tell("profile-shape", at, key=True, what="an option", found=KINDS[kind_of(option)], wanted="a mapping")
    return found


def _entry(values: Values, path: KeyPath, entry: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Its keys are known, it has a name, its scalars are what they must be."""
    for key in entry:
        if key not in known:
            advice = did_you_mean(key, known, otherwise="its keys")
            if key in _spawner().traits:
                advice = "it belongs below `kubespawner_override`"
            values.tell("profile-unknown-key", (*path, key), key=True, name=key, what=what, advice=advice)
    if not isinstance(entry.get("display_name"), str):
        at = (*path, "display_name") if "display_name" in entry else path
        values.tell("profile-without-name", at, key="display_name" not in entry, what=what)
    default = entry.get("default")
    if default is not None and not isinstance(default, bool):
        values.tell("profile-shape", (*path, "default"), what="default", found=KINDS[kind_of(default)], wanted="true or false")
    groups = entry.get("allowed_groups")
    if groups is not None and not isinstance(groups, list):
        at = (*path, "allowed_groups")
        values.tell("profile-shape", at, what="allowed_groups", found=KINDS[kind_of(groups)], wanted="a list of groups")


def _option(values: Values, path: KeyPath, option: Mapping[str, Any]) -> None:
    _entry(values, path, option, _OPTION, "an option")
    unlisted = option.get("unlisted_choice")
    open_ended = isinstance(unlisted, dict) and bool(unlisted.get("enabled"))
    choices = option.get("choices")
    if not choices and not open_ended:
        values.tell("profile-nothing-to-choose", path, key=True)
    elif choices is not None and not isinstance(choices, dict):
        at = (*path, "choices")
        values.tell("profile-shape", at, key=True, what="choices", found=KINDS[kind_of(choices)], wanted="a mapping")
        choices = None
    _choices(values, (*path, "choices"), choices or {})
    if isinstance(unlisted, dict):
        _unlisted(values, (*path, "unlisted_choice"), unlisted)
    elif unlisted is not None:
        at = (*path, "unlisted_choice")
        values.tell("profile-shape", at, key=True, what="unlisted_choice", found=KINDS[kind_of(unlisted)], wanted="a mapping")


def _choices(values: Values, path: KeyPath, choices: Mapping[str, Any]) -> None:
    defaults = []
    for name, choice in choices.items():
        if not isinstance(choice, dict):
            values.tell(
                "profile-shape", (*path, name), key=True, what="a choice", found=KINDS[kind_of(choice)], wanted="a mapping"
            )
            continue
        _entry(values, (*path, name), choice, _CHOICE, "a choice")
        _override(values, (*path, name), choice)
        defaults += [name] if choice.get("default") is True else []
    for name in defaults[1:]:
        values.tell("profile-two-defaults", (*path, name, "default"), what="choices", first=_name(choices, defaults[0]))


def _unlisted(values: Values, path: KeyPath, unlisted: Mapping[str, Any]) -> None:
    for key in unlisted:
        if key not in _UNLISTED:
            advice = did_you_mean(key, _UNLISTED, otherwise="its keys")
            values.tell("profile-unknown-key", (*path, key), key=True, name=key, what="unlisted_choice", advice=advice)
    pattern = unlisted.get("validation_regex")
    if isinstance(pattern, str):
        try:
            re.compile(pattern)
        except re.error as error:
            values.tell("profile-regex", (*path, "validation_regex"), reason=str(error))
    if unlisted.get("enabled"):
        _override_keys(values, (*path, "kubespawner_override"), unlisted.get("kubespawner_override"))


def _spawner() -> Any:
    return table().find("KubeSpawner")


def _override_keys(values: Values, path: KeyPath, override: Any) -> bool:
    if override is not None and not isinstance(override, dict):
        found = KINDS[kind_of(override)]
        values.tell("profile-shape", path, key=True, what="kubespawner_override", found=found, wanted="a mapping")
    if not isinstance(override, dict):
        return False
    traits = _spawner().traits
    for key in override:
        if key not in traits:
            advice = did_you_mean(key, traits)
            if key in _PROFILE:
                advice = "it belongs beside `kubespawner_override`, not below it"
            values.tell("override-unknown", (*path, key), key=True, name=key, advice=advice)
    return True


def _override(values: Values, path: KeyPath, entry: Mapping[str, Any]) -> None:
    override = entry.get("kubespawner_override")
    at = (*path, "kubespawner_override")
    if not _override_keys(values, at, override) or not isinstance(override, dict):
        return
    check_filled_traits(values, at, override)
    check_affinity_traits(values, at, override)
    traits = _spawner().traits
    for key, value in override.items():
        trait = traits.get(key)
        # A null takes the setting away again.
        if trait is not None and key not in CHECKED_BY_MEANING and value is not None:
            check_trait(values, (*at, key), key, trait, value)
    check_spawner(values, at, override)


def check_spawner(values: Values, path: KeyPath, settings: Mapping[str, Any]) -> None:
    """Settings of KubeSpawner whose meaning can be wrong although their type is right."""
    _sizes(values, path, settings)
    if settings.get("image") is not None:
        check_image(values, (*path, "image"), settings["image"])
    if settings.get("storage_capacity") is not None:
        quantity(values, (*path, "storage_capacity"), settings["storage_capacity"])
    check_env(values, (*path, "environment"), settings.get("environment"), formatted=True)
    for key in ("init_containers", "extra_containers"):
        check_containers(values, (*path, key), settings.get(key), ())
        check_container_images(values, (*path, key), settings.get(key))


def _sizes(values: Values, path: KeyPath, override: Mapping[str, Any]) -> None:
    for guarantee, limit, section in _PAIRS:
        if guarantee not in override and limit not in override:
            continue
        read = spawner_memory if section == "memory" else spawner_cpu
        base = DEFAULT_MEMORY_GUARANTEE if section == "memory" else None
        low_said = override[guarantee] if guarantee in override else values.get("singleuser", section, "guarantee", default=base)
        high_said = override[limit] if limit in override else values.get("singleuser", section, "limit")
        low = read(values, (*path, guarantee), low_said)
        high = read(values, (*path, limit), high_said)
        if low is not None and high is not None and low > high:
            at = guarantee if guarantee in override else limit
            values.tell("guarantee-above-limit", (*path, at), guarantee=low_said, limit=high_said)
