"""A containerd store with images in it, made once: a cluster starts with a copy and imports nothing."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.support.cache import cached, digest
from tests.support.cluster import binary
from tests.support.cluster.images import write_static_image
from tests.support.cluster.layout import PAUSE_IMAGE
from tests.support.cluster.processes import wait_until

NAMESPACE = "k8s.io"
"""Where the kubelet looks for images."""


def image_store(archives: Sequence[Path]) -> Path:
    """The store with these images and the pods' own. An archive's folder is named after its content, as the cache does."""
    key = digest([Path(__file__)], binary.programs().name, *(archive.parent.name for archive in archives))
    return cached(f"cluster/store-{key}", lambda folder: _make(folder, archives)) / "root"


def copy_store(store: Path, target: Path) -> None:
    """Files are linked, as containerd never changes those of a layer; its databases are copied, as it does change these."""
    target.parent.mkdir(parents=True, exist_ok=True)
    linked = subprocess.run(["cp", "-al", str(store), str(target)], check=False, capture_output=True)
    if linked.returncode:  # another filesystem
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", str(store), str(target)], check=True)
    for database in target.glob("*/*.db"):
        content = database.read_bytes()
        database.unlink()
        database.write_bytes(content)


def _make(folder: Path, archives: Sequence[Path]) -> None:
    """containerd runs for the length of the import, alone, with mounts of its own."""
    socket, settings = folder / "containerd.sock", folder / "containerd.toml"
    settings.write_text(f"""version = 2
root = "{folder}/root"
state = "{folder}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{socket}"
""")
    pause = folder / "pause.tar"
    write_static_image(pause, PAUSE_IMAGE, {"/pause": binary.programs() / "pause"}, "/pause")
    command = ["setpriv", "--pdeathsig", "KILL", "--", "unshare", "--mount", "--", "containerd", f"--config={settings}"]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as containerd:
        try:
            wait_until(lambda: socket.exists() and not _ctr(socket, "version").returncode, "containerd is ready")
            for archive in (pause, *archives):
                _ctr(socket, "images", "import", str(archive)).check_returncode()
        finally:
            containerd.terminate()
    pause.unlink()
    shutil.rmtree(folder / "state")


def _ctr(socket: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    command = ["ctr", "--address", str(socket), "-n", NAMESPACE, *words]
    return subprocess.run(command, check=False, capture_output=True)
