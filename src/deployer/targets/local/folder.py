"""What lies where in the folder of one local hub; the supervisor's own part is drawn in `hub_runtime.folder`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from deployer.model.release import HubRef
from deployer.tools.files import make_folder


def passable() -> int:
    """The mode of folders on the way to homes. As root each person's servers have a UID of their own and must come through."""
    return 0o711 if os.geteuid() == 0 else 0o700


@dataclass(frozen=True, slots=True)
class LocalFolder:
    """Paths of one hub."""

    root: Path

    @property
    def start(self) -> Path:
        """`values.json` and `settings.json`, 0600: what the supervisor starts from."""
        return self.root / "start"

    @property
    def previous(self) -> Path:
        """What ran before the deploy that is under way."""
        return self.root / "previous"

    @property
    def earlier(self) -> Path:
        """What was deployed, checked and replaced before what runs now."""
        return self.root / "earlier"

    @property
    def record(self) -> Path:
        """The last deploy: what, when, by whom. No secrets."""
        return self.root / "deployed.json"

    @property
    def status(self) -> Path:
        return self.root / "run" / "status.json"

    @property
    def servers(self) -> Path:
        return self.root / "run" / "servers"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def database(self) -> Path:
        return self.data / "jupyterhub.sqlite"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets.json"

    @property
    def password(self) -> Path:
        """The password that replaces a login provider, 0600."""
        return self.data / "login-password"

    @property
    def homes(self) -> Path:
        return self.root / "homes"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def supervisor_log(self) -> Path:
        return self.logs / "supervisor.log"

    @property
    def temporary(self) -> tuple[Path, ...]:
        """Everything but people's homes and the hub's data."""
        return (self.start, self.previous, self.earlier, self.record, self.root / "run", self.logs)

    def make(self) -> None:
        """Make the folders that the deployer writes into. Raises MachineError."""
        for folder in (self.root.parent.parent, self.root.parent, self.root):
            make_folder(folder, mode=passable())
        for folder in (self.start, self.data, self.logs):
            make_folder(folder)


@dataclass(frozen=True, slots=True)
class LocalFolders:
    """All hubs of a state folder: `<root>/<cluster>/<hub>`."""

    root: Path

    @staticmethod
    def all_below(state: Path) -> tuple[LocalFolder, ...]:
        """The folders of all hubs of all targets of a state folder."""
        return tuple(LocalFolder(path.parent) for path in state.glob("*/*/*/deployed.json"))

    def of(self, ref: HubRef) -> LocalFolder:
        """One hub's."""
        return LocalFolder(self.root / ref.cluster / ref.hub)

    def refs(self, cluster: str | None) -> tuple[HubRef, ...]:
        """The hubs that have a folder, in the order of their names."""
        pattern = "*/*" if cluster is None else f"{cluster}/*"
        return tuple(HubRef(path.parent.name, path.name) for path in sorted(self.root.glob(pattern)) if path.is_dir())

    def lock(self, cluster: str) -> Path:
        """The lock of all hubs of a cluster, as they share its ports."""
        return self.root / f"{cluster}.lock"
