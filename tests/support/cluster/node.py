"""Starts what makes this machine a node: containerd with runc, the kubelet, kube-proxy. YAML is written as JSON, a part of it."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from tests.support.cluster.layout import DNS_SERVICE_ADDRESS, NODE, NODE_ADDRESS, PAUSE_IMAGE, POD_NETWORK, Layout
from tests.support.cluster.needs import CNI_PLUGINS
from tests.support.cluster.processes import Processes

_CGROUPS = Path("/sys/fs/cgroup")


def start_containerd(layout: Layout, processes: Processes) -> None:
    layout.write("cni/10-pods.conflist", json.dumps(_pod_network(layout)))
    settings = layout.write("containerd.toml", _containerd_settings(layout))
    (layout.bin / "containerd").symlink_to(_program("containerd"))
    processes.start("containerd", f"--config={settings}")


def start_kubelet(layout: Layout, processes: Processes) -> None:
    make_cgroups(layout)
    processes.start(
        "kubelet",
        f"--config={layout.write('kubelet.json', json.dumps(_kubelet_settings(layout)))}",
        f"--kubeconfig={layout.own_kubeconfig('kubelet')}",
        f"--root-dir={layout.state / 'kubelet'}",
        f"--node-ip={NODE_ADDRESS}",
        f"--hostname-override={NODE}",
        f"--cert-dir={layout.certificates}",
    )


def start_kube_proxy(layout: Layout, processes: Processes) -> None:
    settings = layout.write("kube-proxy.json", json.dumps(_kube_proxy_settings(layout)))
    processes.start("kube-proxy", f"--config={settings}")


def make_cgroups(layout: Layout) -> None:
    """A group of the cluster's own for all pods, in every hierarchy."""
    for hierarchy in _hierarchies():
        (hierarchy / layout.cgroup).mkdir(exist_ok=True)
    cpuset = _CGROUPS / "cpuset" / layout.cgroup
    if cpuset.is_dir():  # version 1 alone: a new cpuset is empty and runs nothing
        for name in ("cpuset.cpus", "cpuset.mems"):
            (cpuset / name).write_text((cpuset.parent / name).read_text())


def remove_cgroups(layout: Layout) -> None:
    """The groups are empty once no process is left; from the innermost outwards, as a group with groups stays."""
    for hierarchy in _hierarchies():
        for folder, _, _ in os.walk(hierarchy / layout.cgroup, topdown=False):
            Path(folder).rmdir()


def _hierarchies() -> list[Path]:
    """One under version 2 of control groups, one for each controller under version 1 (cgroups(7))."""
    if (_CGROUPS / "cgroup.controllers").exists():
        return [_CGROUPS]
    return [path for path in _CGROUPS.iterdir() if path.is_dir() and not path.is_symlink()]


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def _containerd_settings(layout: Layout) -> str:
    """restrict_oom_score_adj: without it nothing starts where a process may not lower its own."""
    runtimes = 'plugins."io.containerd.grpc.v1.cri".containerd'
    return f"""version = 2
root = "{layout.containerd_root}"
state = "{layout.state}/containerd/state"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs"]
[grpc]
  address = "{layout.containerd_socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{layout.state}/cni"
[{runtimes}]
  snapshotter = "overlayfs"
  default_runtime_name = "runc"
  [{runtimes}.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [{runtimes}.runtimes.runc.options]
      BinaryName = "{_program("runc")}"
      SystemdCgroup = false
"""


def _pod_network(layout: Layout) -> dict[str, Any]:
    addresses = {
        "type": "host-local",
        "dataDir": f"{layout.state}/addresses",
        "ranges": [[{"subnet": POD_NETWORK}]],
        "routes": [{"dst": "0.0.0.0/0"}],
    }
    bridge = {"type": "bridge", "bridge": "pods0", "isGateway": True, "ipMasq": True, "hairpinMode": True, "ipam": addresses}
    ports = {"type": "portmap", "capabilities": {"portMappings": True}}
    return {"cniVersion": "0.4.0", "name": "pods", "plugins": [bridge, ports]}


def _kubelet_settings(layout: Layout) -> dict[str, Any]:
    """No cgroup of its own is enforced and nearly nothing is evicted: the machine is shared with whoever runs the tests."""
    keys = layout.certificates
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE_ADDRESS,
        "healthzBindAddress": "127.0.0.1",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": f"{keys}/ca.crt"},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": f"{keys}/kubelet.crt",
        "tlsPrivateKeyFile": f"{keys}/kubelet.key",
        "containerRuntimeEndpoint": f"unix://{layout.containerd_socket}",
        "cgroupDriver": "cgroupfs",
        "cgroupRoot": f"/{layout.cgroup}",
        "failCgroupV1": False,
        "failSwapOn": False,
        "enforceNodeAllocatable": [],
        "oomScoreAdj": 0,
        "clusterDNS": [DNS_SERVICE_ADDRESS],
        "clusterDomain": "cluster.local",
        "resolvConf": str(layout.write("resolv.conf", "# Names outside of the cluster do not exist.\n", 0o644)),
        "podLogsDir": str(layout.logs / "pods"),
        "volumePluginDir": f"{layout.state}/plugins",
        "makeIPTablesUtilChains": False,
        "evictionHard": dict.fromkeys(("nodefs.available", "nodefs.inodesFree", "imagefs.available"), "1%")
        | {"memory.available": "100Mi"},
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        "maxPods": 100,
        "syncFrequency": "10s",
    }


def _kube_proxy_settings(layout: Layout) -> dict[str, Any]:
    """The connection table of the kernel is left as it is: it belongs to the whole machine."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(layout.own_kubeconfig("kube-proxy"))},
        "clusterCIDR": POD_NETWORK,
        "hostnameOverride": NODE,
        "bindAddress": NODE_ADDRESS,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
    }
