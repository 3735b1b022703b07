"""Connections to a hub: straight to this machine, through the proxies of the environment, or around the DNS."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from functools import cache
from threading import Lock

import httpx

from deployer.model.protocols import Journal
from deployer.tools.journal import SILENT

_SECONDS_TO_CONNECT = 10.0
_READING = Lock()


@dataclass(frozen=True, slots=True)
class Route:
    """How to reach a hub's address `url` (ends in `/`). `connect_to` (host, port) replaces what the DNS says; `vouched`: whoever
    answers need not show a certificate, as the way there leads to nobody else. The `journal` learns what was changed."""

    url: str
    connect_to: tuple[str, int] | None = None
    vouched: bool = False
    journal: Journal = SILENT

    @property
    def direct(self) -> bool:
        """No proxy: the address is this machine's, or was given."""
        return self.connect_to is not None or _is_loopback(httpx.URL(self.url).host)

    @property
    def tls(self) -> ssl.SSLContext:
        """Whom to believe, where the address is https."""
        return _anybody() if self.vouched else _trusted()

    def client(self, *, seconds: float, headers: dict[str, str] | None = None) -> httpx.Client:
        """A client whose relative addresses start at the hub. `seconds` is how long a silent connection may last."""
        return httpx.Client(
            base_url=self.url,
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=min(seconds, _SECONDS_TO_CONNECT)),
            trust_env=not self.direct,
            verify=self.tls,
            transport=_Elsewhere(self.connect_to, self.tls) if self.connect_to else None,
            event_hooks={"response": [self._note]},
        )

    def _note(self, response: httpx.Response) -> None:
        method, path = response.request.method, response.request.url.path
        if method not in ("GET", "HEAD"):
            self.journal.did(f"ask the hub: {method} {path}")

    def socket(self) -> socket.socket | None:
        """An open connection for a websocket, where the DNS does not know the way; else None."""
        return socket.create_connection(self.connect_to, timeout=_SECONDS_TO_CONNECT) if self.connect_to else None


class _Elsewhere(httpx.BaseTransport):
    """Sends every request to one address; the Host header and the name in the certificate stay the hub's own."""

    def __init__(self, address: tuple[str, int], tls: ssl.SSLContext) -> None:
        self._address = address
        self._inner = httpx.HTTPTransport(verify=tls, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        host, port = self._address
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host=host, port=port)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def _trusted() -> ssl.SSLContext:
    """Reading all certificates takes a moment, so it is done once, however many ask at once."""
    with _READING:
        return _read()


@cache
def _read() -> ssl.SSLContext:
    return httpx.create_ssl_context()


@cache
def _anybody() -> ssl.SSLContext:
    return httpx.create_ssl_context(verify=False)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
