"""`data/secrets.json`: what z2jh's chart generates into its Secret `hub`, generated once here, under the same keys.

    {
      "hub.config.ConfigurableHTTPProxy.auth_token": "...",
      "hub.config.JupyterHub.cookie_secret": "...",
      "hub.config.CryptKeeper.keys": "...",                  several are joined by `;`
      "hub.services.<name>.apiToken": "..."                  one for each of `hub.services`
    }

A value that the person set always wins, as in the chart; what was generated is kept though, for the day the setting goes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any

from hub_runtime.folder import HubFolder, read_json, write_private

PROXY_TOKEN = "hub.config.ConfigurableHTTPProxy.auth_token"  # noqa: S105 (the key's name)
COOKIE_SECRET = "hub.config.JupyterHub.cookie_secret"  # noqa: S105 (the key's name)
CRYPT_KEYS = "hub.config.CryptKeeper.keys"
SUPERVISOR_SERVICE = "deployer-supervisor"


def service_token(service: str) -> str:
    """The key of a service's token."""
    return f"hub.services.{service}.apiToken"


def asked_secrets(values: Mapping[str, Any]) -> dict[str, str | None]:
    """Every secret that these values need, with what the person set, or None where it is to be generated."""
    hub = values.get("hub") or {}
    config = hub.get("config") or {}
    proxy = values.get("proxy") or {}
    asked: dict[str, str | None] = {
        PROXY_TOKEN: _first(config, ("ConfigurableHTTPProxy", "auth_token"), ("JupyterHub", "proxy_auth_token"))
        or proxy.get("secretToken"),
        COOKIE_SECRET: _first(config, ("JupyterHub", "cookie_secret")) or hub.get("cookieSecret"),
        CRYPT_KEYS: _first(config, ("CryptKeeper", "keys")),
        service_token(SUPERVISOR_SERVICE): None,
    }
    for name, service in (hub.get("services") or {}).items():
        asked[service_token(name)] = (service or {}).get("api_token") or (service or {}).get("apiToken")
    return asked


def _first(config: Mapping[str, Any], *paths: tuple[str, str]) -> str | None:
    for section, key in paths:
        found = (config.get(section) or {}).get(key)
        if found:
            return ";".join(map(str, found)) if isinstance(found, list) else str(found)
    return None


def ensure_secrets(folder: HubFolder, values: Mapping[str, Any]) -> dict[str, str]:
    """All secrets of the hub: the person's own where set, else those of the file, which is completed."""
    kept = read_json(folder.secrets)
    kept = dict(kept) if isinstance(kept, dict) else {}
    asked = asked_secrets(values)
    missing = [key for key, value in asked.items() if not value and not kept.get(key)]
    if missing:
        kept.update({key: secrets.token_hex(32) for key in missing})
        write_private(folder.secrets, json.dumps(kept, indent=1, sort_keys=True))
    return {key: value or kept[key] for key, value in asked.items()}
