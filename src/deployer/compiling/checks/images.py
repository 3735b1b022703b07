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
        if values.is_said(*path):
            _pair(values, path, values.get(*path))
    for name, image in values.mapping("prePuller", "extraImages").items():
        _pair(values, ("prePuller", "extraImages", name), image)


def _pair(values: Values, path: KeyPath, image: Any) -> None:
    if not isinstance(image, dict) or not image.get("name"):
        return
    name, tag = image["name"], image.get("tag")
    if not isinstance(tag, str | None):
        values.tell("image-tag-not-text", (*path, "tag"), tag=values.written((*path, "tag"), tag))
        return
    at: KeyPath = (*path, "tag") if tag and values.is_said(*path, "tag") else (*path, "name")
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
