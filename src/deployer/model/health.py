"""What a health check found."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployer.model.release import HubRef
from deployer.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAccess:
    """How the check reaches a hub.

    `url` is the public address, ending in `/`; `connect_to` is where its TCP connections go where that
    differs (host, port); `token`
    belongs to the service whose scopes are the check user's alone; `user` is the reserved user's name;
    `expected_login` is where the login
    page must send a browser, None for a login form.
    """

    ref: HubRef
    url: str
    token: Secret
    user: str
    profiles: tuple[ProfileChoice, ...] = ()
    login: ExpectedLogin | None = None


@dataclass(frozen=True, slots=True)
class ExpectedLogin:
    """Where an OAuth login must redirect: the provider's host, our client id and callback URL. Empty: not known, not checked."""

    authorize_host: str
    client_id: str
    callback_url: str


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """One way to start a server: a title, and the user options that the spawn API takes for it."""

    title: str
    options: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStep:
    """One step of a check. `status`: ok, failed, skipped. `seconds` is wall time; `log` the last lines of the
    right log on failure."""

    name: str
    status: str
    seconds: float
    expected: str = ""
    found: str = ""
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """All steps of a check of one hub, in the order they ran."""

    ref: HubRef
    url: str
    steps: tuple[CheckStep, ...]

    @property
    def healthy(self) -> bool:
        """No step failed."""
        return all(step.status != "failed" for step in self.steps)
