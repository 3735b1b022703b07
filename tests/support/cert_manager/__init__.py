"""cert-manager's own chart, out of its Go module: its images cannot be had here, but what it writes and its kinds of objects can.

Inside: the chart as an archive, and the kinds on a test cluster. Outside: what our charts ask of both.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.cache import cached, digest
from tests.support.charts import package
from tests.support.cluster import Cluster

_MODULE = Path(__file__).parent
_NAME = "github.com/cert-manager/cert-manager"


def missing() -> str | None:
    """Why it cannot be had here; None where it can."""
    return None if shutil.which("go") else "cert-manager's chart comes by Go, which is not on PATH"


def archive(target: Path) -> Path:
    """Write the chart's archive into the folder `target`."""
    return package(sources() / "chart", target)


@contextmanager
def kinds(cluster: Cluster) -> Iterator[None]:
    """The cluster knows cert-manager's kinds of objects for the length of the block, though nobody acts on them."""
    files = ["-f", str(sources() / "crds")]
    # Server-side, as they are larger than an annotation may be.
    cluster.kubectl("apply", "--server-side", *files)
    try:
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s", *files)
        yield
    finally:
        cluster.kubectl("delete", "--ignore-not-found", *files)


def sources() -> Path:
    """Its chart and its kinds, fetched once."""
    files = [_MODULE / "go.mod", _MODULE / "go.sum", Path(__file__)]
    return cached(f"cert-manager/sources-{digest(files)}", _fetch)


def _fetch(folder: Path) -> None:
    """Go holds the module to the digest in go.sum. Its release tool writes the chart's version, so the sources have none."""
    command = ["go", "mod", "download", "-json", _NAME]
    told = json.loads(subprocess.run(command, cwd=_MODULE, check=True, capture_output=True, text=True).stdout)
    deploy = Path(told["Dir"]) / "deploy"
    for source, target in ((deploy / "crds", folder / "crds"), (deploy / "charts" / "cert-manager", folder / "chart")):
        for file in (path for path in source.rglob("*") if path.is_file()):
            copy = target / file.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    about = folder / "chart" / "Chart.yaml"
    about.write_text(re.sub(r"^(version|appVersion): .*$", rf"\1: {told['Version']}", about.read_text(), flags=re.MULTILINE))
