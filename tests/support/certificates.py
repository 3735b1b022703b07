"""Certificates that nobody vouches for."""

import ssl
import subprocess
from pathlib import Path


def own_certificate(folder: Path, name: str = "localhost") -> ssl.SSLContext:
    """A server's side of TLS, with a certificate for this name that is its own issuer."""
    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}")
    subprocess.run(
        ["openssl", "req", "-x509", *new, "-keyout", "key", "-out", "own"], cwd=folder, check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own", folder / "key")
    return context
