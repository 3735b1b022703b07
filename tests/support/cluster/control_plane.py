"""Starts etcd, the API server, the controller manager and the scheduler."""

from tests.support.cluster.layout import NODE_ADDRESS, SERVICE_NETWORK, Layout
from tests.support.cluster.processes import Processes

API_SERVER = "kube-apiserver"
CONTROLLERS = ("kube-controller-manager", "kube-scheduler")
_ETCD = "http://127.0.0.1:2379"


def start_api(layout: Layout, processes: Processes) -> None:
    """etcd in plain, on the namespace's loopback, without waiting for the disk: nothing here outlives the machine."""
    processes.start(
        "etcd",
        f"--data-dir={layout.state / 'etcd'}",
        f"--listen-client-urls={_ETCD}",
        f"--advertise-client-urls={_ETCD}",
        "--listen-peer-urls=http://127.0.0.1:2380",
        "--unsafe-no-fsync",
    )
    keys = layout.certificates
    processes.start(
        API_SERVER,
        f"--etcd-servers={_ETCD}",
        "--secure-port=6443",
        f"--advertise-address={NODE_ADDRESS}",  # nothing to derive it from: there is no default route
        f"--service-cluster-ip-range={SERVICE_NETWORK}",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={keys}/service-accounts.key",
        f"--service-account-signing-key-file={keys}/service-accounts.key",
        f"--token-auth-file={keys}/tokens.csv",
        "--authorization-mode=Node,RBAC",
        "--enable-admission-plugins=NodeRestriction",
        "--allow-privileged",
        f"--client-ca-file={keys}/ca.crt",
        f"--tls-cert-file={keys}/apiserver.crt",
        f"--tls-private-key-file={keys}/apiserver.key",
        f"--kubelet-certificate-authority={keys}/ca.crt",
        f"--kubelet-client-certificate={keys}/kubelet-client.crt",
        f"--kubelet-client-key={keys}/kubelet-client.key",
        "--kubelet-preferred-address-types=InternalIP",
    )


def start_controllers(layout: Layout, processes: Processes) -> None:
    """Both elect no leader, as each is alone."""
    manager, scheduler = CONTROLLERS
    processes.start(
        manager,
        f"--kubeconfig={layout.own_kubeconfig('controller-manager')}",
        f"--service-account-private-key-file={layout.certificates}/service-accounts.key",
        f"--root-ca-file={layout.certificates}/ca.crt",
        "--use-service-account-credentials",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
    )
    processes.start(
        scheduler,
        f"--kubeconfig={layout.own_kubeconfig('scheduler')}",
        "--bind-address=127.0.0.1",
        "--leader-elect=false",
    )
