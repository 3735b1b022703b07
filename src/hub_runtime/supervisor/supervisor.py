"""What happens to a hub from its start to its end."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
from collections.abc import Callable, Coroutine, Iterator
from signal import SIGHUP, SIGINT, SIGTERM, SIGUSR1
from typing import Any

from hub_runtime.errors import RuntimeProblem
from hub_runtime.folder import HubFolder, read_json, write_private
from hub_runtime.logs import bound
from hub_runtime.status import start_digest
from hub_runtime.supervisor import commands, survivors
from hub_runtime.supervisor.part import GivenUp, Part
from hub_runtime.supervisor.ports import LOOPBACK, Ports, keep_ports, require_free
from hub_runtime.supervisor.probes import answers, listens, renew_routes
from hub_runtime.supervisor.start_files import Accepted, accept, complaint, read_asked
from hub_runtime.supervisor.telling import Teller

_TICK = 0.1
_CALM_TICK = 0.5
_HOUSEKEEPING = 30.0
_PATIENCE, _PATIENCE_AT_FIRST = 3, 2

log = logging.getLogger("supervisor")


class AlreadyRunning(Exception):  # noqa: N818 (told, not a programming error)
    """Another supervisor holds this folder."""


class Supervisor:
    """One hub: its proxy, the hub's process, and what is told about them."""

    def __init__(self, folder: HubFolder) -> None:
        self.folder = folder
        self.proxy = self._part("proxy", lambda: commands.proxy_command(self.accepted.port, self.ports, self.accepted.base_url))
        self.hub = self._part("hub", commands.hub_command, hopeless=folder.failure.exists)
        self.tell = Teller(folder.status, {"proxy": self.proxy.status, "hub": self.hub.status})
        self.accepted: Accepted
        self.ports: Ports
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._ever_ready = False
        self._leave_servers = False
        self._ending_hub = False
        """The hub is being ended for a reload."""
        self._kept: dict[str, asyncio.Task[None]] = {}

    def _part(self, name: str, command: Callable[[], list[str]], hopeless: Callable[[], bool] = lambda: False) -> Part:
        return Part(
            name=name,
            log_path=self.folder.logs / f"{name}.log",
            command=command,
            environment=lambda: commands.environment(self.folder, name, self.ports, self.accepted.proxy_token),
            directory=self.folder.data,
            hopeless=hopeless,
            patience=lambda: _PATIENCE if self._ever_ready else _PATIENCE_AT_FIRST,
            on_change=lambda: self._changed(name),
        )

    async def run(self) -> int:
        """Start, serve, stop. Returns the exit code. Raises AlreadyRunning."""
        self.folder.make()
        with self._locked():
            self._catch_signals()
            write_private(self.folder.run / "supervisor.pid", f"{os.getpid()}\n")
            self.tell.say("starting")
            try:
                await self._clean_up_earlier()
                self._accept(read_asked(self.folder))
                await self._serve()
            except RuntimeProblem as problem:
                self.tell.say("failed", str(problem))
            except OSError as error:
                self.tell.say("failed", f"this machine refused: {error}")
            (self.folder.run / "supervisor.pid").unlink(missing_ok=True)
        return 1 if self.tell.state == "failed" else 0

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.folder.run / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise AlreadyRunning(f"{self.folder.root} is supervised already") from error
        finally:
            os.close(descriptor)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (SIGTERM, SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(SIGUSR1, self._leave)
        loop.add_signal_handler(SIGHUP, self._ask_for_reload)

    def _ask_for_reload(self) -> None:
        self.tell.asked()
        self._reload.set()

    def _leave(self) -> None:
        """End all but people's servers: they are for the next supervisor to adopt."""
        self._leave_servers = True
        self._stop.set()

    async def _clean_up_earlier(self) -> None:
        """A supervisor that was killed leaves parts, which end soon, and people's servers, which stay if the hub knows them."""
        await survivors.end_parts(self.folder)
        if not self.folder.database.exists():
            await survivors.end_servers(self.folder)
        self.ports, moved = keep_ports(self.folder)
        if moved and survivors.running_servers(self.folder):
            log.warning("the hub's own port was taken meanwhile: people's servers would not find the hub, and are ended")
            await survivors.end_servers(self.folder)
        survivors.forget_ended(self.folder)

    def _accept(self, asked: Accepted) -> None:
        """Take the files that are asked for. Raises MachineProblem where the port is taken."""
        if not self.proxy.status.pid:
            require_free(asked.port)
        accept(self.folder)
        self.folder.failure.unlink(missing_ok=True)
        self.accepted = asked
        self.tell.accepted(asked.digest, asked.url)

    # Serving

    async def _serve(self) -> None:
        """Run until told to stop, or until a hub that was never ready is given up."""
        for part in (self.proxy, self.hub):
            self._start(part)
        helpers = [self._task(work) for work in (self._watch(), self._keep_house(), self._obey_reloads())]
        await self._stop.wait()
        for helper in helpers:
            helper.cancel()
        await self._end()

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._task_ended)
        return task

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        """A task that fails must not leave a supervisor that looks alive."""
        if not task.cancelled() and (error := task.exception()):
            log.error("the supervisor failed", exc_info=error)
            self.tell.say("failed", str(error) if isinstance(error, RuntimeProblem) else f"the supervisor failed: {error}")
            self._stop.set()

    def _start(self, part: Part) -> None:
        self._kept[part.name] = self._task(self._keep(part))

    async def _keep(self, part: Part) -> None:
        try:
            await part.keep()
        except GivenUp as given_up:
            known = read_json(self.folder.failure) or {}
            self.tell.say("failed", known.get("reason") or str(given_up), given_up.lines)
            if not self._ever_ready:
                self._leave()

    def _changed(self, name: str) -> None:
        if self._ever_ready and self.tell.state == "running":
            self.tell.say("restarting", f"the {name} ended and starts again")
        self.tell.write()

    async def _watch(self) -> None:
        """Find out when the parts are ready; a proxy that is new beside an old hub is told the routes."""
        while True:
            if not self.proxy.status.ready and self.proxy.status.pid:
                self.proxy.status.ready = await listens(self.ports.proxy_api)
                if self.proxy.status.ready and self.hub.status.ready:
                    await renew_routes(self.ports.hub, self.accepted.base_url, self.accepted.own_token)
            if self.proxy.status.ready and self.hub.status.pid and self.tell.state != "running":
                await self._look_at_hub()
            await asyncio.sleep(_CALM_TICK if self.tell.state == "running" else _TICK)

    async def _look_at_hub(self) -> None:
        """Itself first: of one that is not up yet the proxy asks an error page, and complains of it in its log."""
        pid, itself = self.hub.status.pid, f"http://{LOOPBACK}:{self.ports.hub}{self.accepted.base_url}"
        healthy = await answers(f"{itself}hub/health") and await answers(f"{self.accepted.url}hub/health")
        good = healthy and self.hub.status.pid == pid and not self._ending_hub
        if good and self.tell.state != "failed":
            self.hub.status.ready = True
            self._ever_ready = True
            self.tell.say("running")

    async def _keep_house(self) -> None:
        while True:
            for path in (*self.folder.logs.glob("*.log"), *self.folder.server_logs.glob("*.log")):
                bound(path)
            await asyncio.sleep(_HOUSEKEEPING)

    # Changing and ending

    async def _obey_reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            number = self.tell.status.reloads.asked
            try:
                await self._reload_once()
            except (RuntimeProblem, OSError) as problem:
                self.tell.refused(start_digest(self.folder.start), str(problem))
            self.tell.done(number)

    async def _reload_once(self) -> None:
        """Try what is asked for; if it makes a hub, restart the hub with it. Raises RuntimeProblem where it does not."""
        asked = read_asked(self.folder)
        reason = await complaint(self.folder, self.ports, asked.proxy_token)
        if reason:
            self.tell.refused(asked.digest, reason)
            return
        moved = (asked.port, asked.base_url, asked.proxy_token) != (
            self.accepted.port,
            self.accepted.base_url,
            self.accepted.proxy_token,
        )
        if asked.port != self.accepted.port:
            require_free(asked.port)
        self.tell.say("reloading")
        # A hub that is shutting down may still answer.
        self._ending_hub = True
        try:
            await self._halt(self.hub)
        finally:
            self._ending_hub = False
        if moved:
            await self._halt(self.proxy)
        self._accept(asked)
        if moved:
            self._start(self.proxy)
        self._start(self.hub)

    async def _halt(self, part: Part) -> None:
        await part.stop()
        await self._kept[part.name]

    async def _end(self) -> None:
        """The hub first, so that it starts nothing more; then people's servers; the proxy last."""
        failed = self.tell.state == "failed"
        if not failed:
            self.tell.say("stopping")
        await self._halt(self.hub)
        if not self._leave_servers:
            await survivors.end_servers(self.folder)
        await self._halt(self.proxy)
        await survivors.end_parts(self.folder)
        self.tell.write() if failed else self.tell.say("stopped")
