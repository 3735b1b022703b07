"""Makes a chart's archive out of its folder. The same content makes the same bytes, and so the same digest."""

import gzip
import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import yaml
from tests.support import image
from tests.support.charts.schema import schema

STAND_IN = Path(__file__).with_name("jupyterhub")
Change = Callable[[Path, bytes], bytes]


def stand_in(target: Path) -> Path:
    """The stand-in for zero-to-jupyterhub, which uses the image that `tests.support.image` builds."""
    values = _with_image(Path("values.yaml"), (STAND_IN / "values.yaml").read_bytes())
    added = {"values.schema.json": schema(yaml.safe_load(values)).encode()}
    return package(STAND_IN, target, _with_image, added)


def package(
    chart: Path, target: Path, change: Change = lambda _, content: content, added: dict[str, bytes] | None = None
) -> Path:
    """Write `<name>-<version>.tgz` into the folder `target`.

    `change` gets each file's path in the chart and its content; `added`: further files.
    """
    about = yaml.safe_load((chart / "Chart.yaml").read_text())
    files = {file.relative_to(chart): file.read_bytes() for file in sorted(chart.rglob("*")) if _belongs(file)}
    contents = {str(path): change(path, content) for path, content in files.items()} | (added or {})
    archive = target / f"{about['name']}-{about['version']}.tgz"
    archive.write_bytes(gzip.compress(_tar(about["name"], contents), mtime=0))
    return archive


def _belongs(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts


def _with_image(path: Path, content: bytes) -> bytes:
    if path != Path("values.yaml"):
        return content
    named = content.replace(b"name: set-by-packaging", f"name: {image.name()}".encode())
    return named.replace(b"tag: set-by-packaging", f'tag: "{image.tag()}"'.encode())


def _tar(name: str, contents: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for path, content in sorted(contents.items()):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()
