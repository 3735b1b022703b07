"""Puts the image together: a big layer of Debian, Jupyter and proxy, and a small one with the hub runtime of this checkout."""

import shutil
from pathlib import Path

from tests.support.cache import PROJECT, cache_root, cached, digest
from tests.support.image.debian import make_root
from tests.support.image.jupyter import ENVIRONMENT, HUB_REQUIREMENTS, PROXY, install_hub, install_proxy
from tests.support.image.layers import write_image, write_layer

_RUNTIME = PROJECT / "src/hub_runtime"
_PACKAGES = f"{ENVIRONMENT}/lib/python3.11/site-packages"
"""Debian 12's Python; `_build_base` checks it."""
_SETTINGS = {
    "Entrypoint": ["tini", "-g", "--"],
    "Cmd": ["jupyterhub-singleuser"],
    "User": "1000:100",
    "WorkingDir": "/home/jovyan",
    "Env": [
        f"PATH=/{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin:/usr/sbin:/bin",
        "HOME=/home/jovyan",
        "LANG=C.UTF-8",
        "PYTHONUNBUFFERED=1",
        "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
    ],
}


def name() -> str:
    """The image's name without its tag."""
    return "localhost/deployer-test-hub"


def tag() -> str:
    """A digest of everything that the image is made of."""
    return digest(_runtime_sources(), _base_key())


def reference() -> str:
    return f"{name()}:{tag()}"


def is_built() -> bool:
    """Whether the big layer is cached; the rest takes seconds."""
    return (cache_root() / _base_folder()).is_dir()


def archive() -> Path:
    """The image as one file, built here where it is not cached."""
    return cached(f"image/hub-{tag()}", _build) / "image.tar"


def _base_key() -> str:
    makers = [file for file in sorted(Path(__file__).parent.glob("*.py")) if file.name != "__init__.py"]
    return digest([*makers, HUB_REQUIREMENTS, PROXY / "package-lock.json"])


def _base_folder() -> str:
    return f"image/base-{_base_key()}"


def _runtime_sources() -> list[Path]:
    return sorted(file for file in _RUNTIME.rglob("*") if file.is_file() and "__pycache__" not in file.parts)


def _build(folder: Path) -> None:
    """Images of other versions of the runtime go: each is as large as the big layer."""
    base = cached(_base_folder(), _build_base)
    root = folder / "root"
    for source in _runtime_sources():
        target = root / _PACKAGES / "hub_runtime" / source.relative_to(_RUNTIME)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o644)
    write_layer(root, folder / "runtime.tar")
    shutil.rmtree(root)
    write_image(folder / "image.tar", reference(), [base / "layer.tar", folder / "runtime.tar"], _SETTINGS)
    for older in folder.parent.glob("hub-*"):
        if older.is_dir() and not older.suffix:
            shutil.rmtree(older)


def _build_base(folder: Path) -> None:
    root, work = folder / "root", folder / "work"
    root.mkdir()
    make_root(root, work)
    packages = install_hub(root)
    if packages != root / _PACKAGES:
        raise RuntimeError(f"the image's Python packages are in {packages.relative_to(root)}, not in {_PACKAGES}")
    install_proxy(root, packages, work / "npm")
    write_layer(root, folder / "layer.tar")
    shutil.rmtree(root)
    shutil.rmtree(work)
