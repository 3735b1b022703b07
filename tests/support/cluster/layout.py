"""Where everything of one cluster lies, and its addresses. All default ports are free: each cluster has its own network."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

NODE = "node1"
NODE_ADDRESS = "10.245.0.1"
POD_NETWORK = "10.244.0.0/24"
SERVICE_NETWORK = "10.96.0.0/16"
API_SERVICE_ADDRESS = "10.96.0.1"
DNS_SERVICE_ADDRESS = "10.96.0.10"
API_SERVER = f"https://{NODE_ADDRESS}:6443"
CONTEXT = "onenode"
PAUSE_IMAGE = "localhost/pause:1"
STORAGE_CLASS = "standard"


@dataclass(frozen=True)
class Layout:
    """The folders and files below one state folder."""

    state: Path

    @property
    def bin(self) -> Path:
        return self.state / "bin"

    @property
    def logs(self) -> Path:
        return self.state / "log"

    @property
    def processes(self) -> Path:
        return self.state / "processes"

    @property
    def certificates(self) -> Path:
        return self.state / "certificates"

    @property
    def machine(self) -> Path:
        """What the cluster sees as the machine's /run, /var/lib and /var/log."""
        return self.state / "machine"

    @property
    def volumes(self) -> Path:
        return self.state / "volumes"

    @property
    def containerd_socket(self) -> Path:
        return self.state / "containerd.sock"

    @property
    def containerd_root(self) -> Path:
        return self.state / "containerd/root"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for programs outside of the cluster's network."""
        return self.state / "kubeconfig"

    @property
    def hosts(self) -> Path:
        """Addresses and names that the cluster's name server tells beside those of services."""
        return self.state / "hosts"

    @property
    def cgroup(self) -> str:
        return "onenode-" + sha256(str(self.state).encode()).hexdigest()[:8]

    def own_kubeconfig(self, identity: str) -> Path:
        """The one of a process inside of the cluster's network."""
        return self.state / "identities" / f"{identity}.kubeconfig"

    def log(self, process: str) -> Path:
        return self.logs / f"{process}.log"

    def prepare(self) -> None:
        """Make the folders; the state folder is readable by its owner alone, as it holds keys."""
        self.state.mkdir(parents=True, exist_ok=True)
        self.state.chmod(0o711)
        for folder in (self.bin, self.logs, self.processes, self.certificates, self.volumes, self.state / "identities"):
            folder.mkdir(exist_ok=True)
        for private in (self.certificates, self.state / "identities"):
            private.chmod(0o700)

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        path = self.state / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=mode)
        path.write_text(text)
        return path
