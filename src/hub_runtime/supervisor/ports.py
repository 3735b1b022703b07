"""Ports on 127.0.0.1. Those of the two APIs are kept, as people's running servers know the hub by its port."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass

from hub_runtime.errors import MachineProblem
from hub_runtime.folder import HubFolder, read_json, write_private

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    """`hub` is the hub's own API, `proxy_api` the proxy's."""

    hub: int
    proxy_api: int


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(port: int) -> None:
    """Raises MachineProblem where another program listens."""
    if not is_free(port):
        raise MachineProblem(
            f"port {port} on {LOOPBACK} is taken by another program: end it, or give the cluster another `local.port`"
        )


def _free() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def keep_ports(folder: HubFolder) -> tuple[Ports, bool]:
    """The ports of last time where they are free, else new ones; and whether the hub's is another than last time."""
    kept = read_json(folder.ports) or {}
    chosen: dict[str, int] = {}
    for name in ("hub", "proxy_api"):
        port = kept.get(name)
        chosen[name] = port if isinstance(port, int) and is_free(port) else _free()
    ports = Ports(**chosen)
    write_private(folder.ports, json.dumps(asdict(ports)))
    return ports, kept.get("hub") not in (None, ports.hub)
