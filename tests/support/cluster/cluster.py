"""One cluster: up, down, and everything that a test does to it or reaches through it."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.support.cluster import addons, binary, control_plane, dns, identities, node
from tests.support.cluster.layout import (
    API_SERVICE_ADDRESS,
    DNS_SERVICE_ADDRESS,
    NODE,
    NODE_ADDRESS,
    SERVICE_NETWORK,
    Layout,
)
from tests.support.cluster.processes import INIT, ClusterError, Processes, wait_until
from tests.support.cluster.store import NAMESPACE, copy_store, image_store
from tests.support.helm import kubectl

_SEAL = Path(__file__).with_name("seal.sh")
_WATCHERS = ("kubelet", "kube-proxy", "coredns")
_HIDDEN = ("/run", "/var/lib", "/var/log", "/proc", "/sys")


class Cluster:
    """A one-node Kubernetes whose state, logs and volumes all lie below one folder."""

    def __init__(self, state: Path) -> None:
        self.layout = Layout(state.resolve())
        self.processes = Processes(self.layout)

    @property
    def kubeconfig(self) -> Path:
        """The administrator's; its context is named `onenode`."""
        return self.layout.kubeconfig

    @property
    def environment(self) -> dict[str, str]:
        """The environment for programs that use the cluster: what they cache goes below its folder too."""
        own = {"KUBECONFIG": str(self.kubeconfig), "KUBECACHEDIR": str(self.layout.state / "kubectl")}
        return {**os.environ, **own}

    @property
    def is_up(self) -> bool:
        recorded = list(self.processes.recorded())
        return bool(recorded) and all(process.alive for process in recorded)

    def up(self, images: Sequence[Path] = (), *, ends_with_us: bool = False) -> None:
        """Start everything and wait until a pod could run; what a killed run left in the folder is removed first.

        `images`: archives of images that the node has from the start, each in a folder named after its content.
        `ends_with_us`: it ends with this Python process, however that ends.

        Raises:
            ClusterError: the folder's place cannot be used, or a process did not come up; the text names its log.
        """
        if str(self.layout.state).startswith(_HIDDEN):
            raise ClusterError(f"the state folder cannot lie below {', '.join(_HIDDEN)}: {self.layout.state}")
        programs, store = binary.programs(), image_store(images)
        self.down()
        self.layout.prepare()
        copy_store(store, self.layout.containerd_root)
        for name in binary.NAMES:
            (self.layout.bin / name).symlink_to(programs / "onenode")
        try:
            self._seal(ends_with_us)
            self._start_control_plane()
            self._start_node()
            self._await_service()
        except BaseException:
            self._end_processes()  # the folder stays, for its logs
            raise

    def down(self) -> None:
        """End all processes and containers of this cluster, and remove its folder; nothing happens where there is none."""
        self._end_processes()
        shutil.rmtree(self.layout.state, ignore_errors=True)

    def kubectl(self, *arguments: str, check: bool = True, stdin: str | None = None) -> str:
        """What kubectl prints, as the administrator. Raises ClusterError where it fails, unless `check` is off."""
        return self._output([str(kubectl()), *arguments], check=check, stdin=stdin)

    def apply(self, *objects: object) -> None:
        """Apply Kubernetes objects, given as plain data."""
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def inside(self, *command: str, check: bool = True) -> str:
        """What a command prints inside the cluster's network, where addresses of pods and services lead somewhere."""
        return self._output(self.processes.inside(command), check=check)

    def load_image(self, archive: Path) -> None:
        """Import an image, as `docker save` writes it, into the node's store."""
        self._ctr("images", "import", str(archive))

    def images(self) -> list[str]:
        """References of the images that the node has."""
        return [line for line in self._ctr("images", "ls", "-q").splitlines() if not line.startswith("sha256:")]

    def name(self, domain: str, address: str = "") -> None:
        """Let a name lead to an address, or to nowhere, for all who ask the cluster's name server. Waits until it does."""
        others = [line for line in self.layout.hosts.read_text().splitlines() if line.split()[-1] != domain]
        self.layout.hosts.write_text("".join(f"{line}\n" for line in [*others, *([f"{address} {domain}"] if address else [])]))
        self._wait(lambda: self._address_of(domain) == address, f"{domain} leads to {address or 'nowhere'}")

    def forward(self, address: str) -> int:
        """A port on 127.0.0.1 that leads to HOST:PORT inside the cluster, until the cluster ends."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(128)
            port: int = listener.getsockname()[1]
            self.processes.start(f"relay@{port}", listener.fileno(), address, hands=[listener.fileno()])
        return port

    def forward_service(self, namespace: str, name: str, port: int = 80) -> int:
        """A port on 127.0.0.1 that leads to a service."""
        address = self.kubectl("get", "service", "-n", namespace, name, "-o", "jsonpath={.spec.clusterIP}")
        return self.forward(f"{address}:{port}")

    def kubeconfig_of(self, identity: str, target: Path) -> Path:
        """Write a kubeconfig for one of `identities.IDENTITIES`, for use outside of the cluster's network."""
        return self.kubeconfig_with(identities.token_of(self.layout, identity), target)

    def kubeconfig_with(self, token: str, target: Path) -> Path:
        """Write a kubeconfig with any bearer token (of a service account, or a wrong one)."""
        (entry,) = json.loads(self.kubeconfig.read_text())["clusters"]
        target.touch(mode=0o600)
        target.write_text(identities.kubeconfig(self.layout, entry["cluster"]["server"], token))
        return target

    @contextmanager
    def without(self, process: str) -> Iterator[None]:
        """Kill a process of the cluster (`kube-apiserver`, say) for the length of the block, then start it again.

        What watches the API server is started anew after it: it would look for it every half a minute only, and Services would
        lead to pods that are gone, and new ones have no name.
        """
        self.processes.find(process).kill()
        wait_until(lambda: not self.processes.find(process).alive, f"{process} has ended", 10)
        try:
            yield
        finally:
            self.processes.start_again(process)
            self._wait(self._api_ready, "the API server is ready again")
        if process == control_plane.API_SERVER:
            for watcher in (*control_plane.CONTROLLERS, *_WATCHERS):
                with self.without(watcher):
                    pass
            self._wait(self._names_answer, "the cluster's name server answers again")

    def _end_processes(self) -> None:
        for process in self.processes.recorded():
            if process.name == INIT:
                process.kill()
        wait_until(lambda: not any(process.alive for process in self.processes.recorded()), "all processes have ended", 20)
        wait_until(self._groups_are_removed, "the control groups are empty", 20)
        self.processes.collect()

    def _seal(self, ends_with_us: bool) -> None:
        arguments = [str(self.layout.state), NODE_ADDRESS, SERVICE_NETWORK, str(self.layout.bin / INIT)]
        self.processes.start_init(["sh", str(_SEAL), *arguments], ends_with_us)
        self._wait((self.layout.state / "sealed").exists, "the namespaces are made")

    def _start_control_plane(self) -> None:
        identities.make_certificates(self.layout)
        identities.make_tokens(self.layout)
        control_plane.start_api(self.layout, self.processes)
        port = self.forward(f"{NODE_ADDRESS}:6443")
        token = identities.token_of(self.layout, "admin")
        self.layout.write("kubeconfig", identities.kubeconfig(self.layout, f"https://127.0.0.1:{port}", token))
        node.start_containerd(self.layout, self.processes)
        self._wait(self._api_ready, "the API server is ready")
        control_plane.start_controllers(self.layout, self.processes)

    def _start_node(self) -> None:
        self._wait(lambda: "cri" in self._ctr("plugins", "ls", check=False), "containerd is ready")
        node.start_kubelet(self.layout, self.processes)
        node.start_kube_proxy(self.layout, self.processes)
        self.apply(*addons.addon_objects()["items"])
        addons.start_addons(self.layout, self.processes)

    def _await_service(self) -> None:
        ready = '-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}'
        self._wait(lambda: self.kubectl("get", "node", NODE, ready, check=False) == "True", "the node is ready")
        self._wait(self._names_answer, "the cluster's name server answers through its service")
        account = ("get", "serviceaccount", "default", "-o", "name")
        self._wait(lambda: bool(self.kubectl(*account, check=False)), "pods have a service account")

    def _api_ready(self) -> bool:
        return self.kubectl("get", "--raw", "/readyz", check=False) == "ok"

    def _names_answer(self) -> bool:
        return self._address_of("kubernetes.default.svc.cluster.local") == API_SERVICE_ADDRESS

    def _address_of(self, name: str) -> str:
        return self.inside(sys.executable, str(dns.__file__), DNS_SERVICE_ADDRESS, name, check=False).strip()

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, what, alive=self.processes.require_all)

    def _groups_are_removed(self) -> bool:
        try:
            node.remove_cgroups(self.layout)
        except OSError:  # busy: the kernel has not collected the last process yet
            return False
        return True

    def _ctr(self, *arguments: str, check: bool = True) -> str:
        return self._output(["ctr", "--address", str(self.layout.containerd_socket), "-n", NAMESPACE, *arguments], check=check)

    def _output(self, command: Sequence[str], *, check: bool, stdin: str | None = None) -> str:
        done = subprocess.run(
            command, check=False, input=stdin, capture_output=True, text=True, env=self.environment, timeout=300
        )
        if check and done.returncode:
            raise ClusterError(f"{' '.join(command[:4])} ...: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout
