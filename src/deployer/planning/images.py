"""Which environments start another image than before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from deployer.compiling.profiles import choices_of, usual_choice
from deployer.model.health import ProfileChoice
from deployer.planning.documents import hub_values


def new_images(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[ProfileChoice, ...]:
    """One choice for each image that nothing started before, but for the one that starts when nobody chooses: documents by their
    titles."""
    usual, choices = usual_choice(*_offered(after)), choices_of(*_offered(after))
    known = {choice.image for choice in choices_of(*_offered(before))} | {usual.image if usual else ""}
    images = dict.fromkeys(choice.image for choice in choices if choice.image not in known)
    return tuple(_open_to_most(choice for choice in choices if choice.image == image) for image in images)


def _open_to_most(choices: Iterable[ProfileChoice]) -> ProfileChoice:
    return min(choices, key=lambda choice: choice.grouped)


def _offered(documents: Mapping[str, str]) -> tuple[Any, str]:
    """The profiles, and the image of one that names none."""
    servers = hub_values(documents).get("singleuser") or {}
    image = servers.get("image") or {}
    return servers.get("profileList"), f"{image['name']}:{image.get('tag')}" if image.get("name") else ""
