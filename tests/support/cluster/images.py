"""Container images of static programs, made without any container engine, in the format that `docker save` writes."""

import hashlib
import json
import tarfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path


def write_static_image(target: Path, reference: str, programs: Mapping[str, Path], entrypoint: str) -> None:
    """Write an image of one layer to `target`. `programs`: absolute path in the image to the file that goes there."""
    layer = _tar({path.lstrip("/"): file.read_bytes() for path, file in programs.items()})
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Entrypoint": [entrypoint], "User": "65534:65534"},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
    }
    manifest = [{"Config": "config.json", "RepoTags": [reference], "Layers": ["layer.tar"]}]
    members = {"config.json": json.dumps(config).encode(), "layer.tar": layer, "manifest.json": json.dumps(manifest).encode()}
    target.write_bytes(_tar(members))


def _tar(members: Mapping[str, bytes]) -> bytes:
    whole = BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, BytesIO(content))
    return whole.getvalue()
