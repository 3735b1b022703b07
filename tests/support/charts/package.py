"""Makes a chart's archive out of its folder. The same content makes the same bytes, and so the same digest."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import yaml
from tests.support import image
from tests.support.cache import PROJECT
from tests.support.charts.schema import schema

RUNTIME = PROJECT / "src/hub_runtime"
STAND_IN = Path(__file__).with_name("jupyterhub")
Change = Callable[[Path, bytes], bytes]


def stand_in(target: Path) -> Path:
    """The stand-in for zero-to-jupyterhub, which uses the image that `tests.support.image` builds."""
    values = _with_image(Path("values.yaml"), (STAND_IN / "values.yaml").read_bytes())
    added = {"values.schema.json": schema(yaml.safe_load(values)).encode(), "files/hub_runtime.zip": _hub_runtime()}
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


def _hub_runtime() -> bytes:
    """This checkout's hub runtime as a zip that Python imports from, always with the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for file in sorted(RUNTIME.rglob("*")):
            if _belongs(file):
                entry = zipfile.ZipInfo(str(file.relative_to(RUNTIME.parent)))
                archive.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def _belongs(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts


def _with_image(path: Path, content: bytes) -> bytes:
    if path != Path("values.yaml"):
        return content
    for placeholder, name in ((b"hub-image", image.HUB), (b"user-image", image.USER)):
        content = content.replace(b"name: " + placeholder, f"name: {name}".encode())
    return content.replace(b"tag: set-by-packaging", f'tag: "{image.tag()}"'.encode())


def _tar(name: str, contents: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for path, content in sorted(contents.items()):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return whole.getvalue()
