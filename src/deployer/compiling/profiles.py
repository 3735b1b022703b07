"""Every way of starting a server that is one click for a person, as the hub's API takes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from deployer.compiling.slugs import slug
from deployer.model.health import ProfileChoice
from deployer.model.place import value_at
from deployer.model.release import Release


def profile_choices(release: Release) -> tuple[ProfileChoice, ...]:
    """Each profile with what it has chosen at first, and with each other choice of each of its lists.

    `options` is the body of `POST /users/NAME/server`, as KubeSpawner 7.1 reads it: `{"profile": SLUG, OPTION: CHOICE}`. A list
    in which a person must type something cannot be tried. Without profiles there is one way, without options.
    """
    profiles = _profiles(release)
    if not profiles:
        return (ProfileChoice("the server"),)
    return tuple(choice for profile in profiles for choice in _of_profile(profile, alone=len(profiles) == 1))


def _profiles(release: Release) -> list[Mapping[str, Any]]:
    at = (*release.hub_at, "singleuser", "profileList")
    profiles = value_at(release.values, at) or value_at(release.defaults, at) or []
    if isinstance(profiles, Mapping):
        profiles = [profiles[name] for name in sorted(profiles)]
    return [profile for profile in profiles if isinstance(profile, Mapping)]


def _of_profile(profile: Mapping[str, Any], *, alone: bool) -> Iterator[ProfileChoice]:
    name = str(profile.get("display_name", ""))
    base = {"profile": str(profile.get("slug") or slug(name))}
    lists = {
        str(option): _mapping(_mapping(entry).get("choices"))
        for option, entry in _mapping(profile.get("profile_options")).items()
    }
    if not all(lists.values()):
        return
    first = {option: _first(choices) for option, choices in lists.items()}
    others = [{option: str(key)} for option, choices in lists.items() for key in choices if key != first[option]]
    for other in ({}, *others):
        chosen = [str(_mapping(lists[option][key]).get("display_name", key)) for option, key in (first | other).items()]
        yield ProfileChoice(", ".join(chosen if alone and chosen else [name, *chosen]), base | other)


def _first(choices: Mapping[str, Any]) -> str:
    """What is chosen when the form opens."""
    return next((key for key, choice in choices.items() if _mapping(choice).get("default")), next(iter(choices)))


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
