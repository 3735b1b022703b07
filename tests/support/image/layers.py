"""Layers and images as files, in the format that `docker save` writes; the same content makes the same bytes."""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_layer(root: Path, target: Path) -> None:
    """Everything below `root`, with its owners and modes, without times."""
    options = ["--numeric-owner", "--sort=name", "--mtime=@0", "--format=gnu"]
    subprocess.run(["tar", "-c", "-f", str(target), "-C", str(root), *options, "."], check=True)


def write_images(target: Path, images: Mapping[str, Mapping[str, Any]], layer: Path) -> None:
    """Images that share one layer. `images`: reference to the image's settings, as in the OCI image specification."""
    digest = _digest(layer)
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{digest}"]}
    manifest = []
    with tarfile.open(target, "w") as archive:
        archive.add(layer, f"{digest}.tar")
        for reference, settings in images.items():
            config = json.dumps({"architecture": "amd64", "os": "linux", "config": settings, "rootfs": rootfs}).encode()
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(archive, name, config)
            manifest.append({"Config": name, "RepoTags": [reference], "Layers": [f"{digest}.tar"]})
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    archive.addfile(member, io.BytesIO(content))
