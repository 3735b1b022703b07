"""Services that the hub runs itself, such as the idle culler: they end with the hub, come back in seconds, have a log each."""

from __future__ import annotations

import subprocess

from jupyterhub.services import service
from traitlets import default

from hub_runtime.folder import HubFolder
from hub_runtime.logs import open_log
from hub_runtime.processes import MARK, launcher

_POLL_SECONDS = 2
_LOG_NAMES = {"jupyterhub-idle-culler": "culler"}


class ManagedService(service._ServiceSpawner):
    """JupyterHub's own way to run a service, but for what happens when the hub is killed, and for the log."""

    @default("poll_interval")
    def _poll_interval_default(self) -> int:
        return _POLL_SECONDS

    def start(self) -> None:
        """Start the process; it gets SIGTERM when the hub ends, however it ends."""
        folder = HubFolder.of_this_process()
        environment = {**self.get_env(), MARK: f"{folder.identity}/{self._service_name}"}
        environment.pop("JUPYTERHUB_ACTIVITY_URL", None)
        name = _LOG_NAMES.get(self._service_name, self._service_name)
        with open_log(folder.logs / f"{name}.log") as log:
            self.proc = subprocess.Popen(
                [*launcher({"end_with_parent": True, "directory": self.cwd or str(folder.data)}), *self.cmd],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self.proc.pid


def install() -> None:
    """Make JupyterHub run its services so."""
    service._ServiceSpawner = ManagedService
