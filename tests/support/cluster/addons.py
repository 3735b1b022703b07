"""What every cluster has besides Kubernetes itself: names for services (CoreDNS) and volumes for claims."""

from typing import Any

from tests.support.cluster.layout import DNS_SERVICE_ADDRESS, NODE_ADDRESS, STORAGE_CLASS, Layout
from tests.support.cluster.processes import Processes

_COREDNS = "onenode:coredns"


def start_addons(layout: Layout, processes: Processes) -> None:
    """Names that are neither the cluster's nor in its file of hosts do not exist, said at once: nothing behind this server could
    be asked."""
    layout.hosts.touch()
    corefile = f""".:53 {{
    bind {NODE_ADDRESS}
    errors
    health 127.0.0.1:8080
    ready 127.0.0.1:8181
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {layout.own_kubeconfig("coredns")}
        ttl 5
    }}
    hosts {layout.hosts} {{
        ttl 1
        reload 200ms
        fallthrough
    }}
    template ANY ANY . {{
        rcode NXDOMAIN
    }}
    cache 5 cluster.local in-addr.arpa
}}
"""
    processes.start("coredns", "-conf", layout.write("Corefile", corefile))
    processes.start("provisioner", layout.own_kubeconfig("provisioner"), layout.volumes)


def addon_objects() -> dict[str, Any]:
    """Their objects, as one list to apply."""
    return {"apiVersion": "v1", "kind": "List", "items": [*_coredns_rights(), *_dns_service(), _storage_class()]}


def _coredns_rights() -> list[dict[str, Any]]:
    reading = ["list", "watch"]
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": _COREDNS},
            "rules": [
                {"apiGroups": [""], "resources": ["endpoints", "services", "pods", "namespaces"], "verbs": reading},
                {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": reading},
            ],
        },
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _COREDNS},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": _COREDNS},
            "subjects": [{"kind": "User", "name": _COREDNS}],
        },
    ]


def _dns_service() -> list[dict[str, Any]]:
    """CoreDNS runs beside the pods, on the node's address: a service without a selector leads there."""
    ports = [{"name": f"dns-{protocol.lower()}", "port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]
    labels = {"k8s-app": "kube-dns"}
    return [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": labels},
            "spec": {"clusterIP": DNS_SERVICE_ADDRESS, "ports": ports},
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {
                "name": "kube-dns-node",
                "namespace": "kube-system",
                "labels": {"kubernetes.io/service-name": "kube-dns"},
            },
            "addressType": "IPv4",
            "ports": ports,
            "endpoints": [{"addresses": [NODE_ADDRESS]}],
        },
    ]


def _storage_class() -> dict[str, Any]:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": STORAGE_CLASS, "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
        "provisioner": "onenode/directories",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
    }
