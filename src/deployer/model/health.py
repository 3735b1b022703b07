"""What a health check found."""

from __future__ import annotations

from dataclasses import dataclass, field

from deployer.model.release import HubRef
from deployer.model.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class HubAccess:
    """How the check reaches a hub.

    `url` is the address, ending in `/`; `connect_to` is where its TCP connections go where that differs (host, port), as for a
    domain that is not in the DNS yet; `vouched`: the way leads to this hub alone, whatever certificate it shows. `token` belongs
    to the service whose scopes are the check user's alone; `user` is the reserved user's name.

    `profiles` are what `--all-profiles` starts, one after the other; `besides`: what otherwise is started after the hub's
    default, as far as there is room and time. `login` is where the login page must send a browser; None for a login form, or
    where it is not known. `login_replaced`: the target has put another login in the place of the hub's own login provider.

    `public` is the address that people use where that is another than `url`: it may not be reachable yet. `entrance` is where its
    name has to lead, `certificate` why its certificate is not there yet, both as the cluster says and empty where it does not.
    """

    ref: HubRef
    url: str
    token: Secret
    user: str
    connect_to: tuple[str, int] | None = None
    vouched: bool = False
    profiles: tuple[ProfileChoice, ...] = ()
    besides: tuple[ProfileChoice, ...] = ()
    login: ExpectedLogin | None = None
    login_replaced: bool = False
    public: str = ""
    entrance: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedLogin:
    """Where an OAuth login must redirect: the provider's host, our client id and callback URL. Empty: not known, not checked."""

    authorize_host: str
    client_id: str
    callback_url: str


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """One way to start a server: a title, and the user options that the spawn API takes for it. `image`: what it starts, where
    that is known; `grouped`: for people of some groups alone."""

    title: str
    options: dict[str, str] = field(default_factory=dict)
    image: str = ""
    grouped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions:
    """How patient a check is, in seconds, and what it runs: the text of an .ipynb file; empty is the deployer's own notebook."""

    request_seconds: float = 30
    start_seconds: float = 300
    cell_seconds: float = 60
    stop_seconds: float = 60
    notebook: str = ""


USUAL_CHECK = CheckOptions()


@dataclass(frozen=True, slots=True)
class LogTail:
    """The last lines of one log. `source` is `hub` or `server of USER`."""

    source: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckStep:
    """One step of a check. `status`: ok, failed, skipped, or pending: not yet, and no fault of the hub. `seconds` is wall time.

    `choice` is the title of the environment and machine that it used, empty for the hub's default. `expected` and `found` are
    phrases for a person; `logs` are there on failure. `cause`: what outside of the
    hub it failed of, in the words of `OutsideError`; empty where that is not known.
    """

    name: str
    status: str
    seconds: float
    choice: str = ""
    expected: str = ""
    found: str = ""
    logs: tuple[LogTail, ...] = ()
    cause: str = ""


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

    @property
    def pending(self) -> str:
        """What the hub still waits for before people reach it, in a phrase; empty where they do."""
        return "; ".join(step.found for step in self.steps if step.status == "pending")

    @property
    def seconds(self) -> float:
        """Wall time of all steps together."""
        return sum(step.seconds for step in self.steps)
