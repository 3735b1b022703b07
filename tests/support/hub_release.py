"""A hub on the test cluster, installed by Helm as the deployer would, for tests of the cluster and of the charts."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import image
from tests.support.cluster import Cluster
from tests.support.helm import helm
from tests.support.hub_driver import Person

PASSWORD = "open sesame"


@dataclass(frozen=True)
class HubRelease:
    """One release in a namespace of its own name. `chart`: what Helm takes: a folder, an archive or an address."""

    cluster: Cluster
    name: str
    home: Path
    helm_program: Path

    def install(self, chart: str, values: Mapping[str, Any]) -> None:
        """`helm upgrade --install --wait`. Raises AssertionError with Helm's own words."""
        file = self.home / "values.json"
        file.write_text(json.dumps(values))
        self.helm("upgrade", "--install", self.name, chart, "--create-namespace", "--wait", "--timeout", "3m", "-f", str(file))

    def remove(self) -> None:
        """The namespace with all that is in it; nobody waits until it is gone, so a name is used once."""
        self.cluster.kubectl("delete", "namespace", self.name, "--ignore-not-found", "--wait=false")

    def helm(self, *arguments: str) -> str:
        """What Helm prints; it has a home of its own."""
        homes = {f"HELM_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CACHE", "CONFIG", "DATA")}
        environment = {**self.cluster.environment, **homes}
        command = [str(self.helm_program), *arguments, "--namespace", self.name]
        done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment, timeout=300)
        assert done.returncode == 0, f"{done.stdout}{done.stderr}\n{self.events()}"
        return done.stdout

    def events(self) -> str:
        """What the cluster says about the namespace, for a failure's message."""
        return "\n".join(self.cluster.kubectl("get", kind, "-n", self.name, check=False) for kind in ("events", "pods"))

    def url(self) -> str:
        """The hub's address on this machine: the service `proxy-public`."""
        return f"http://127.0.0.1:{self.cluster.forward_service(self.name, 'proxy-public')}/"

    def secret(self, key: str) -> str:
        """One entry of the Secret `hub`, as Kubernetes encodes it."""
        return str(json.loads(self.cluster.kubectl("get", "secret", "hub", "-n", self.name, "-o", "json"))["data"][key])

    def person(self, url: str, name: str) -> Person:
        return Person(url, name, PASSWORD)


def release(cluster: Cluster, name: str, home: Path, helm_program: Path | None = None) -> HubRelease:
    return HubRelease(cluster, name, home, helm_program or helm())


def hub_values() -> dict[str, Any]:
    """Values for a hub that anybody may use who knows the password; true of the real chart and of the stand-in.

    The real chart's images come from a registry that a sealed cluster cannot reach, so every image is the test's own.
    """
    hub, user = ({"name": name, "tag": image.tag(), "pullPolicy": "IfNotPresent"} for name in (image.HUB, image.USER))
    config = {"DummyAuthenticator": {"password": PASSWORD}, "Authenticator": {"allow_all": True, "admin_users": ["admin"]}}
    return {
        "hub": {"image": hub, "config": config, "resources": {"requests": {"cpu": "10m", "memory": "100M"}}},
        "proxy": {"service": {"type": "ClusterIP"}, "chp": {"image": hub}},
        "singleuser": {
            "image": user,
            "networkTools": {"image": user},
            "memory": {"guarantee": "100M", "limit": "1G"},
            "storage": {"capacity": "100Mi"},
        },
        "scheduling": {"userScheduler": {"enabled": False}},
        "prePuller": {"hook": {"enabled": False}, "continuous": {"enabled": False}},
        "cull": {"enabled": True, "every": 60, "timeout": 600},
    }
