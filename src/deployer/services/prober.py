"""The health check: uses a hub as a person would, and tells which step failed, what was expected and what was found."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from deployer.errors import DeployerError, ServiceError
from deployer.model.health import USUAL_CHECK, CheckOptions, CheckReport, CheckStep, HubAccess, LogTail, ProfileChoice
from deployer.model.protocols import Clock, Journal, Progress
from deployer.services.hindrance import HinderedError
from deployer.services.jupyterhub import HubClient
from deployer.services.kernels import UserServer
from deployer.services.login import LoginPage, ask_provider, faults, login_page
from deployer.services.notebook import Notebook, default_notebook, read_notebook, run_notebook
from deployer.services.reach import PATIENCE, reached
from deployer.services.spawning import start_server, stop_server
from deployer.services.transport import Route
from deployer.tools.journal import SILENT
from deployer.tools.meanwhile import meanwhile

HUB, LOGIN, PROVIDER, USER = "Hub answers", "Login page", "Login provider", "Check user"
START, NOTEBOOK, STOP = "Server starts", "Notebook runs", "Server stops"
PUBLIC = "Public address"
_ORDER = (HUB, LOGIN, PROVIDER, USER)
OK, FAILED, SKIPPED, PENDING = "ok", "failed", "skipped", "pending"
_LOG_LINES = 20
_LOOK_SECONDS = 10
_UNTIL_LED = 10.0
"""Seconds in which the first step asks again: a cluster leads nobody to a hub that has just become ready until its nodes know."""
_PAUSE = 0.5
_FOR_LATER = ("room", "image")
"""Causes that go away where somebody waits longer than a check does, as for a machine with a GPU."""
_HUBS_DEFAULT = ProfileChoice("")

Log = Callable[[str | None], Iterator[str]]


class HubProber:
    """Checks hubs over HTTP; `progress` shows each step while it runs."""

    def __init__(self, progress: Progress, clock: Clock, journal: Journal = SILENT) -> None:
        self._progress = progress
        self._clock = clock
        self._journal = journal

    def check(self, access: HubAccess, *, all_profiles: bool, log: Log, options: CheckOptions = USUAL_CHECK) -> CheckReport:
        """Run every step. The server that it starts is stopped in any case, also when the check is interrupted."""
        notebook = read_notebook(options.notebook) if options.notebook else default_notebook()
        route = Route(access.url, access.connect_to, access.vouched, self._journal)
        hub = HubClient(route, access.token, seconds=options.request_seconds)
        record = _Record(access.user, log, self._progress, self._clock)
        try:
            _Check(access, options, notebook, route, hub, record, self._clock).run(_choices(access, all_profiles))
        finally:
            hub.close()
        return CheckReport(ref=access.ref, url=access.url, steps=tuple(sorted(record.steps, key=_place)))

    def look(self, access: HubAccess) -> str:
        """As the protocol says."""
        route = Route(access.url, access.connect_to, access.vouched, self._journal)
        hub = HubClient(route, access.token, seconds=_LOOK_SECONDS)
        try:
            hub.version()
            login_page(route, seconds=_LOOK_SECONDS)
        except ServiceError as error:
            return error.message
        finally:
            hub.close()
        return ""


def _place(step: CheckStep) -> int:
    """Where it is told. Those of several choices stay in the order in which they were tried."""
    return _ORDER.index(step.name) if step.name in _ORDER else len(_ORDER) + (step.name == PUBLIC)


def _choices(access: HubAccess, all_profiles: bool) -> tuple[ProfileChoice, ...]:
    return (all_profiles and access.profiles) or (_HUBS_DEFAULT, *access.besides)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a step found; `skipped`: it could not be tried, `pending`: it is not there yet, and both are nobody's fault."""

    found: str
    status: str = OK


@dataclass(slots=True)
class _Record:
    """The steps so far."""

    user: str
    log: Log
    progress: Progress
    clock: Clock
    steps: list[CheckStep] = field(default_factory=list)

    def step(
        self, name: str, expected: str, work: Callable[[], _Outcome], *, logs: tuple[str | None, ...], choice: str = ""
    ) -> bool:
        """Do one step and write down how it went. `logs` are whose logs are told when it fails: None is the hub's."""
        began = self.clock.monotonic()
        try:
            with self.progress.step(f"{name} ({choice})" if choice else name):
                outcome = work()
        except DeployerError as error:
            found = f"{error.message} ({error.hint})" if error.hint else error.message
            status, tails = FAILED, tuple(tail for who in logs if (tail := self._tail(who)).lines)
            cause = error.cause if isinstance(error, HinderedError) else ""
        else:
            found, status, tails, cause = outcome.found, outcome.status, (), ""
        seconds = self.clock.monotonic() - began
        self.steps.append(
            CheckStep(
                name=name,
                status=status,
                seconds=seconds,
                choice=choice,
                expected=expected,
                found=found,
                logs=tails,
                cause=cause,
            )
        )
        return status != FAILED

    def skip(self, *names: str, because: str, choice: str = "") -> None:
        """Write down steps that were not tried."""
        self.steps += [
            CheckStep(name=name, status=SKIPPED, seconds=0, choice=choice, found=f"not tried: {because}") for name in names
        ]

    def _tail(self, user: str | None) -> LogTail:
        """A log that cannot be had is none: the failure itself is what matters."""
        lines: deque[str] = deque(maxlen=_LOG_LINES)
        with suppress(DeployerError, OSError):
            lines.extend(line.rstrip() for line in self.log(user))
        return LogTail(f"server of {user}" if user else "hub", tuple(lines))


@dataclass(frozen=True, slots=True)
class _Check:
    """One run of all steps."""

    access: HubAccess
    options: CheckOptions
    notebook: Notebook
    route: Route
    hub: HubClient
    record: _Record
    clock: Clock

    def run(self, choices: tuple[ProfileChoice, ...]) -> None:
        """Each step, as far as the steps that it needs went well."""
        if not self.record.step(HUB, "JupyterHub's API", self._hub, logs=(None,)):
            self.record.skip(LOGIN, USER, START, NOTEBOOK, STOP, because="the hub does not answer")
            return
        with meanwhile(self._look_from_outside):
            if not self.record.step(USER, f"the user `{self.access.user}`, without a server", self._user, logs=(None,)):
                self.record.skip(START, NOTEBOOK, STOP, because=f"there is no user `{self.access.user}` to try with")
                return
            for choice in choices:
                self._use_server(choice)

    def _look_from_outside(self) -> None:
        """What needs no server, and so is done while one starts."""
        self._look_at_login()
        if self.access.public:
            self.record.step(PUBLIC, "the hub, where people look for it", self._public, logs=())

    def _hub(self) -> _Outcome:
        until = self.clock.monotonic() + min(self.options.request_seconds, _UNTIL_LED)
        while True:
            try:
                return _Outcome(f"JupyterHub {self.hub.version()}")
            except ServiceError:
                if self.clock.monotonic() > until:
                    raise
            self.clock.sleep(_PAUSE)

    def _look_at_login(self) -> None:
        pages: list[LoginPage] = []

        def served() -> _Outcome:
            page = login_page(self.route, seconds=self.options.request_seconds)
            pages.append(page)
            wrong = list(faults(page, self.access.login)) if self.access.login else []
            if wrong:
                raise ServiceError("; ".join(wrong))
            return _Outcome(str(page))

        expected = f"a redirect to {self.access.login.authorize_host}" if self.access.login else "a form or a redirect"
        if self.record.step(LOGIN, expected, served, logs=(None,)) and pages[0].provider:
            self.record.step(PROVIDER, "the provider takes the redirect", lambda: self._provider(pages[0]), logs=())

    def _provider(self, page: LoginPage) -> _Outcome:
        answer = ask_provider(page, self.route, seconds=self.options.request_seconds)
        if answer.refused:
            hint = "compare client id and callback URL with the application at the provider"
            raise HinderedError(answer.refused, hint=hint, cause="provider")
        return _Outcome(answer.unreachable, SKIPPED) if answer.unreachable else _Outcome("not refused")

    def _user(self) -> _Outcome:
        """The user exists afterwards. A server that an interrupted check left is stopped."""
        state = self.hub.server(self.access.user)
        if state is None:
            self.hub.add_user(self.access.user)
            return _Outcome("made")
        if state.gone:
            return _Outcome("there")
        self._stop_server()
        return _Outcome("there; a server that an earlier check left was stopped")

    def _public(self) -> _Outcome:
        answer = reached(self.access, seconds=min(self.options.request_seconds, PATIENCE))
        return _Outcome(answer.pending, PENDING) if answer.pending else _Outcome(answer.found)

    def _use_server(self, choice: ProfileChoice) -> None:
        if untried := self._untried(choice):
            self.record.skip(START, because=untried, choice=choice.title)
            return
        path: list[str] = []
        both = (self.access.user, None)
        try:
            started = self.record.step(
                START, "a server that is ready", lambda: self._start(choice, path), logs=both, choice=choice.title
            )
            if choice in self.access.besides:
                return  # what it is to run there is not known: it may have no kernels
            if not started:
                self.record.skip(NOTEBOOK, because="no server", choice=choice.title)
                return
            self.record.step(NOTEBOOK, "every cell runs", lambda: self._run(path[0]), logs=both[:1], choice=choice.title)
        finally:
            self.record.step(STOP, "no server is left", self._stop, logs=(None,), choice=choice.title)

    def _start(self, choice: ProfileChoice, path: list[str]) -> _Outcome:
        try:
            path.append(
                start_server(self.hub, self.access.user, choice.options, seconds=self._patience(choice), clock=self.clock)
            )
        except HinderedError as error:
            if choice in self.access.besides and error.cause in _FOR_LATER:
                return _Outcome(f"not tried: {error.message}", SKIPPED)
            raise
        return _Outcome(path[0])

    def _patience(self, choice: ProfileChoice) -> float:
        """All that is started besides the hub's default has as long as that had alone."""
        besides = {other.title for other in self.access.besides} if choice in self.access.besides else set()
        return self.options.start_seconds - sum(step.seconds for step in self.record.steps if step.choice in besides)

    def _untried(self, choice: ProfileChoice) -> str:
        """Why one of what is started besides the hub's default is not; empty where it is."""
        if choice.grouped and choice in self.access.besides:
            return "it is for people of some groups alone"
        return "" if self._patience(choice) > 0 else "no time was left for it"

    def _run(self, path: str) -> _Outcome:
        server = UserServer(self.route, path, self.access.token, seconds=self.options.request_seconds)
        try:
            name = server.kernel_for(self.notebook.language)
            if name is None:
                return _Outcome(f"no kernel here speaks {self.notebook.language}", SKIPPED)
            with server.kernel(name, seconds=self.options.cell_seconds) as kernel:
                run_notebook(kernel, self.notebook)
        finally:
            server.close()
        return _Outcome(f"{len(self.notebook.cells)} cells, kernel {name}")

    def _stop(self) -> _Outcome:
        self._stop_server()
        return _Outcome("stopped")

    def _stop_server(self) -> None:
        stop_server(self.hub, self.access.user, seconds=self.options.stop_seconds, clock=self.clock)
