"""Every way of starting a server that is one click for a person, as the hub's API takes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    at = (*release.hub_at, "singleuser", "profileList")
    return choices_of(value_at(release.values, at) or value_at(release.defaults, at))


def choices_of(listed: Any, image: str = "") -> tuple[ProfileChoice, ...]:
    """The same of a `profileList`; `image`: of what names none."""
    profiles = _profiles(listed or [])
    if not profiles:
        return (ProfileChoice("the server", image=image),)
    return tuple(choice for profile in profiles for choice in _of_profile(profile, image, alone=len(profiles) == 1))


def usual_choice(listed: Any, image: str = "") -> ProfileChoice | None:
    """What starts when nobody chooses; None where somebody must."""
    profiles = _profiles(listed or [])
    first = next((profile for profile in profiles if profile.get("default")), next(iter(profiles), None))
    return next(iter(choices_of([first] if first else [], image)), None)


def _profiles(listed: Any) -> list[Mapping[str, Any]]:
    profiles = [listed[name] for name in sorted(listed)] if isinstance(listed, Mapping) else listed
    return [profile for profile in profiles if isinstance(profile, Mapping)]


def _of_profile(profile: Mapping[str, Any], image: str, *, alone: bool) -> Iterator[ProfileChoice]:
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
        chosen = [_mapping(lists[option][key]) for option, key in (first | other).items()]
        titles = [str(choice.get("display_name", key)) for choice, key in zip(chosen, (first | other).values(), strict=True)]
        yield ProfileChoice(
            ", ".join(titles if alone and titles else [name, *titles]),
            base | other,
            image=next(_images([*reversed(chosen), profile]), image),
            grouped=any(entry.get("allowed_groups") for entry in (profile, *chosen)),
        )


def _images(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    overrides = (_mapping(entry.get("kubespawner_override")) for entry in entries)
    yield from (str(override["image"]) for override in overrides if override.get("image"))


def _first(choices: Mapping[str, Any]) -> str:
    """What is chosen when the form opens."""
    return next((key for key, choice in choices.items() if _mapping(choice).get("default")), next(iter(choices)))


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}
