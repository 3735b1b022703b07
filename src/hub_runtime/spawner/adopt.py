"""Which class starts servers here."""

from __future__ import annotations

from typing import Any

from kubespawner import KubeSpawner
from traitlets.utils.importstring import import_item

from hub_runtime.spawner.spawner import LocalSpawner

_PLAIN = (None, "kubespawner", "kubespawner.KubeSpawner", "kubespawner.spawner.KubeSpawner")


def adopted_class(chosen: Any) -> Any:
    """The class to start servers with, for what the hub's values and Python chose.

    KubeSpawner becomes LocalSpawner; a class that somebody derived from KubeSpawner keeps its own methods, with LocalSpawner
    below it. Any other spawner stays what it is.
    """
    if chosen in _PLAIN or chosen is KubeSpawner:
        return LocalSpawner
    cls = import_item(chosen) if isinstance(chosen, str) and "." in chosen else chosen
    if isinstance(cls, type) and issubclass(cls, KubeSpawner) and not issubclass(cls, LocalSpawner):
        return type(cls.__name__, (cls, LocalSpawner), {"__module__": cls.__module__, "__doc__": cls.__doc__})
    return cls
