"""Whether people reach a hub at its public address: its name in the DNS, its certificate, and this hub behind both.

None of that is the hub's own work: a new name and a new certificate take their time, and neither is a reason to undo a deploy. So
what is missing is told as what the hub still waits for.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import quote

import httpx

from deployer.model.health import HubAccess
from deployer.services.transport import Route

PATIENCE = 5.0
"""Seconds; what does not answer by then is not there for people either."""
_MARK = "x-jupyterhub-version"
"""JupyterHub's own header, on every answer of its API, on refusals too."""
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}

_Kind = TypeVar("_Kind", bound=BaseException)


@dataclass(frozen=True, slots=True)
class Reached:
    """Who was found at the public address. `pending` is what is missing, as a phrase; empty where the hub answers."""

    found: str = ""
    pending: str = ""


def reached(access: HubAccess, *, seconds: float) -> Reached:
    """Ask the public address with the check's own token, which no other hub knows. It is sent to nobody without a certificate."""
    path, token = f"hub/api/users/{quote(access.user)}", access.token.reveal()
    try:
        with Route(access.public).client(seconds=seconds, headers={"Authorization": f"token {token}"}) as http:
            answer = http.get(path)
    except httpx.HTTPError as error:
        return Reached(pending=missing(error, access))
    if stranger := _stranger(answer, access.public):
        return Reached(pending=stranger)
    if answer.status_code in (401, 403):
        return Reached(pending=f"another hub answers at {access.public}")
    return Reached(found=f"{access.public} answers, and browsers accept its certificate")


def pending(url: str, *, seconds: float = PATIENCE) -> str:
    """What any hub that answers at this address still waits for, in a phrase; empty where one answers."""
    try:
        with Route(url).client(seconds=seconds) as http:
            return _stranger(http.get("hub/api/"), url)
    except httpx.HTTPError as error:
        return _why(error, url)


def _stranger(answer: httpx.Response, url: str) -> str:
    if _MARK in answer.headers:
        return ""
    leads = f" and leads to {answer.headers['location']}" if answer.is_redirect else ""
    return f"what answers at {url} is no hub: it says {answer.status_code} {answer.reason_phrase}{leads}"


def missing(error: httpx.HTTPError, access: HubAccess) -> str:
    """Why nobody answered, with what the cluster knows about it."""
    told = _why(error, access.public)
    if _cause(error, socket.gaierror):
        record = f"a record has to lead to {access.entrance}" if access.entrance else "the cluster's ingress has no address yet"
        return f"{told}; {record}"
    if _cause(error, ssl.SSLCertVerificationError) and access.certificate:
        return f"{told}; its issuer says: {access.certificate}"
    return told


def _why(error: httpx.HTTPError, url: str) -> str:
    host = httpx.URL(url).host
    if name := _cause(error, socket.gaierror):
        return f"{host} is not in the DNS yet" if name.errno in _NO_SUCH_NAME else f"the DNS does not answer for {host}"
    if wrong := _cause(error, ssl.SSLCertVerificationError):
        return f"{host} has no certificate yet that browsers accept: {wrong.verify_message}"
    reason = "no answer in time" if isinstance(error, httpx.TimeoutException) else str(error) or type(error).__name__
    return f"nothing answers at {url} yet: {reason}"


def _cause(error: BaseException, kind: type[_Kind]) -> _Kind | None:
    """The error of this kind that led to it: httpx has its own in the place of Python's."""
    return next((one for one in _chain(error) if isinstance(one, kind)), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
