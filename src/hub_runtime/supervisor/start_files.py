"""The start files: tried, accepted, and what the supervisor itself needs of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hub_runtime.folder import HubFolder, write_private
from hub_runtime.generated import PROXY_TOKEN, SUPERVISOR_SERVICE, ensure_secrets, service_token
from hub_runtime.settings import read_settings
from hub_runtime.status import start_digest
from hub_runtime.supervisor import commands
from hub_runtime.supervisor.ports import LOOPBACK, Ports
from hub_runtime.values import read_values

_NAMES = ("settings.json", "values.json")
_PREFLIGHT_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The start files that the hub runs with. `base_url` begins and ends with a slash."""

    port: int
    base_url: str
    proxy_token: str
    own_token: str
    digest: str

    @property
    def url(self) -> str:
        """Where a browser reaches the hub."""
        return f"http://{LOOPBACK}:{self.port}{self.base_url}"


def read_asked(folder: HubFolder) -> Accepted:
    """What is asked for. Raises ConfigurationProblem."""
    settings = read_settings(folder.start / "settings.json")
    values = read_values(folder.start / "values.json")
    secrets = ensure_secrets(folder, values)
    return Accepted(
        port=settings.port,
        base_url=_base_url(values),
        proxy_token=secrets[PROXY_TOKEN],
        own_token=secrets[service_token(SUPERVISOR_SERVICE)],
        digest=start_digest(folder.start),
    )


def _base_url(values: dict[str, Any]) -> str:
    asked = str((values.get("hub") or {}).get("baseUrl") or "/").strip("/")
    return f"/{asked}/" if asked else "/"


def accept(folder: HubFolder) -> None:
    """Keep a copy: a hub that is killed later starts again with these, whatever is asked for meanwhile."""
    for name in _NAMES:
        write_private(folder.accepted / name, (folder.start / name).read_text(encoding="utf-8"))


async def complaint(folder: HubFolder, ports: Ports, token: str) -> str:
    """Why the files that are asked for make no hub; empty where they do. Tried in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *commands.preflight_command(folder),
        env=commands.environment(folder, "preflight", ports, token),
        cwd=folder.data,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), _PREFLIGHT_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"the configuration was not read within {_PREFLIGHT_SECONDS:.0f} seconds"
    if process.returncode == 0:
        return ""
    return output.decode(errors="replace").strip() or f"the configuration ended with exit code {process.returncode}"
