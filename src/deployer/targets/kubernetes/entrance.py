"""What the cluster knows of the way in to a hub: where its name has to lead, and what its certificate still waits for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from deployer.errors import ExternalError
from deployer.targets.kubernetes.api.connection import Connection
from deployer.targets.kubernetes.api.objects import Object, conditions


@dataclass(frozen=True, slots=True)
class Entrance:
    """The objects of one namespace that lead in. Who may not look at them is told nothing, as a deploy needs none of it."""

    connection: Connection
    namespace: str

    def address(self) -> str:
        """Address or name of the ingress, as its controller gives it; empty where it has none yet."""
        found = (entry for one in self._objects("networking.k8s.io/v1", "ingresses") for entry in _addresses(one))
        return next(found, "")

    def certificate(self) -> str:
        """Why cert-manager has not issued a certificate yet, in its own words; empty where it has, or where there is none."""
        for entry in self._objects("cert-manager.io/v1", "certificates"):
            ready = conditions(entry).get("Ready", {})
            if ready.get("status") == "False":
                return str(ready.get("message", ""))
        return ""

    def _objects(self, group: str, plural: str) -> list[Object]:
        with suppress(ExternalError):
            found = self.connection.request("GET", f"/apis/{group}/namespaces/{self.namespace}/{plural}")
            return list(found["items"] or []) if found else []
        return []


def _addresses(ingress: Object) -> Iterator[str]:
    balancer = (ingress.get("status") or {}).get("loadBalancer") or {}
    yield from (entry.get("ip") or entry.get("hostname") or "" for entry in balancer.get("ingress") or [])
