"""The files that a hub's supervisor starts from (formats: `hub_runtime.settings`), which are this target's manifests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deployer.model.release import Release
from deployer.model.secret import Secret
from deployer.targets.local.login import LocalLogin
from deployer.targets.local.values import complete_values

_VERSION = 1
RUNTIME = "runtime"
"""The document that says which environment a hub runs in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """This machine's part of a hub."""

    port: int
    login: LocalLogin
    password: Path
    notices: tuple[str, ...]
    runtime: str
    templates: Path
    forgiving: bool = False
    """Snippets that fail are left out."""


def start_files(release: Release, machine: Machine) -> Mapping[str, str]:
    """`values.json` and `settings.json`."""
    return {"values.json": _text(complete_values(release)), "settings.json": _text(_settings(release, machine))}


def documents(release: Release, machine: Machine) -> Mapping[str, str]:
    """What tells one deploy from another: the start files, and the environment."""
    return {**start_files(release, machine), RUNTIME: f"{machine.runtime}\n"}


def _settings(release: Release, machine: Machine) -> Mapping[str, Any]:
    override = {"reason": machine.login.reason, "password_file": str(machine.password)} if machine.login.reason else None
    return {
        "version": _VERSION,
        "cluster": release.ref.cluster,
        "hub": release.ref.hub,
        "display_name": release.display_name or release.ref.hub,
        "port": machine.port,
        "login_override": override,
        "notices": machine.notices,
        "templates": (str(machine.templates),),
        "contact": release.contact,
        "forgiving": machine.forgiving,
    }


def _text(content: Mapping[str, Any]) -> str:
    """JSON in the order in which it was written, since the order of a list of choices is what people see."""
    return json.dumps(content, indent=1, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    return dict(value) if isinstance(value, Mapping) else str(value)
