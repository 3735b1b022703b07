"""Try start files without starting a hub: `python -m hub_runtime.preflight HUB_FOLDER START_FOLDER`.

Prints nothing and exits 0 where they make a hub; else prints the reason and exits 1. Touches neither database nor processes.
"""

from __future__ import annotations

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
        hub = JupyterHub(config=config)
        hub.authenticator_class(parent=hub, _deprecated_db_session=None)
        hub.spawner_class(parent=hub, _mock=True)
    except ConfigurationProblem as problem:
        return str(problem)
    except TraitError as error:
        return f"hub.config: {error}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main(arguments: list[str]) -> int:
    """Print the complaint."""
    root, start = map(Path, arguments)
    reason = complaint(HubFolder(root, candidate=start))
    sys.stdout.write(reason)
    return 1 if reason else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
