"""The keys of a hub and its proxy, made by the chart but for one. They outlive its release: without them, what the hub encrypted
cannot be read."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

from deployer.targets.kubernetes.api.objects import Namespace, Object

_SECRET = "hub"  # noqa: S105 the chart's name for it
_COPY = "hub-keys"
_PROXY_TOKEN = "hub.config.ConfigurableHTTPProxy.auth_token"  # noqa: S105 the name of an entry


@dataclass(frozen=True, slots=True)
class Keys:
    """Those of one namespace: in the chart's own Secret, and beside it in a copy that no helm takes away with a release."""

    namespace: Namespace

    def put_aside(self) -> None:
        """Once they have proved good, and before the release goes."""
        if found := self.namespace.get("secrets", _SECRET):
            copy, there = _kept(found, _COPY), self.namespace.get("secrets", _COPY)
            if there is None or there.get("data") != copy["data"]:
                self.namespace.put("secrets", copy)

    def take_up(self) -> None:
        """What was put aside is the chart's again, unless a release has keys: also after somebody has removed that by hand."""
        aside = self.namespace.get("secrets", _COPY)
        if aside and self.namespace.get("secrets", _SECRET) is None:
            self.namespace.create("secrets", _kept(aside, _SECRET))

    def make(self) -> None:
        """The proxy's token, before a first install: the chart keeps one that it finds, but of its own it writes two, so that its
        first upgrade would restart the proxy."""
        if self.namespace.get("secrets", _SECRET) is None:
            token = base64.b64encode(secrets.token_hex(32).encode()).decode()
            made = {"metadata": {"namespace": self.namespace.name}, "data": {_PROXY_TOKEN: token}}
            self.namespace.create("secrets", _kept(made, _SECRET))

    def objects(self) -> list[tuple[str, str]]:
        """Kind and name of what there is."""
        names = (_SECRET, _COPY)
        return [
            ("secrets", name)
            for name in names
            if self.namespace.list("secrets", fields=f"metadata.name={name}", metadata_only=True)
        ]


def _kept(keys: Object, name: str) -> dict[str, Any]:
    """A Secret of this name with what the chart made, which a new release of the namespace's name may adopt."""
    generated = {entry: value for entry, value in (keys.get("data") or {}).items() if entry.startswith("hub.")}
    marks = {"app.kubernetes.io/managed-by": "Helm"}
    owner = keys["metadata"]["namespace"]
    notes = {"meta.helm.sh/release-name": owner, "meta.helm.sh/release-namespace": owner}
    metadata = {"name": name, "labels": marks, "annotations": notes}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": generated}
