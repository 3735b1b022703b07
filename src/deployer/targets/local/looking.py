"""What can be said of a person's server, and of this machine, without using a hub."""

from __future__ import annotations

import os
from pathlib import Path

from deployer.errors import UnknownNameError
from deployer.model.findings import Finding, Findings, Verdict
from deployer.model.health import LogTail
from deployer.model.release import HubRef
from deployer.targets.local.folder import LocalFolder
from deployer.targets.local.log_files import tail
from deployer.targets.local.runtime import Runtime
from deployer.targets.local.supervision import going, server_log
from deployer.tools.environments import require_linux

_LINES = 15


def diagnose(ref: HubRef, folder: LocalFolder, user: str) -> Findings:
    """The hub's state, and the end of the person's log."""
    now = going(folder)
    works = now.supervised and now.state == "running"
    hint = "" if works else f"`deployer logs {ref.cluster} {ref.hub}` shows its log."
    found = "it runs" if works else f"it is {now.state}: {now.reason}"
    hub = Finding("hub", Verdict.OK if works else Verdict.FAILED, found, hint)
    log = server_log(folder, user)
    if not log.exists():
        raise UnknownNameError(f"{user} has never had a server on {ref}", hint="Names are as the hub's admin page shows them.")
    server = Finding("server", Verdict.OK, f"{user} had one; its log is {log}")
    logs = (LogTail(f"server of {user}", tuple(tail(log, _LINES))),)
    return Findings(cluster=ref.cluster, hub=ref.hub, user=user, findings=(hub, server), logs=logs)


def examine(cluster: str, state: Path, runtime: Runtime) -> Findings:
    """This machine: system, environment, state folder, rights."""
    require_linux("a hub on this machine")
    made = runtime.ready(runtime.digest)
    environment = f"JupyterHub {runtime.jupyterhub} is installed" if made else "JupyterHub is installed by the first deploy"
    existing = next(folder for folder in (state, *state.parents) if folder.exists())
    writable = os.access(existing, os.W_OK)
    root = os.geteuid() == 0
    people = "each person's server has a user ID of its own" if root else "all servers run as one user, as this is not root"
    return Findings(
        cluster=cluster,
        findings=(
            Finding("environment", Verdict.OK, environment),
            Finding("state", Verdict.OK if writable else Verdict.FAILED, f"{state} can{'' if writable else 'not'} be written"),
            Finding("rights", Verdict.OK if root else Verdict.WARNING, people),
        ),
    )
