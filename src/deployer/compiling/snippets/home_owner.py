"""Homes on a file server of somebody else's: who makes a person's folder there is root, and nobody else could write into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

DEPLOYER_GIVE_HOME = """\
import os, sys

home, uid, gid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
try:
    if os.stat(home).st_uid != uid:
        os.chown(home, uid, gid)
except OSError as error:
    # A server that gives every file to one user owns the folder as that user already.
    print(f"{home}: the file server decides whose it is: {error}")
"""


def deployer_home_owner(
    volume: str, shared: str, image: Mapping[str, Any], before: Callable[[Any, Any], Any] | None
) -> Callable[[Any, Any], Any]:
    """A `modify_pod_hook` for KubeSpawner that runs the hook that was there before, too. Homes are folders of `volume`; those
    below `shared` are nobody's. `image` is the hub's own, as its chart says it: no person chooses what runs as root."""

    async def modify_pod(spawner: Any, pod: Any) -> Any:
        if before is not None:
            changed = before(spawner, pod)
            pod = await changed if hasattr(changed, "__await__") else changed
        server = pod.spec.containers[0]
        home = next(homes(server), None)
        if home is not None:
            user = getattr(server.security_context, "run_as_user", None) or 1000
            group = getattr(pod.spec.security_context, "fs_group", None) or 100
            pod.spec.init_containers = [giving(home, user, group), *(pod.spec.init_containers or [])]
            pod.spec.image_pull_secrets = [*(pod.spec.image_pull_secrets or []), *pull_secrets()]
        return pod

    def homes(server: Any) -> Iterator[Any]:
        for mount in server.volume_mounts or []:
            if mount.name == volume and mount.sub_path and mount.sub_path.split("/")[0] != shared:
                yield mount

    def giving(home: Any, user: int, group: int) -> dict[str, Any]:
        return {
            "name": "give-home",
            "image": f"{image['name']}:{image['tag']}",
            "imagePullPolicy": image.get("pullPolicy") or "IfNotPresent",
            "command": ["python3", "-c", DEPLOYER_GIVE_HOME, home.mount_path, str(user), str(group)],
            "securityContext": {"runAsUser": 0, "allowPrivilegeEscalation": False},
            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "128Mi"}},
            "volumeMounts": [{"name": home.name, "mountPath": home.mount_path, "subPath": home.sub_path}],
        }

    def pull_secrets() -> Iterator[Any]:
        for secret in image.get("pullSecrets") or []:
            yield secret if isinstance(secret, Mapping) else {"name": secret}

    return modify_pod
