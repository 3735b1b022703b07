"""Who is who in the cluster: certificates of what listens, tokens of what calls, and the kubeconfig files that hold them."""

import base64
import json
import secrets
import subprocess

from tests.support.cluster.layout import API_SERVER, API_SERVICE_ADDRESS, CONTEXT, NODE, NODE_ADDRESS, Layout

IDENTITIES = {
    "admin": ("admin", "system:masters"),
    "controller-manager": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "kubelet": (f"system:node:{NODE}", "system:nodes"),
    "kube-proxy": ("system:kube-proxy", ""),
    "coredns": ("onenode:coredns", ""),
    "provisioner": ("onenode:provisioner", "system:masters"),
    "visitor": ("visitor", ""),
}
"""Identity to user and group. Each has the rights of its name alone; a visitor has none until a test grants them."""

_API_SERVER_NAMES = ",".join(
    [
        *(f"IP:{address}" for address in ("127.0.0.1", NODE_ADDRESS, API_SERVICE_ADDRESS)),
        *(f"DNS:{name}" for name in ("localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")),
        "DNS:kubernetes.default.svc.cluster.local",
    ]
)
_CERTIFICATES = (
    ("apiserver", "/CN=kube-apiserver", f"subjectAltName={_API_SERVER_NAMES}"),
    ("kubelet", f"/CN={NODE}", f"subjectAltName=IP:{NODE_ADDRESS},DNS:{NODE}"),
    ("kubelet-client", "/O=system:masters/CN=kube-apiserver-kubelet-client", "extendedKeyUsage=clientAuth"),
)
_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def make_certificates(layout: Layout) -> None:
    """An authority of the cluster's own and what it signs, valid for a month."""
    _openssl(layout, "req", "-x509", *_NEW_KEY, "-days", "30", "-subj", "/CN=onenode", "-keyout", "ca.key", "-out", "ca.crt")
    _openssl(layout, "genrsa", "-out", "service-accounts.key", "2048")
    for name, subject, extension in _CERTIFICATES:
        layout.write(f"certificates/{name}.ext", extension + "\n")
        _openssl(layout, "req", *_NEW_KEY, "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.csr")
        signed_by = ("-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30", "-extfile", f"{name}.ext")
        _openssl(layout, "x509", "-req", "-in", f"{name}.csr", *signed_by, "-out", f"{name}.crt")


def _openssl(layout: Layout, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=layout.certificates, check=True, capture_output=True)


def make_tokens(layout: Layout) -> None:
    """A token for each identity: in the API server's table, and in a kubeconfig for use inside the cluster's network."""
    tokens = {identity: secrets.token_hex(16) for identity in IDENTITIES}
    rows = [f'{tokens[identity]},{user},{identity},"{group}"' for identity, (user, group) in IDENTITIES.items()]
    layout.write("certificates/tokens.csv", "\n".join(rows) + "\n")
    for identity, token in tokens.items():
        layout.write(f"identities/{identity}.token", token)
        layout.write(f"identities/{identity}.kubeconfig", kubeconfig(layout, API_SERVER, token))


def token_of(layout: Layout, identity: str) -> str:
    return (layout.state / "identities" / f"{identity}.token").read_text()


def kubeconfig(layout: Layout, server: str, token: str) -> str:
    """A kubeconfig that stands on its own: the authority's certificate is in it."""
    authority = base64.b64encode((layout.certificates / "ca.crt").read_bytes()).decode()
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": CONTEXT,
            "clusters": [{"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": authority}}],
            "users": [{"name": CONTEXT, "user": {"token": token}}],
            "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT}}],
        },
        indent=1,
    )
