"""An OCI registry with charts on loopback: what a client asks for that pulls (OCI Distribution Specification 1.1, "Pull"; Helm's
media types)."""

import hashlib
import json
import ssl
import subprocess
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.support.charts.repository import describe

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.cncf.helm.config.v1+json"
_CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"


class ChartRegistry:
    """Serves the archives of a folder below `PREFIX/NAME:VERSION` by https for the length of a `with` block. Its `certificate`
    is known to nobody else."""

    def __init__(self, folder: Path, scratch: Path, prefix: str) -> None:
        self.asked: list[str] = []
        """Paths that were requested, in order."""
        self.certificate, key = scratch / "certificate.pem", scratch / "key.pem"
        _make_certificate(self.certificate, key)
        self._prefix, self._content = prefix, dict(_served(folder, prefix))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self._content, self.asked))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)

    @property
    def url(self) -> str:
        return f"oci://127.0.0.1:{self._server.server_port}/{self._prefix}"

    def __enter__(self) -> "ChartRegistry":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, content: dict[str, tuple[str, bytes]], asked: list[str], *arguments: Any) -> None:
        self.content, self.asked = content, asked
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        kind, body = self.content.get(self.path, ("application/json", b""))
        self.send_response(200 if self.path in self.content else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", _digest(body))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 the server's name

    def log_message(self, *arguments: Any) -> None:
        """Silent: `asked` has it all."""


def _served(folder: Path, prefix: str) -> Any:
    yield "/v2/", ("application/json", b"{}")
    for archive in folder.glob("*.tgz"):
        about = describe(archive)
        config = json.dumps({"name": about["name"], "version": about["version"], "apiVersion": "v2"}).encode()
        layers = {_CONFIG: config, _CHART: archive.read_bytes()}
        config_at, chart_at = ({"mediaType": kind, "digest": _digest(body), "size": len(body)} for kind, body in layers.items())
        manifest = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": config_at, "layers": [chart_at]}).encode()
        base = f"/v2/{prefix}/{about['name']}"
        for reference in (about["version"], _digest(manifest)):
            yield f"{base}/manifests/{reference}", (_MANIFEST, manifest)
        for body in layers.values():
            yield f"{base}/blobs/{_digest(body)}", ("application/octet-stream", body)
        tags = {"name": f"{prefix}/{about['name']}", "tags": [about["version"]]}
        yield f"{base}/tags/list", ("application/json", json.dumps(tags).encode())


def _digest(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _make_certificate(certificate: Path, key: Path) -> None:
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=registry",
    ]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(["openssl", *words, *files], check=True, capture_output=True)
