"""What the workflows ask of the world. Implementations live in `targets`, `clouds`, `services`, `tools`; `wiring` picks them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    # Not at run time: `validate` on every pull request needs few of these, and to make them is a tenth of its time.
    from deployer.model.access import ClusterAccess
    from deployer.model.findings import Expected, Findings
    from deployer.model.health import CheckOptions, CheckReport, HubAccess
    from deployer.model.place import KeyPath
    from deployer.model.plan import Manifests, Running, Step
    from deployer.model.release import HubRef, Release
    from deployer.model.rendering import Rendering
    from deployer.model.secret import Secret
    from deployer.model.support import SupportStack
    from deployer.model.tree import FleetTree


Item = TypeVar("Item")
Made = TypeVar("Made")


class Clock(Protocol):
    """Time as this process sees it."""

    def now(self) -> datetime:
        """The time of day, with its zone (UTC)."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Interruption(Protocol):
    """Ctrl-C where there are threads: the system tells the main thread alone."""

    def begin(self) -> None:
        """Now it is for the others to stop."""

    def reaches(self) -> AbstractContextManager[None]:
        """Within, this thread gets a KeyboardInterrupt where it waits, by the clock or for a program, or asks by `check`. It
        is told once, so that it can undo what it has begun."""

    def spares(self) -> AbstractContextManager[None]:
        """Within, it gets none: what is being undone is not to stop half way."""

    def check(self) -> None:
        """Raises KeyboardInterrupt where this thread is to stop and was not told yet."""


class Progress(Protocol):
    """Where long work says what it is doing."""

    def step(self, title: str) -> AbstractContextManager[None]:
        """A piece of work that is shown while it runs, and with its time when it is done."""

    def about(self, subject: str) -> AbstractContextManager[None]:
        """Within, what this thread says begins with the subject, as several may be worked on at a time."""

    def say(self, message: str) -> None:
        """A line for a person."""

    def warn(self, message: str) -> None:
        """A line that a person should not miss."""


class Journal(Protocol):
    """Learns of every effect: a request that writes to a cluster, a command in a container, a program that ran, an entry of this
    machine's memory."""

    def did(self, effect: str) -> None:
        """Called right after an effect, by the thread that brought it about. What it wrote is never said, as it may be secret."""


@dataclass(frozen=True, slots=True)
class Finished:
    """A program that ended."""

    code: int
    stdout: str
    stderr: str


class Process(Protocol):
    """The one place that starts programs."""

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout: float | None = None,
        check: bool = True,
        advice: Mapping[str, str] | None = None,
    ) -> Finished:
        """Run to the end. `env` is the whole environment but for PATH, HOME, LANG and the proxies. With `check`, a bad end raises
        ToolFailedError with the last lines; `advice` maps a piece of stderr to the hint. Raises ToolMissingError."""

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], log: Path) -> int:
        """Start a daemon in a session of its own; its output goes to `log` (0600). Returns its pid."""

    def which(self, program: str) -> Path | None:
        """The program on PATH."""


class FleetFiles(Protocol):
    """Reads and writes the files of a fleet."""

    root: Path

    def read(self) -> FleetTree:
        """`config/**` and `helm-charts/**`, never following a link out of the fleet."""

    def write(self, path: str, text: str) -> None:
        """Make a new file (path relative to the root), with its folders. Raises MachineError where it exists
        or cannot be written."""

    def replace(self, path: str, text: str) -> None:
        """Replace a file in one rename."""


class State(Protocol):
    """This machine's memory: verdicts of validation and the like, below `.deployer/`."""

    root: Path

    def get(self, key: str) -> bytes | None:
        """What was kept under this key, or None; a damaged entry is None."""

    def put(self, key: str, content: bytes) -> None:
        """Keep; silently not where the folder cannot be written, as only speed is lost."""

    def digest_key(self, *, keep: bool) -> bytes:
        """The key of the digests that stand for secrets: 32 bytes, made anew where there is none; with `keep` the
        new one is written down. Raises MachineError where that fails."""


class Processors(Protocol):
    """This machine's processors, for work that is worth sharing among them."""

    def shared(self, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> list[Made]:
        """What `work` makes of each share of the items, all of which are in one share. It may happen in another process, so that
        what it makes must be picklable, and what else it changes in memory is lost. Raises what `work` raises."""

    def meanwhile(self, work: Callable[[Sequence[Item]], Made], items: Sequence[Item]) -> Callable[[], Made]:
        """What `work` makes of the items, for when it is asked for: begun at once where another processor can do it."""


class Target(Protocol):
    """Where a hub runs."""

    @property
    def name(self) -> str:
        """How it is called in `Effects.targets`."""

    def overview(self) -> Target:
        """The same, for looking at many hubs: what others change it may know some seconds later. It changes nothing."""

    def digest_key(self, ref: HubRef, *, keep: bool) -> bytes:
        """The key of the digests that stand for this hub's secrets; a new one where there is none, written down with `keep`."""

    def render(self, release: Release) -> Manifests:
        """What would be handed over, without touching anything. Raises ConfigurationError or GuardError where
        this target refuses it."""

    def running(self, ref: HubRef) -> Running | None:
        """What runs now, or None where there is nothing of this hub."""

    def hubs(self, cluster: str | None = None) -> tuple[HubRef, ...]:
        """The hubs that exist at the target, of one cluster or of all, whether a file names them or not."""

    def steps(self, release: Release, manifests: Manifests, running: Running | None) -> tuple[Step, ...]:
        """What `apply` would have to do, in order; empty when what runs is what is asked for and it is healthy."""

    def lock(self, ref: HubRef) -> AbstractContextManager[None]:
        """Hold the hub against other deploys; waits, saying who holds it; LockedError when it takes too long."""

    def apply(self, step: Step, release: Release, manifests: Manifests) -> None:
        """Carry out one step. Raises UnhealthyError where the hub does not come up, ExternalError where something else fails."""

    def settle(self, ref: HubRef) -> None:
        """What was applied is checked and stays: `undo` has nothing to bring back any more."""

    def undo(self, ref: HubRef) -> bool:
        """Bring back what ran before the last apply, or remove what a first install left. False where nothing was changed."""

    def rollback(self, ref: HubRef) -> None:
        """Back to the settled deploy before the last one, which then is the one before. Raises UsageError where there is none,
        GuardError where the database has changed since."""

    def earlier(self, ref: HubRef) -> Mapping[str, str]:
        """The documents of the deploy that `rollback` brings back; of a hub that was taken away, those that tell where its homes
        are, as long as they stay. Empty where there is none, or where nobody's home can move."""

    def diagnose(self, ref: HubRef, user: str) -> Findings:
        """Why a person's server does not start."""

    def examine(self, cluster: str, expected: Expected) -> Findings:
        """Whether hubs can be deployed here: access, rights, versions, room, and whether its nodes are what the files expect.
        Raises ExternalError where nothing can be asked."""

    def access(self, ref: HubRef) -> HubAccess:
        """How the check reaches it."""

    def logs(self, ref: HubRef, *, user: str | None, lines: int, follow: bool = False) -> Iterator[str]:
        """The last lines of the hub's log, or of one user's server. With `follow`, then each further one: on this machine until
        somebody stops it, on a cluster until the pod ends."""

    def volumes(self, ref: HubRef) -> tuple[str, ...]:
        """Addresses of what can outlive a hub, whether there is any now or not."""

    def remaining(self, ref: HubRef) -> tuple[str, ...]:
        """Addresses of what `destroy` would keep, as `--allow-destroy` takes them: `hub:demo/welcome/homes`."""

    def destroy(self, ref: HubRef, *, also: frozenset[str]) -> tuple[str, ...]:
        """Stop the hub and remove it; keeps what `remaining` lists unless named in `also`. Returns what stays."""


class Prober(Protocol):
    """Uses a hub as a person would."""

    def ready(self) -> None:
        """Prepare for the rest, beside other work."""

    def check(
        self,
        access: HubAccess,
        *,
        all_profiles: bool,
        log: Callable[[str | None], Iterator[str]],
        options: CheckOptions,
    ) -> CheckReport:
        """Run every step; `log(user or None)` gives the last lines of a user's server or of the hub for a failure.

        A sick hub is no exception: the report says so."""

    def pending(self, url: str) -> str:
        """What a hub's public address still waits for, in a phrase; empty where a hub answers there."""

    def look(self, access: HubAccess) -> str:
        """Why nobody can log in now, as far as that shows without a server being started; empty where people can."""


class SecretFiles(Protocol):
    """Encrypted files of a fleet; paths are relative to its root. Each raises ToolMissingError and ToolFailedError."""

    def read(self, path: str) -> str:
        """The plain text."""

    def write(self, path: str, text: str) -> None:
        """Encrypt and write, whole or not at all."""

    def set(self, path: str, key: KeyPath, value: Secret) -> None:
        """Change one value."""

    def rotate(self, path: str) -> None:
        """Encrypt anew, for whom the fleet names now."""


class Editor(Protocol):
    """A person's editor."""

    def edit(self, text: str, *, suffix: str) -> str:
        """The text as the person left it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Everything with an effect, in one bundle that `wiring` builds and tests replace, whole or in part."""

    process: Process
    fleet: FleetFiles
    carried: FleetFiles
    """The fleet that the deployer itself carries: its charts, and an example of each kind of cluster."""
    state: State
    clock: Clock
    interruption: Interruption
    processors: Processors
    progress: Progress
    journal: Journal
    targets: Mapping[str, Target]
    """Those of this machine, by name: `local`, and `try` for trials."""
    kubernetes: Callable[[ClusterAccess], Target]
    """The target of a cluster, one for each. Raises UsageError where nothing reaches such a cluster, ExternalError where it
    cannot be reached."""
    support: Callable[[ClusterAccess], SupportStack]
    """Where a cluster's support stack goes; raises as `kubernetes` does."""
    rendering: Rendering
    """What charts say of hubs' values, without a cluster."""
    prober: Prober
    secrets: SecretFiles
    editor: Editor
    user: str
    """Who runs the deployer, for `last deploy by`."""
