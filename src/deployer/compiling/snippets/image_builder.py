"""The spawn page on which people build an image out of a repository: the form of jupyterhub-fancy-profiles."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def deployer_building_form(c: Any) -> None:
    """Take that form. RuntimeError where the hub's image does not have it."""
    try:
        form = import_module("jupyterhub_fancy_profiles")
    except ImportError as error:
        raise RuntimeError("extras.image_builder: the hub's image lacks the package jupyterhub-fancy-profiles") from error
    form.setup_ui(c)
