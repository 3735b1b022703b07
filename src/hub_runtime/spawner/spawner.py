"""KubeSpawner whose pods are processes of this machine."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import Any

import kubespawner.spawner as kubespawner
from jupyterhub.utils import maybe_future, random_port
from kubernetes_asyncio.client import ApiClient
from traitlets import default

from hub_runtime.errors import RuntimeProblem
from hub_runtime.folder import HubFolder, write_private
from hub_runtime.logs import last_lines, open_log
from hub_runtime.processes import alive, family, identity, launcher, send
from hub_runtime.spawner import homes
from hub_runtime.spawner.failure import ServerFailed, ending
from hub_runtime.spawner.limits import Enforced, control_group
from hub_runtime.spawner.pod import ServerPlan, read_pod
from hub_runtime.spawner.prepare import Prepared, described, prepare
from hub_runtime.spawner.view import Owner
from hub_runtime.status import ProcessIdentity

kubespawner.load_config = lambda **_: None
kubespawner.shared_client = lambda *_, **__: None

_TICK = 0.1
_LAST_GRACE = 5.0


def manifest(pod: Any) -> dict[str, Any]:
    """A pod, as KubeSpawner or a hook made it, in the words of Kubernetes' API; no client is needed for that."""
    found: dict[str, Any] = ApiClient.sanitize_for_serialization(ApiClient.__new__(ApiClient), pod)
    return found


class LocalSpawner(kubespawner.KubeSpawner):
    """Profiles, options, overrides and hooks are KubeSpawner's; the notebook container's command becomes a process.

    The process leads a session of its own, so it outlives the hub, which finds it again by pid and start ticks.
    """

    _process: subprocess.Popen[bytes] | None = None
    _identity: ProcessIdentity | None = None
    _before_stop: tuple[str, ...] = ()
    _launch_plan: dict[str, Any] | None = None
    _log_start = 0
    _memory_limit: int | None = None
    _kills_seen = 0
    _last_words = ""
    _messages: list[dict[str, Any]]

    @default("poll_interval")
    def _poll_interval_default(self) -> int:
        return 10

    # What KubeSpawner keeps in the hub's database

    def get_state(self) -> dict[str, Any]:
        state: dict[str, Any] = super().get_state()
        if self._identity:
            state["process"] = {"pid": self._identity.pid, "ticks": self._identity.ticks}
            state["before_stop"] = list(self._before_stop)
            state["launch_plan"] = self._launch_plan
            state["memory_limit"] = self._memory_limit
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        process = state.get("process")
        self._identity = ProcessIdentity(process["pid"], process["ticks"]) if process else None
        self._before_stop = tuple(state.get("before_stop") or ())
        self._launch_plan = state.get("launch_plan")
        self._memory_limit = state.get("memory_limit")
        self._kills_seen = self._enforced().kills()

    def clear_state(self) -> None:
        super().clear_state()
        self._process = None
        self._identity = None

    # Names

    @property
    def folder(self) -> HubFolder:
        return HubFolder.of_this_process()

    @property
    def server_name(self) -> str:
        """`user` or `user--server`, safe in the name of a file."""
        return self.folder.server_log(self.user.name, self.name).stem

    @property
    def mark(self) -> str:
        return f"{self.folder.identity}:{self.server_name}:"

    @property
    def log_path(self) -> Path:
        return self.folder.server_log(self.user.name, self.name)

    def _enforced(self) -> Enforced:
        return control_group(self._group_name())

    def _group_name(self) -> str:
        return f"{self.folder.identity}-{self._expand_user_properties('{safe_user_server}')}"

    # Starting

    def _tell(self, message: str, progress: int | None = None) -> None:
        self.log.info("%s: %s", self._log_name, message)
        self._messages.append({"message": message} | ({"progress": progress} if progress else {}))

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """What the spawn page shows while the server starts."""
        told = 0
        while True:
            done = self._start_future is not None and self._start_future.done()
            for message in self._messages[told:]:
                yield message
            told = len(self._messages)
            if done:
                return
            await asyncio.sleep(_TICK)

    def start(self) -> asyncio.Future[str]:
        self._messages = []
        future: asyncio.Future[str] = super().start()
        return future

    async def _start(self) -> str:
        """Start the process and wait until it listens. Raises ServerFailed."""
        await self.load_user_options()
        self.ip, self.port = "127.0.0.1", random_port()
        pod = await self.get_pod_manifest()
        if self.modify_pod_hook:
            pod = await maybe_future(self.modify_pod_hook(self, pod))
        await self._clear_leftovers()
        try:
            plan = read_pod(manifest(pod))
            prepared = await asyncio.to_thread(prepare, self.folder, plan, self._owner())
        except (RuntimeProblem, OSError, ValueError) as problem:
            raise ServerFailed(f"The server cannot be started here: {problem}") from problem
        for notice in filter(None, (self._last_words, *plan.not_honoured, *prepared.notices)):
            self._tell(notice)
        self._last_words = ""
        self._launch(plan, prepared)
        try:
            await asyncio.gather(
                self._wait_until_listening(), self._run_hook("postStart", plan.after_start, prepared.environment)
            )
        except BaseException:
            await self._end(0)
            raise
        self._tell("The server answers", 90)
        return f"http://{self.ip}:{self.port}"

    def _owner(self) -> Owner:
        return Owner(
            user=self.user.name,
            server=self.server_name,
            mark=f"{self.mark}{self.port}",
            group=self._group_name(),
            personal_claim=self.pvc_name,
            uid=homes.uid_of(self.folder, self.user.name) if homes.own_uids() else None,
        )

    async def _clear_leftovers(self) -> None:
        """A process of this server that an earlier hub lost sight of would hold the home's files."""
        if family(self.mark):
            self._tell("Ending what was left of an earlier start")
            await self._end(_LAST_GRACE)

    def _launch(self, plan: ServerPlan, prepared: Prepared) -> None:
        self._memory_limit = plan.limits.memory
        self._kills_seen = prepared.enforced.kills()
        self._before_stop = plan.before_stop
        self._launch_plan = prepared.launch_plan
        self._tell(f"Starting {prepared.command[0]}{described(plan.limits)}", 30)
        with open_log(self.log_path) as log:
            self._log_start = log.seek(0, 2)
            self._process = subprocess.Popen(
                [*launcher(prepared.launch_plan), *prepared.command],
                env=prepared.environment,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._identity = identity(self._process.pid) or ProcessIdentity(self._process.pid, 0)
        record = {"user": self.user.name, "server": self.name, "pid": self._identity.pid, "ticks": self._identity.ticks}
        write_private(self._record_path(), json.dumps({**record, "mark": self.mark}))

    def _record_path(self) -> Path:
        return self.folder.servers / f"{self.server_name}.json"

    async def _wait_until_listening(self) -> None:
        while True:
            code = self._process.poll() if self._process else 1
            if code is not None:
                raise self._start_failure(code)
            try:
                _, writer = await asyncio.open_connection(self.ip, self.port)
            except OSError:
                await asyncio.sleep(_TICK)
                continue
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            return

    def _start_failure(self, code: int) -> ServerFailed:
        killed = self._enforced().kills() > self._kills_seen
        reason = f"The server {ending(code, killed, self._memory_limit)} before it was ready."
        return ServerFailed(reason, last_lines(self.log_path, self._log_start))

    async def _run_hook(self, name: str, command: tuple[str, ...], environment: dict[str, str]) -> None:
        """Run a hook beside the server, as Kubernetes does. One that fails is only told: its programs may be the image's."""
        if not command or self._launch_plan is None:
            return
        with open_log(self.log_path) as log:
            process = await asyncio.create_subprocess_exec(
                *launcher(self._launch_plan), *command, env=environment, cwd="/", stdout=log, stderr=log
            )
        code = await process.wait()
        if code != 0:
            self._tell(f"The {name} hook {ending(code, False, None)}; the last lines of the server's log say why")

    # Running and stopping

    async def poll(self) -> int | None:
        """None while it runs, else its exit code, or 1 where nobody knows it."""
        self._watch_memory()
        code = self._code()
        if code is not None and self._identity is not None:
            await self._gone(code)
        return code

    def _code(self) -> int | None:
        if self._process is not None:
            return self._process.poll()
        return None if alive(self._identity) else 1

    def _watch_memory(self) -> None:
        kills = self._enforced().kills()
        if kills > self._kills_seen and self._identity is not None:
            limit = f" of {self._memory_limit / 2**20:.0f} MiB" if self._memory_limit else ""
            self._last_words = f"A program in this server needed more memory than its limit{limit}, and the kernel ended it."
            self.log.warning("%s: %s", self._log_name, self._last_words)
            with open_log(self.log_path) as log:
                log.write(f"{self._last_words}\n".encode())
        self._kills_seen = kills

    async def _gone(self, code: int) -> None:
        self.log.warning("%s: the server %s", self._log_name, ending(code, False, None))
        await self._end(0)

    async def stop(self, now: bool = False) -> None:
        """End the server with everything that it started."""
        if self._before_stop and alive(self._identity) and not now:
            with suppress(OSError):
                await self._run_hook("preStop", self._before_stop, self._running_environment())
        await self._end(0 if now else max(self.delete_grace_period, _LAST_GRACE))

    def _running_environment(self) -> dict[str, str]:
        pid = self._identity.pid if self._identity else 0
        entries = Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
        return dict(entry.split("=", 1) for entry in entries if "=" in entry)

    async def _end(self, grace: float) -> None:
        """SIGTERM to the server, time for it to save and to end its kernels, then SIGKILL to all that is left."""
        leader = self._identity
        leaders = [leader.pid] if alive(leader) and leader else []
        processes = family(self.mark, leaders)
        asked = {leader} if leaders and leader else processes
        deadline = asyncio.get_running_loop().time() + grace
        send(asked, SIGTERM)
        while self._any_alive(asked) and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(_TICK)
        deadline = asyncio.get_running_loop().time() + _LAST_GRACE
        while asyncio.get_running_loop().time() < deadline:
            left = {process for process in processes if alive(process)} | family(self.mark)
            if not left:
                break
            send(left, SIGKILL)
            await asyncio.sleep(_TICK)
        if self._process is not None:
            self._process.poll()
        self._process, self._identity = None, None
        self._record_path().unlink(missing_ok=True)
        self._enforced().remove()
        for leftover in (
            self.folder.run / "files" / self.server_name,
            self.folder.run / "tmp" / self.server_name,
            homes.scratch(self.folder, self.server_name),
        ):
            shutil.rmtree(leftover, ignore_errors=True)

    def _any_alive(self, processes: set[ProcessIdentity]) -> bool:
        if self._process is not None:
            self._process.poll()
        return any(alive(process) for process in processes)

    async def delete_forever(self) -> None:
        """The person or the named server was deleted: so is the home, where it would have been a disk of their own."""
        shared = self.name and "{user_server}" not in self.pvc_name_template
        if not self.delete_pvc or not self.storage_pvc_ensure or shared:
            return
        home = homes.inside(self.folder.homes, homes.personal(self.pvc_name))
        await asyncio.to_thread(homes.remove, home)
