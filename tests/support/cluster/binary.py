"""Builds the cluster's programs with Go, once for each content of the Go module."""

import os
import subprocess
from pathlib import Path

from tests.support.cache import cache_root, cached, digest

MODULE = Path(__file__).with_name("go")
KUBERNETES_VERSION = "v1.36.3"
"""What the API server says it is; the module's k8s.io/kubernetes is this version."""
NAMES = (
    "coredns",
    "etcd",
    "init",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-proxy",
    "kube-scheduler",
    "kubelet",
    "provisioner",
    "relay",
)
"""The names that the one binary answers to."""


def programs() -> Path:
    """A folder with `onenode` and `pause`; built here where it is not cached: minutes without Go's own build cache."""
    return cached(_folder(), _build)


def is_built() -> bool:
    return (cache_root() / _folder()).is_dir()


def _folder() -> str:
    sources = sorted(file for file in MODULE.rglob("*") if file.is_file())
    return f"cluster/programs-{digest(sources, KUBERNETES_VERSION)}"


def _build(folder: Path) -> None:
    """Static and without debug tables. -trimpath belongs to the keys of Go's build cache: another flag compiles it all again."""
    linking = f"-s -w -X k8s.io/component-base/version.gitVersion={KUBERNETES_VERSION}"
    for package, name in ((".", "onenode"), ("./pause", "pause")):
        subprocess.run(
            [
                "go",
                "build",
                "-trimpath",
                "-buildvcs=false",
                "-mod=readonly",
                f"-ldflags={linking}",
                "-o",
                str(folder / name),
                package,
            ],
            cwd=MODULE,
            env={**os.environ, "CGO_ENABLED": "0"},
            check=True,
        )
