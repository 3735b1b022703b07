"""Which port a hub gets, and who has it."""

from __future__ import annotations

from collections.abc import Collection

from deployer.errors import MachineError
from deployer.model.release import HubRef
from deployer.tools.machine import refusal
from deployer.tools.processes import port_holder, port_is_free

_LAST = 65535


def choose(first: int, own: int | None, taken: Collection[int], *, elsewhere: bool = False) -> int:
    """The hub's own port where it has one, else the first that no other hub of the cluster has; `elsewhere`: also nobody else on
    this machine. Raises MachineError."""
    if own is not None:
        return own
    candidates = (port for port in range(first, _LAST + 1) if port not in taken)
    port = next((port for port in candidates if not elsewhere or port_is_free(port)), None)
    if port is None:
        raise MachineError(f"there is no port left above {first}", hint="Set a lower `local: port:` in the cluster's file.")
    return port


def require_free(port: int, ref: HubRef, own: Collection[int]) -> None:
    """Raises MachineError where somebody listens on the port who is none of the hub's `own` processes, which its supervisor ends;
    and says who where that can be known."""
    try:
        if port_is_free(port):
            return
    except PermissionError as error:
        raise refusal(error, f"use port {port} for {ref} on 127.0.0.1") from error
    holder = port_holder(port)
    if holder is None or holder.pid not in own:
        by = f" by `{holder.command}` (pid {holder.pid})" if holder else ""
        raise MachineError(
            f"port {port} of 127.0.0.1, which {ref} needs, is in use{by}",
            hint=f"End it, or set another `local: port:` in config/clusters/{ref.cluster}/cluster.yaml.",
        )
