"""What a browser meets that is not logged in: a form, or the way to a login provider."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

import httpx

from deployer.errors import ServiceError
from deployer.model.health import ExpectedLogin
from deployer.services.jupyterhub import no_answer
from deployer.services.transport import Route

_LOGIN = "hub/login"
_TO_PROVIDER = "hub/oauth_login"
"""Where OAuthenticator's handler sends a browser on to the login provider (oauthenticator.readthedocs.io)."""
_HOPS = 8


@dataclass(frozen=True, slots=True)
class LoginPage:
    """`form`: the page asks for a password; `provider`: the address of the login provider that the hub sends a browser to, or
    empty; `leads_to`: a redirect that was not followed."""

    form: bool = False
    provider: str = ""
    leads_to: str = ""

    def __str__(self) -> str:
        if self.provider:
            return f"redirect to {httpx.URL(self.provider).host}"
        if self.leads_to:
            return f"redirect to {self.leads_to}"
        return "a form" if self.form else "a page without a form"


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the login provider says to the redirect. `refused` is its reason, `unreachable` why it could not be asked."""

    refused: str = ""
    unreachable: str = ""


def login_page(route: Route, *, seconds: float) -> LoginPage:
    """Open the login page as a browser without cookies. Raises ServiceError where it is not served.

    Only the hub's login page and its way to an OAuth provider are followed: other redirects may log somebody in by themselves, as
    tmpauthenticator's does.
    """
    try:
        return _walk(route, seconds=seconds)
    except httpx.InvalidURL as error:
        raise ServiceError(f"/{_LOGIN} leads to an address that is none: {error}") from error


def _walk(route: Route, *, seconds: float) -> LoginPage:
    address = _joined(route.url, _LOGIN)
    with route.client(seconds=seconds) as http:
        for _ in range(_HOPS):
            answer = _get(http, address)
            if answer.is_redirect:
                address = _joined(address, answer.headers["location"])
                if not _is_ours(route, address):
                    return LoginPage(provider=address)
                if not _is_login(route, address):
                    return LoginPage(leads_to=httpx.URL(address).path)
                continue
            if answer.status_code != 200:
                raise ServiceError(f"/{_LOGIN} answered {answer.status_code} {answer.reason_phrase}")
            page = _Page(answer.text)
            if page.to_provider and not page.password:
                address = _joined(address, page.to_provider)
                continue
            return LoginPage(form=page.password)
    raise ServiceError(f"/{_LOGIN} redirects in a circle")


def faults(page: LoginPage, expected: ExpectedLogin) -> Iterator[str]:
    """What is wrong with the way to the login provider."""
    if not page.provider:
        yield f"{page} instead of a redirect to {expected.authorize_host or 'the login provider'}"
        return
    address = httpx.URL(page.provider)
    pairs = [
        ("host", expected.authorize_host, address.host),
        ("client id", expected.client_id, address.params.get("client_id", "")),
        ("callback URL", expected.callback_url, address.params.get("redirect_uri", "")),
    ]
    yield from (f"{name} `{found}` instead of `{wanted}`" for name, wanted, found in pairs if wanted and found != wanted)


def ask_provider(page: LoginPage, route: Route, *, seconds: float) -> ProviderAnswer:
    """Go where the hub sends a browser, and see whether the provider turns it away.

    A provider that is down or out of reach from here says nothing about the hub.
    """
    address = page.provider
    with Route(page.provider).client(seconds=seconds) as http:
        for _ in range(_HOPS):
            try:
                answer = http.get(address)
            except httpx.HTTPError as error:
                return ProviderAnswer(unreachable=no_answer(error, httpx.URL(address).host).message.lstrip("/"))
            address = _joined(address, answer.headers.get("location", ""))
            verdict = _verdict(answer, httpx.URL(address))
            if verdict != ProviderAnswer() or not answer.is_redirect or _is_ours(route, address):
                return verdict
    return ProviderAnswer(refused=f"{httpx.URL(page.provider).host} redirects in a circle")


def _verdict(answer: httpx.Response, next_address: httpx.URL) -> ProviderAnswer:
    said = f"{answer.url.host} answered {answer.status_code} {answer.reason_phrase}"
    if answer.status_code >= 500 or answer.status_code == 429:
        return ProviderAnswer(unreachable=said)
    if answer.status_code >= 400:
        return ProviderAnswer(refused=said)
    return ProviderAnswer(refused=_refusal(next_address)) if answer.is_redirect else ProviderAnswer()


def _refusal(address: httpx.URL) -> str:
    """OAuth's own words (RFC 6749, 4.1.2.1), and Google's for a client or callback that it does not know."""
    for name in ("error", "authError"):
        if code := address.params.get(name):
            return f"{address.host} says `{code}` {address.params.get('error_description', '')}".rstrip()
    return ""


def _joined(address: str, reference: str) -> str:
    """Raises httpx.InvalidURL."""
    return str(httpx.URL(address).join(reference))


def _get(http: httpx.Client, address: str) -> httpx.Response:
    try:
        return http.get(address)
    except httpx.HTTPError as error:
        raise no_answer(error, httpx.URL(address).path) from error


def _is_ours(route: Route, address: str) -> bool:
    ours, theirs = httpx.URL(route.url), httpx.URL(address)
    return (ours.host, ours.port) == (theirs.host, theirs.port)


def _is_login(route: Route, address: str) -> bool:
    base = httpx.URL(route.url).path
    return httpx.URL(address).path in (f"{base}{_LOGIN}", f"{base}{_TO_PROVIDER}")


class _Page(HTMLParser):
    """Whether a page asks for a password, and its link to the login provider."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.password = False
        self.to_provider = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "input" and values.get("type") == "password":
            self.password = True
        if tag == "a" and (values.get("href") or "").partition("?")[0].endswith(_TO_PROVIDER):
            self.to_provider = values["href"] or ""
