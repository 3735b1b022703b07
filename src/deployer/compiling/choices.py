"""Environments and machines as the profile list that people choose from.

One profile holds all environments that run on the same machines, with a list of environments and a list of machines in it: most
hubs have one profile. A list of one is left out, and its entry becomes the profile's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from deployer.compiling.extras import builds_images, built_images
from deployer.compiling.inputs import Inputs
from deployer.compiling.interfaces import default_url
from deployer.compiling.placement import tolerations
from deployer.compiling.said import Said, Tree
from deployer.compiling.sizes import MachineChoice, machine_choices
from deployer.compiling.slugs import slug
from deployer.compiling.templates import environment_value

IMAGE_PATTERN = r"^[a-z0-9][a-z0-9._:/-]*[:@][\w.:-]+$"
"""What may be typed as an image: a name with a tag or a digest, in KubeSpawner's own regular expressions."""
IMAGE_OPTION = "image"
MACHINE_OPTION = "machine"


@dataclass(frozen=True, slots=True)
class Profile:
    """Environments that run on the same machines.

    `typed` is the environment whose image a person types; `bound`: these are fewer machines than the hub offers.
    """

    environments: tuple[Said[Any], ...]
    typed: Said[Any] | None
    machines: tuple[MachineChoice, ...]
    bound: bool = False

    @property
    def all(self) -> tuple[Said[Any], ...]:
        """Every environment of it."""
        return self.environments if self.typed is None else (*self.environments, self.typed)


def choices_tree(of: Inputs) -> Tree:
    """`singleuser.profileList`; nothing where the hub file offers no choice, so that the chart's own image runs. And what lets
    servers onto the machines' nodes."""
    found = profiles(of)
    listed = [_profile(of, profile, alone=len(found) == 1) for profile in found]
    return {"singleuser": {"profileList": listed or None, "extraTolerations": _tolerations(of) or None}}


def _tolerations(of: Inputs) -> list[Tree]:
    """Those of all pools of the hub's machines, for every server: its machine's own labels keep it on its pool."""
    return [] if of.local else tolerations(of, [machine.value.pool for machine in of.hub["machines"].each()])


def usual_machine(of: Inputs) -> MachineChoice | None:
    """The one of a person who chooses nothing; None where there are no machines to choose."""
    found = profiles(of)
    usual = next((profile for profile in found if _default(profile.all)), found[0] if found else None)
    machines = usual.machines if usual else ()
    return _preferred(machines) or next(iter(machines), None)


@lru_cache(maxsize=1)
def profiles(of: Inputs) -> tuple[Profile, ...]:
    """Environments put together by the machines they run on, in the order of the file. Kept, as compiling and checking ask."""
    return tuple(_profiles(of))


def _profiles(of: Inputs) -> Iterator[Profile]:
    machines = tuple(machine_choices(of))
    together: dict[frozenset[str] | None, list[Said[Any]]] = {}
    for environment in of.hub["environments"].each():
        together.setdefault(_pools(environment, machines), []).append(environment)
    if not together and machines:
        yield Profile((), None, machines)
    for pools, environments in together.items():
        offered = tuple(choice for choice in machines if pools is None or choice.machine.value.pool in pools)
        listed = tuple(environment for environment in environments if not environment.value.any_image)
        typed = tuple(environment for environment in environments if environment.value.any_image)
        yield Profile(listed, typed[0] if typed else None, offered, bound=pools is not None)
        # A list has one entry at most that is typed in.
        yield from (Profile((), another, offered, bound=pools is not None) for another in typed[1:])


def _pools(environment: Said[Any], machines: Sequence[MachineChoice]) -> frozenset[str] | None:
    """The pools that an environment is bound to; None where it runs on all that the hub offers."""
    bound = frozenset(environment.value.machines)
    return bound if bound and any(choice.machine.value.pool not in bound for choice in machines) else None


def _profile(of: Inputs, profile: Profile, *, alone: bool) -> Tree:
    builder = builds_images(of)
    sole = profile.environments[0] if len(profile.all) == 1 and profile.typed is None and not builder else None
    machine = profile.machines[0] if len(profile.machines) == 1 else None
    if machine and sole and sole["groups"] and machine.groups:
        machine = None  # Two lists of groups cannot stand in one place: a person must be in both.
    options = {
        IMAGE_OPTION: _image_option(of, profile) if profile.all and sole is None else None,
        MACHINE_OPTION: _machine_option(of, profile) if profile.machines and machine is None else None,
    }
    override = _environment_override(sole) if sole is not None else {}
    if machine is not None:
        override |= _merged_environment(override, machine.override)
    grouped = [groups for groups in (sole and sole["groups"], machine and machine.groups) if groups]
    return profile_by(of, profile).decides(
        {
            **_names(of, profile, machine, alone=alone),
            "default": None if alone else _default(profile.all),
            "allowed_groups": _listed(grouped[0] if grouped else None),
            "kubespawner_override": override or None,
            "profile_options": options,
        }
    )


def profile_by(of: Inputs, profile: Profile) -> Said[Any]:
    """The line that makes the profile be there."""
    return profile.all[0] if profile.all else of.hub["machines"]


def _default(environments: Sequence[Said[Any]]) -> Tree:
    return next((environment["default"] for environment in environments if environment["default"]), None)


def _names(of: Inputs, profile: Profile, machine: MachineChoice | None, *, alone: bool) -> dict[str, Tree]:
    """Of one environment its name; of several that one may choose."""
    if len(profile.all) == 1 and not builds_images(of):
        (only,) = profile.all
        description = only["description"]
        if not description and machine is not None and profile.typed is None:
            description = machine.by.decides(machine.phrase)
        return {"display_name": only["name"], "slug": only["name"].map(slug), "description": description}
    if not profile.all:
        return {"display_name": "Choose a machine", "slug": "machine"}
    if alone or not profile.bound:
        title = "Choose an environment" + (" and a machine" if len(profile.machines) > 1 else "")
        return {"display_name": of.hub["environments"].decides(title), "slug": of.hub["environments"].decides("server")}
    names = dict.fromkeys(choice.machine.value.name or choice.machine.value.pool for choice in profile.machines)
    bound = profile.all[0]["machines"]
    return {
        "display_name": bound.decides(f"Choose an environment on {' or '.join(names)}"),
        "slug": bound.decides(slug(f"on {' '.join(names)}")),
    }


def _image_option(of: Inputs, profile: Profile) -> Tree:
    choices = {slug(environment.value.name): _environment_choice(environment) for environment in profile.environments}
    builder = builds_images(of)
    typed = None if profile.typed is None else _typed_image(of, profile.typed)
    return of.hub["environments"].decides(
        {
            "display_name": "Environment",
            "choices": choices,  # KubeSpawner's form wants it, and be it empty.
            "unlisted_choice": _built_image(builder) if builder and typed is None else typed,
            "dynamic_image_building": builder.decides({"enabled": True}) if builder else None,
        }
    )


def _environment_choice(environment: Said[Any]) -> Tree:
    return environment.decides(
        {
            "display_name": environment["name"],
            "description": environment["description"],
            "default": environment["default"] if environment["default"] else None,
            "allowed_groups": _listed(environment["groups"]),
            "kubespawner_override": _environment_override(environment),
        }
    )


def _typed_image(of: Inputs, environment: Said[Any]) -> Tree:
    override = _environment_override(environment, formatted_twice=True)
    return of.hub["environments"].decides(
        {
            "enabled": True,
            "display_name": environment["description"] if environment["description"] else "Image, with its tag",
            "display_name_in_choices": environment["name"],
            "validation_regex": IMAGE_PATTERN,
            "validation_message": "The name of an image with its tag, such as quay.io/jupyter/scipy-notebook:2026-11-02",
            "allowed_groups": _listed(environment["groups"]),
            "kubespawner_override": override | {"image": "{value}"},
        }
    )


def _built_image(builder: Said[Any]) -> Tree:
    """The form hands an image that it has built over as one that is typed; an image of before can be typed as well."""
    return builder.decides(
        {
            "enabled": True,
            "display_name": "Image, with its tag",
            "display_name_in_choices": "An image that was built here before",
            "validation_regex": built_images(builder) or IMAGE_PATTERN,
            "validation_message": "The name of an image that this hub has built, with its tag",
            "kubespawner_override": {"image": "{value}"},
        }
    )


def _environment_override(environment: Said[Any], *, formatted_twice: bool = False) -> dict[str, Tree]:
    env = {
        name: value.map(lambda text: environment_value(text, formatted_twice=formatted_twice))
        for name, value in environment["env"].entries()
    }
    return {
        "image": environment["image"] if environment["image"] else None,
        "default_url": environment["interface"].map(default_url),
        "working_dir": environment["working_dir"],
        "environment": env or None,
    }


def _machine_option(of: Inputs, profile: Profile) -> Tree:
    preferred = _preferred(profile.machines)
    choices = {
        choice.slug: choice.by.decides(
            {
                "display_name": choice.title,
                "description": choice.description,
                "default": choice.preferred.decides(True) if choice is preferred and choice.preferred else None,
                "allowed_groups": _listed(choice.groups),
                "kubespawner_override": choice.override,
            }
        )
        for choice in profile.machines
    }
    return of.hub["machines"].decides({"display_name": "Machine", "choices": choices})


def _preferred(choices: Sequence[MachineChoice]) -> MachineChoice | None:
    """The machine that is said to be the default, else the first size that is its machine's default."""
    named = [choice for choice in choices if choice.preferred is not None]
    return next((choice for choice in named if choice.machine.value.default is True), named[0] if named else None)


def _merged_environment(one: dict[str, Tree], other: dict[str, Tree]) -> dict[str, Tree]:
    """`other`, with the environment variables of both."""
    if not (one.get("environment") and other.get("environment")):
        return {name: value for name, value in other.items() if value is not None}
    extra = other["environment"]
    extra = {name: extra.decides(value) for name, value in extra.value.items()} if isinstance(extra, Said) else extra
    return other | {"environment": {**extra, **one["environment"]}}


def _listed(groups: Said[Any] | None) -> Tree:
    return groups.decides(list(groups.each())) if groups else None
