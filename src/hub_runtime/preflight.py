"""Try start files without starting a hub: `python -m hub_runtime.preflight HUB_FOLDER START_FOLDER`.

Prints nothing and exits 0 where they make a hub; else prints the reason and exits 1. Touches neither database nor processes.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from jupyterhub.app import JupyterHub
from traitlets import TraitError
from traitlets.config import Config

from hub_runtime.configure import configure
from hub_runtime.errors import ConfigurationProblem
from hub_runtime.folder import HubFolder


def complaint(folder: HubFolder) -> str:
    """Why these start files make no hub; empty where they do."""
    config = Config()
    try:
        configure(config, folder)
        config.JupyterHub.db_url = "sqlite://"
        config.JupyterHub.upgrade_db = False
        asyncio.run(_begin(JupyterHub(config=config)))
    except ConfigurationProblem as problem:
        return str(problem)
    except TraitError as error:
        return f"hub.config: {error}"
    except SystemExit:
        return "the hub ends itself while it reads its configuration"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


async def _begin(hub: JupyterHub) -> None:
    """What a start does before it listens, in JupyterHub's own order, with a database in memory. Raises what is wrong."""
    hub.init_eventlog()
    hub.init_secrets()
    hub.init_db()
    hub.init_hub()
    hub.init_proxy()
    hub.init_oauth()
    await hub.init_role_creation()
    await hub.init_users()
    await hub.init_groups()
    hub.init_services()
    await hub.init_api_tokens()
    await hub.init_role_assignment()
    await hub.init_blocked_users()
    hub.init_tornado_settings()
    hub.spawner_class(parent=hub, _mock=True)


def main(arguments: list[str]) -> int:
    """Print the complaint."""
    root, start = map(Path, arguments)
    with contextlib.redirect_stdout(sys.stderr):
        reason = complaint(HubFolder(root, candidate=start))
    sys.stdout.write(reason)
    return 1 if reason else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
