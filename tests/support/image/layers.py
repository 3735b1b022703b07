"""Layers and images as files, in the format that `docker save` writes; the same content makes the same bytes."""

import hashlib
import io
import json
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def write_layer(root: Path, target: Path) -> None:
    """Everything below `root`, with its owners and modes, without times."""
    options = ["--numeric-owner", "--sort=name", "--mtime=@0", "--format=gnu"]
    subprocess.run(["tar", "-c", "-f", str(target), "-C", str(root), *options, "."], check=True)


def write_image(target: Path, reference: str, layers: Sequence[Path], settings: Mapping[str, Any]) -> None:
    """An image of the layers, the first at the bottom. `settings`: the image's own, as in the OCI image specification."""
    digests = [_digest(layer) for layer in layers]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": dict(settings),
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
    }
    members = [f"{digest}.tar" for digest in digests]
    manifest = [{"Config": "config.json", "RepoTags": [reference], "Layers": members}]
    with tarfile.open(target, "w") as archive:
        _add(archive, "config.json", json.dumps(config).encode())
        for layer, member in zip(layers, members, strict=True):
            archive.add(layer, member)
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _digest(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(content), 0o644
    archive.addfile(member, io.BytesIO(content))
