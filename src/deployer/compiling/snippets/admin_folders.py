"""Shared folders that only administrators may write: every server mounts them read-only, and administrators' servers do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def deployer_admin_folders(paths: list[str], before: Callable[[Any, Any], Any] | None) -> Callable[[Any, Any], Any]:
    """A `modify_pod_hook` for KubeSpawner that runs the hook that was there before, too."""

    async def modify_pod(spawner: Any, pod: Any) -> Any:
        if before is not None:
            changed = before(spawner, pod)
            pod = await changed if hasattr(changed, "__await__") else changed
        if spawner.user.admin:
            for container in pod.spec.containers:
                for mount in container.volume_mounts or []:
                    if mount.mount_path in paths:
                        mount.read_only = False
        return pod

    return modify_pod
