"""Images: references that no registry can have, and tags that say something else tomorrow."""

from __future__ import annotations

from typing import Any

from deployer.compiling.checks.view import Values, each
from deployer.config import scalars
from deployer.model.place import KeyPath

_PAIRS = (
    ("singleuser", "image"),
    ("singleuser", "networkTools", "image"),
    ("hub", "image"),
    ("proxy", "chp", "image"),
    ("proxy", "traefik", "image"),
    ("proxy", "secretSync", "image"),
    ("prePuller", "hook", "image"),
    ("prePuller", "pause", "image"),
    ("scheduling", "userScheduler", "image"),
    ("scheduling", "userPlaceholder", "image"),
)
"""Where zero-to-jupyterhub has images as a name and a tag."""


def check_images(values: Values) -> None:
    """Every image that a name and a tag give."""
    for path in _PAIRS:
        if values.is_said(*path) and not _tagged_by_chart(values, path):
            _pair(values, path, values.get(*path))
    for name, image in values.mapping("prePuller", "extraImages").items():
        _pair(values, ("prePuller", "extraImages", name), image)


def _tagged_by_chart(values: Values, path: KeyPath) -> bool:
    """The hub names an image of its own and no tag, so that it gets the one of the chart's own image."""
    name = values.get(*path, "name") if values.is_said(*path, "name") else None
    if not isinstance(name, str) or not name or values.is_said(*path, "tag"):
        return False
    try:
        plain, tag, digest = scalars.image_reference(name)
    except ValueError:
        return False
    if tag or digest:
        # Also where the tag is a digest, as the chart puts a colon between the two.
        own = plain if tag else name.rpartition(":")[0]
        values.tell("image-tag-in-name", (*path, "name"), image=name, own=own, tag=name[len(own) + 1 :])
    else:
        values.tell("image-tag-of-the-chart", (*path, "name"), image=name)
    return True


def _pair(values: Values, path: KeyPath, image: Any) -> None:
    if not isinstance(image, dict) or not image.get("name"):
        return
    name, tag = image["name"], image.get("tag")
    if not isinstance(tag, str | None):
        values.tell("image-tag-not-text", (*path, "tag"), tag=values.written((*path, "tag"), tag))
        return
    at: KeyPath = (*path, "tag") if tag and values.is_said(*path, "tag") else (*path, "name")
    typed = values.hub.spec.hub.image
    if path == ("hub", "image") and typed and not values.is_by_hand(*path):
        # The chart needs a tag, so that one without got `latest`.
        check_image(values, at, typed)
        return
    check_image(values, at, f"{name}:{tag}" if tag else name)


def check_image(values: Values, path: KeyPath, reference: Any) -> None:
    """One whole reference: `quay.io/a/b:tag`."""
    if not isinstance(reference, str):
        values.tell(
            "image-invalid",
            path,
            reason=f"`{reference}` is not an image; write it like quay.io/jupyter/scipy-notebook:2026-11-02",
        )
        return
    if "{" in reference:
        return
    try:
        _, tag, digest = scalars.image_reference(reference)
    except ValueError as error:
        values.tell("image-invalid", path, reason=str(error))
        return
    if not tag and not digest:
        values.tell("image-without-tag", path, image=reference)
    elif tag == "latest" and not digest:
        values.tell("image-latest", path, image=reference)


def check_container_images(values: Values, path: KeyPath, containers: Any) -> None:
    """The images of a list or mapping of containers."""
    for key, container in each(containers):
        if isinstance(container, dict) and container.get("image"):
            check_image(values, (*path, key, "image"), container["image"])
