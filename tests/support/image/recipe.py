"""Puts the images together: Debian, Jupyter and the proxy in one layer, made once for each content of locks and recipe."""

import shutil
from functools import cache
from pathlib import Path

from tests.support.cache import cached, digest
from tests.support.image.debian import make_root
from tests.support.image.jupyter import ENVIRONMENT, HUB_REQUIREMENTS, PROXY, install_hub, install_proxy
from tests.support.image.layers import write_images, write_layer

HUB = "localhost/deployer-test-hub"
"""The image of hubs and proxies, without its tag. Like zero-to-jupyterhub's it starts where the hub's database is."""
USER = "localhost/deployer-test-user"
"""The image of people's servers and of everything else, without its tag."""

_COMMON = {
    "Entrypoint": ["tini", "-g", "--"],
    "Env": [
        f"PATH=/{ENVIRONMENT}/bin:/usr/local/bin:/usr/bin:/usr/sbin:/bin",
        "HOME=/home/jovyan",
        "LANG=C.UTF-8",
        "PYTHONUNBUFFERED=1",
        "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt",
    ],
}
_SETTINGS = {
    HUB: {**_COMMON, "Cmd": ["jupyterhub"], "User": "1000:1000", "WorkingDir": "/srv/jupyterhub"},
    USER: {**_COMMON, "Cmd": ["jupyterhub-singleuser"], "User": "1000:100", "WorkingDir": "/home/jovyan"},
}


@cache
def tag() -> str:
    """A digest of everything that the images are made of, but the versions of Debian's packages, which are the release's."""
    makers = sorted(Path(__file__).parent.glob("*.py"))
    return digest([*makers, HUB_REQUIREMENTS, PROXY / "package-lock.json"])


def references() -> list[str]:
    """What the archive holds."""
    return [f"{name}:{tag()}" for name in _SETTINGS]


def user_reference() -> str:
    return f"{USER}:{tag()}"


def archive() -> Path:
    """Both images as one file, built here where it is not cached."""
    return cached(f"image/hub-{tag()}", _build) / "image.tar"


def _build(folder: Path) -> None:
    root, work, layer = folder / "root", folder / "work", folder / "layer.tar"
    root.mkdir()
    make_root(root, work)
    packages = install_hub(root)
    install_proxy(root, packages, work / "npm")
    write_layer(root, layer)
    write_images(folder / "image.tar", {f"{name}:{tag()}": settings for name, settings in _SETTINGS.items()}, layer)
    for no_longer_needed in (root, work):
        shutil.rmtree(no_longer_needed)
    layer.unlink()
