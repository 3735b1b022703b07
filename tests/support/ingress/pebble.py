"""Pebble, Let's Encrypt's ACME server for tests: it looks at the domain for real before it signs a certificate."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import urllib.request
from pathlib import Path

from tests.support.cache import cached, digest
from tests.support.cluster.cluster import Cluster
from tests.support.cluster.layout import NODE_ADDRESS
from tests.support.cluster.processes import wait_until

_MODULE = Path(__file__).with_name("go")
_PACKAGE = "github.com/letsencrypt/pebble/v2/cmd/pebble"
_ORDERS, _MANAGEMENT = 14000, 15000


def program() -> Path:
    """The program, built by Go once for each version that the module pins: half a minute."""
    return cached(f"ingress/pebble-{digest(sorted(_MODULE.iterdir()))}", _build) / "pebble"


def _build(folder: Path) -> None:
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags=-s -w"]
    subprocess.run(
        [*command, "-o", str(folder / "pebble"), _PACKAGE], cwd=_MODULE, env={**os.environ, "CGO_ENABLED": "0"}, check=True
    )


class Pebble:
    """Issues certificates inside the cluster's network, for domains that its name server knows and that answer on port 80."""

    directory = f"https://127.0.0.1:{_ORDERS}/dir"
    """Where orders go, inside the cluster's network."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._folder = cluster.layout.state / "pebble"
        self._port = 0

    @property
    def own_certificate(self) -> Path:
        """What vouches for its own address; nothing that it issues."""
        return self._folder / "own.crt"

    def start(self) -> None:
        """Start it and wait until it takes orders. Its authority is a new one each time; one that a killed run left ends."""
        self.end()
        self._folder.mkdir(exist_ok=True)
        self._make_own_certificate()
        settings = self._cluster.layout.write("pebble/settings.json", json.dumps({"pebble": self._settings()}))
        # It waits some seconds before it looks, and turns away some good requests, to try clients: this is no test of them.
        launcher = f'#!/bin/sh\nexport PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0\nexec {program()} "$@"\n'
        self._cluster.layout.write("bin/pebble", launcher).chmod(0o700)
        self._cluster.processes.start("pebble", "-config", settings, "-dnsserver", f"{NODE_ADDRESS}:53")
        self._port = self._cluster.forward(f"127.0.0.1:{_MANAGEMENT}")
        wait_until(self._answers, "pebble answers", 20, self._cluster.processes.require_all)

    def end(self) -> None:
        """End it; nothing where it does not run."""
        self._cluster.processes.end("pebble")

    def root(self) -> str:
        """Its authority's certificate, as PEM."""
        return self._ask("roots/0")

    def intermediate(self) -> str:
        """The certificate of what signs, which servers show with their own, as PEM."""
        return self._ask("intermediates/0")

    def _answers(self) -> bool:
        try:
            return bool(self.root())
        except OSError:
            return False

    def _ask(self, path: str) -> str:
        trusted = ssl.create_default_context(cafile=str(self.own_certificate))
        with urllib.request.urlopen(f"https://127.0.0.1:{self._port}/{path}", context=trusted, timeout=10) as answer:
            return str(answer.read().decode())

    def _settings(self) -> dict[str, object]:
        return {
            "listenAddress": f"127.0.0.1:{_ORDERS}",
            "managementListenAddress": f"127.0.0.1:{_MANAGEMENT}",
            "certificate": str(self.own_certificate),
            "privateKey": str(self._folder / "own.key"),
            "httpPort": 80,
            "tlsPort": 443,
            "retryAfter": {"authz": 1, "order": 1},
            "keyAlgorithm": "ecdsa",
            "profiles": {"default": {"description": "", "validityPeriod": 7 * 24 * 3600}},
        }

    def _make_own_certificate(self) -> None:
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=pebble")
        named = ("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "own.key", "-out", "own.crt")
        subprocess.run(["openssl", "req", "-x509", *new, *named], cwd=self._folder, check=True, capture_output=True)
