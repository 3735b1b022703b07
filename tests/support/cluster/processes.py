"""The processes of one cluster: started in its namespaces, recorded by number and start time, ended by their record alone."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.support.cluster.layout import Layout

INIT = "init"


class ClusterError(Exception):
    """The cluster cannot do what was asked; the text names the log to read."""


@dataclass(frozen=True)
class Process:
    """A process that is ours: a number is used again, a number with its start time (in clock ticks since boot) never."""

    name: str
    pid: int
    ticks: int
    command: tuple[str, ...]

    @property
    def alive(self) -> bool:
        return _ticks(self.pid) == self.ticks

    def kill(self, with_signal: signal.Signals = signal.SIGKILL) -> None:
        if self.alive:
            os.kill(self.pid, with_signal)


def _ticks(pid: int) -> int | None:
    """The process's start time, None where it is gone or only waits to be collected (proc(5), fields 3 and 22)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else int(fields[19])


def wait_until(condition: Callable[[], bool], what: str, limit: float = 60.0, alive: Callable[[], object] = lambda: None) -> None:
    """Poll until the condition holds; `alive` may raise to end the wait early.

    Raises:
        ClusterError: it did not hold within `limit` seconds.
    """
    deadline = time.monotonic() + limit
    while not condition():
        alive()
        if time.monotonic() > deadline:
            raise ClusterError(f"not within {limit:.0f} s: {what}")
        time.sleep(0.05)


class Processes:
    """Starts, finds and ends the processes of one state folder."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._starters: list[int] = []

    def recorded(self) -> Iterator[Process]:
        """All that were started, whether they still run or not."""
        for record in sorted(self._layout.processes.glob("*.json")):
            fields = json.loads(record.read_text())
            yield Process(fields["name"], fields["pid"], fields["ticks"], tuple(fields["command"]))

    def find(self, name: str) -> Process:
        for process in self.recorded():
            if process.name == name:
                return process
        raise ClusterError(f"this cluster has no process {name}; state: {self._layout.state}")

    def require_all(self) -> None:
        """Raises ClusterError when a process has ended by itself."""
        for process in self.recorded():
            if not process.alive:
                raise ClusterError(f"{process.name} ended by itself\n{self.log_end(process.name)}")

    def log_end(self, name: str) -> str:
        """The path and the last lines of a process's log."""
        log = self._layout.log(name)
        return "\n".join([f"{log}:", *log.read_text(errors="replace").splitlines()[-15:]])

    def collect(self) -> None:
        """Wait for what we started ourselves, once the namespaces have ended."""
        for starter in self._starters:
            os.waitpid(starter, 0)
        self._starters.clear()

    def start_init(self, setup: Sequence[str], ends_with_us: bool) -> Process:
        """Start the first process of fresh namespaces; when it ends, the kernel ends all others in them.

        `ends_with_us`: it ends with this Python process, however that ends.
        """
        command = ["unshare", "--fork", "--pid", "--mount", "--net", "--mount-proc", "--kill-child", "--", *setup]
        if ends_with_us:
            command = ["setpriv", "--pdeathsig", "KILL", "--", *command]
        return self._start(INIT, command, ())

    def start(self, name: str, *arguments: object, hands: Sequence[int] = ()) -> Process:
        """Start a program inside: the one of that name in the layout's `bin`. `hands`: descriptors that it inherits."""
        command = [str(self._layout.bin / name.partition("@")[0]), *map(str, arguments)]
        return self._start(name, self.inside(command), hands)

    def start_again(self, name: str) -> Process:
        """Start a process as it was started before."""
        return self._start(name, list(self.find(name).command), ())

    def end(self, name: str) -> None:
        """End one process and forget it, so that nobody misses it; nothing where there is none."""
        for process in [entry for entry in self.recorded() if entry.name == name]:
            process.kill()
            wait_until(lambda gone=process: not gone.alive, f"{name} has ended", 10)
            (self._layout.processes / f"{name}.json").unlink()

    def inside(self, command: Sequence[str]) -> list[str]:
        """The command that runs a command in the cluster's namespaces."""
        init = self.find(INIT)
        if not init.alive:
            raise ClusterError(f"the cluster is not up; state: {self._layout.state}")
        return ["nsenter", "--target", str(init.pid), "--mount", "--pid", "--net", "--", *command]

    def _start(self, name: str, command: list[str], hands: Sequence[int]) -> Process:
        """Start and record the child of unshare or nsenter: these two only wait for it."""
        for descriptor in hands:
            os.set_inheritable(descriptor, True)
        starter = _spawn(command, self._layout.log(name))
        self._starters.append(starter)
        wait_until(lambda: bool(_children(starter)) or _ticks(starter) is None, f"{name} started", 10)
        for pid in _children(starter):
            ticks = _ticks(pid)
            if ticks is not None:
                process = Process(name, pid, ticks, tuple(command))
                (self._layout.processes / f"{name}.json").write_text(json.dumps(asdict(process)))
                return process
        raise ClusterError(f"{name} did not start\n{self.log_end(name)}")


def _spawn(command: Sequence[str], log: Path) -> int:
    """Start a program that outlives us, in a session of its own; returns its number."""
    appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, str(log), appending, 0o644),
        (os.POSIX_SPAWN_DUP2, 1, 2),
    ]
    return os.posix_spawnp(command[0], list(command), os.environ, file_actions=actions, setsid=True)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
