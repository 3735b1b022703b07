"""What the cluster needs of the machine; told as reasons, so that tests can skip with them."""

import os
import shutil
from pathlib import Path

from tests.support.cluster.binary import is_built

PROGRAMS = (
    "containerd",
    "runc",
    "ctr",
    "nft",
    "iptables",
    "ip",
    "unshare",
    "nsenter",
    "setpriv",
    "openssl",
    "apt-get",
    "dpkg-deb",
)
CNI_PLUGINS = Path("/usr/lib/cni")
"""Where Debian's containernetworking-plugins puts them."""


def missing() -> str | None:
    """Why no cluster can be started here, with what to do about it; None where one can."""
    if os.geteuid() != 0:
        return "a one-node Kubernetes needs root"
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    absent += [f"CNI plugin {name}" for name in ("bridge", "host-local", "portmap") if not (CNI_PLUGINS / name).exists()]
    if absent:
        return f"a one-node Kubernetes needs {', '.join(absent)}: run `make cluster-deps`"
    if shutil.which("go") is None and not is_built():
        return "a one-node Kubernetes is built with Go, which is not on PATH"
    return None
