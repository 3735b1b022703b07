"""`start/settings.json`: what the deployer says about this machine, as opposed to the hub's own values.

    {
      "version": 1,
      "cluster": "demo", "hub": "welcome", "display_name": "Welcome",
      "port": 8000,                       where a browser reaches the hub, on 127.0.0.1
      "login_override": null,             or {"reason": "a sentence for the login page", "password_file": "/absolute/path"}
      "notices": ["image ... is not used on this machine"],       shown on the spawn page
      "templates": ["/absolute/path/of/hub-templates"],           searched before JupyterHub's own
      "contact": "hubs@team.example.org",
      "forgiving": false                  a snippet that fails is left out, and told in run/left-out.json and on the spawn page
    }

A `login_override` replaces the login provider by a form: any allowed person's name and the one password that the file holds
(0600, one line). Unknown keys are left alone, so that an older runtime reads a newer deployer's file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hub_runtime.errors import ConfigurationProblem

VERSION = 1


@dataclass(frozen=True, slots=True)
class LoginOverride:
    """Log in with a password of this machine instead of the login provider."""

    reason: str
    password_file: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """This machine's part of a hub."""

    cluster: str
    hub: str
    port: int
    display_name: str = ""
    login_override: LoginOverride | None = None
    notices: tuple[str, ...] = ()
    templates: tuple[Path, ...] = ()
    contact: str = ""
    forgiving: bool = False


def read_settings(path: Path) -> Settings:
    """Read the file. Raises ConfigurationProblem where it is missing, damaged or of another version."""
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationProblem(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationProblem(f"{path} is no JSON: {error}") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise ConfigurationProblem(f"{path} is not of version {VERSION}; deploy the hub again")
    try:
        return _settings(content)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigurationProblem(f"{path} lacks or misstates {error}; deploy the hub again") from error


def _settings(content: dict[str, Any]) -> Settings:
    override = content.get("login_override")
    return Settings(
        cluster=str(content["cluster"]),
        hub=str(content["hub"]),
        port=int(content["port"]),
        display_name=str(content.get("display_name") or content["hub"]),
        login_override=LoginOverride(str(override["reason"]), Path(override["password_file"])) if override else None,
        notices=tuple(map(str, content.get("notices") or ())),
        templates=tuple(map(Path, content.get("templates") or ())),
        contact=str(content.get("contact") or ""),
        forgiving=bool(content.get("forgiving")),
    )
