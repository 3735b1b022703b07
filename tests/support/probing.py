"""What tests need to run a check without the command line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from deployer.model.health import USUAL_CHECK, CheckOptions, CheckReport, CheckStep, ExpectedLogin, HubAccess, ProfileChoice
from deployer.model.protocols import Clock
from deployer.model.release import HubRef
from deployer.model.secret import Secret
from deployer.services.prober import HubProber
from deployer.tools.clock import SystemClock

REF = HubRef("demo", "welcome")
CHECK_USER = "deployer-check"


class Titles:
    """Progress that remembers which steps were shown; `at` is called when one begins."""

    def __init__(self, at: Callable[[str], None] = lambda title: None) -> None:
        self.titles: list[str] = []
        self._at = at

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.titles.append(title)
        self._at(title)
        yield

    def say(self, message: str) -> None:
        self.titles.append(message)

    warn = say


def access(
    url: str,
    token: str = "not-a-real-token",
    *,
    login: ExpectedLogin | None = None,
    profiles: tuple[ProfileChoice, ...] = (),
    connect_to: tuple[str, int] | None = None,
) -> HubAccess:
    """How a test's hub is reached."""
    return HubAccess(
        ref=REF, url=url, token=Secret(token), user=CHECK_USER, connect_to=connect_to, profiles=profiles, login=login
    )


def probe(
    reached: HubAccess,
    *,
    all_profiles: bool = False,
    options: CheckOptions = USUAL_CHECK,
    log: Callable[[str | None], Iterator[str]] = lambda user: iter(()),
    progress: Titles | None = None,
    clock: Clock | None = None,
) -> CheckReport:
    """Run a check by the real prober, and the real clock unless there is another."""
    return HubProber(progress or Titles(), clock or SystemClock()).check(
        reached, all_profiles=all_profiles, log=log, options=options
    )


def failures(report: CheckReport) -> dict[str, CheckStep]:
    """The steps that failed, by name."""
    return {step.name: step for step in report.steps if step.status == "failed"}


def statuses(report: CheckReport) -> list[str]:
    """How each step ended."""
    return [step.status for step in report.steps]
