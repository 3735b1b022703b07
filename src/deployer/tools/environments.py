"""Environments of Python packages, pinned and hashed, made once and shared."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from uv import find_uv_bin

from deployer.errors import MachineError
from deployer.model.protocols import Process

OLDEST_PYTHON = (3, 11)
_PIPS_WORDS = {
    "cert": "SSL_CERT_FILE",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
    "proxy": "ALL_PROXY",
    "trusted-host": "UV_INSECURE_HOST",
}
"""A setting of pip -> uv's variable for it (docs.astral.sh/uv/reference/environment)."""
_PIPS_SECTIONS = ("global", "install", ":env:")
"""Of `pip config list`, the strongest last."""
_COMMAS = ("UV_FIND_LINKS",)
"""Variables whose parts stand between commas, where pip and the others have blanks."""
_SETTINGS_OF_INSTALLERS = ("UV_", "PIP_", "NPM_CONFIG_", "npm_config_", "XDG_CACHE_", "XDG_CONFIG_", "NODE_EXTRA_CA_CERTS")
_REGISTRY = (
    "A package registry could not be reached. The first deploy on a machine installs JupyterHub, once: go online, or set your "
    "registry as usual for uv or pip, and npm, then run the same command again."
)
_DAMAGED = "What arrived is not what was pinned. Empty the cache (`uv cache clean`), or ask whoever runs your registry."
_FULL = "Free some space, then run the same command again. DEPLOYER_STATE moves the state to another disk."
_CERTIFICATE = (
    "Something between here and the registry signs with a certificate of its own. Name it by SSL_CERT_FILE (uv, pip) and "
    "NODE_EXTRA_CA_CERTS (npm), then run the same command again."
)
ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "No space left on device": _FULL,
        "ENOSPC": _FULL,
        "ash mismatch": _DAMAGED,
        "EINTEGRITY": _DAMAGED,
        "invalid peer certificate": _CERTIFICATE,
        "SELF_SIGNED_CERT": _CERTIFICATE,
        "UNABLE_TO_GET_ISSUER_CERT": _CERTIFICATE,
        "error sending request": _REGISTRY,
        "Failed to fetch": _REGISTRY,
        "client error": _REGISTRY,
        "dns error": _REGISTRY,
        "network connectivity is disabled": _REGISTRY,
        "no solution found": _REGISTRY,
        "No solution found": _REGISTRY,
        "Temporary failure in name resolution": _REGISTRY,
        "ENOTFOUND": _REGISTRY,
        "ECONNREFUSED": _REGISTRY,
        "EAI_AGAIN": _REGISTRY,
        "ETIMEDOUT": _REGISTRY,
        "403 Forbidden": _REGISTRY,
        "E404": _REGISTRY,
    }
)
"""A piece of an installer's output -> what to do next."""


def settings_of_installers(environ: Mapping[str, str]) -> Mapping[str, str]:
    """What people set for uv, pip and npm: registries, caches, certificates."""
    return {name: value for name, value in environ.items() if name.startswith(_SETTINGS_OF_INSTALLERS)}


def settings_of_pip(listed: str) -> Mapping[str, str]:
    """What `pip config list` tells about registries, as uv's variables."""
    found = re.findall(r"^(\S+)\.([a-z-]+)='(.*)'$", listed.replace("\\n", " "), re.MULTILINE)
    strength = sorted((entry for entry in found if entry[0] in _PIPS_SECTIONS), key=lambda entry: _PIPS_SECTIONS.index(entry[0]))
    settings = {_PIPS_WORDS[word]: " ".join(value.split()) for _, word, value in strength if word in _PIPS_WORDS}
    if "UV_INDEX" in settings:
        # As pip does: any registry may have the package, whose hash is pinned anyway.
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return {name: value.replace(" ", ",") if name in _COMMAS else value for name, value in settings.items()}


@dataclass(frozen=True, slots=True)
class Installer:
    """Makes virtual environments by uv: the one on PATH, else the deployer's own, which then does as pip was told."""

    process: Process
    settings: Mapping[str, str]

    def make(self, folder: Path, requirements: Path, python: Path) -> None:
        """A virtual environment in `folder` with exactly these packages, whatever else they say that they need. Raises
        ToolFailedError, MachineError."""
        own = _own_uv()
        uv = str(self.process.which("uv") or own)
        env = self._settings_of_pip() if uv == own else {}
        self.run((uv, "venv", "--quiet", "--no-project", "--no-config", "--python", str(python), str(folder)), env=env)
        install = (uv, "pip", "install", "--quiet", "--python", str(folder / "bin" / "python"))
        self.run((*install, "--no-deps", "--require-hashes", "--requirements", str(requirements)), env=env)

    def run(self, command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> None:
        """One step of an installation; what people set wins over `env`."""
        self.process.run(command, cwd=cwd, env={**(env or {}), **self.settings}, advice=ADVICE)

    def _settings_of_pip(self) -> Mapping[str, str]:
        listed = self.process.run((sys.executable, "-m", "pip", "config", "list"), env=self.settings, check=False)
        return settings_of_pip(listed.stdout) if listed.code == 0 else {}


def _own_uv() -> str:
    """What came with the deployer; the plain name where somebody took it away."""
    try:
        return find_uv_bin()
    except FileNotFoundError:
        return "uv"


def reachable_by_others(path: Path) -> bool:
    """Every folder on the way to the real file may be passed by every user."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.resolve().parents)


def interpreter(process: Process, *, for_others: bool) -> Path:
    """A Python to make an environment of: this one, unless its folder is closed to the users that need it (`for_others`), then
    the first of the system's that is new enough. This one where there is no other."""
    own = Path(getattr(sys, "_base_executable", "") or sys.executable)
    if not for_others or reachable_by_others(own):
        return own
    return next((path for path in _system_pythons() if _fits(process, path)), own)


def _system_pythons() -> Iterable[Path]:
    for folder in (Path("/usr/bin"), Path("/usr/local/bin")):
        for name in ("python3", *(f"python3.{minor}" for minor in range(14, OLDEST_PYTHON[1] - 1, -1))):
            path = folder / name
            if path.exists() and reachable_by_others(path):
                yield path


def _fits(process: Process, path: Path) -> bool:
    program = f"import sys, ssl, sqlite3; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return process.run((str(path), "-I", "-c", program), check=False, timeout=20).code == 0


def require_linux(what: str) -> None:
    """Raises MachineError on another system."""
    if sys.platform != "linux":
        raise MachineError(
            f"{what} needs Linux, and this is {os.uname().sysname}",
            hint="Run it in a Linux machine or container; everything that does not run a hub works here.",
        )
