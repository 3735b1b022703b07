"""A chart repository on loopback: an index and the archives (the format is Helm's, "The chart repository structure")."""

import hashlib
import shutil
import tarfile
import threading
from collections.abc import Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

import yaml
from tests.support.cache import PROJECT


class _Handler(SimpleHTTPRequestHandler):
    """Serves a folder and remembers what was asked for."""

    asked: list[str]

    def __init__(self, *arguments: Any, asked: list[str], **options: Any) -> None:
        self.asked = asked
        super().__init__(*arguments, **options)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, *arguments: Any) -> None:
        """Silent: `asked` has it all."""


class ChartRepository:
    """Serves the charts of a folder on 127.0.0.1 for the length of a `with` block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        """Paths that were requested, in order."""
        handler = partial(_Handler, directory=str(folder), asked=self.asked)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def write_index(self) -> None:
        """List every archive of the folder; call it again when one was added."""
        entries: dict[str, list[dict[str, Any]]] = {}
        for archive in sorted(self.folder.glob("*.tgz")):
            about = describe(archive)
            entries.setdefault(about["name"], []).append(about)
        index = {"apiVersion": "v1", "entries": entries, "generated": "2000-01-01T00:00:00Z"}
        (self.folder / "index.yaml").write_text(yaml.safe_dump(index))

    def digest(self, chart: str) -> str:
        """The SHA-256 of the chart's newest archive, as the index says it."""
        entries: Sequence[dict[str, Any]] = yaml.safe_load((self.folder / "index.yaml").read_text())["entries"][chart]
        return str(entries[-1]["digest"])

    def lock(self, fleet: Path) -> None:
        """Give a fleet charts of its own, which hold the archives here to their digests, as ours do with their authors'."""
        own = fleet / "helm-charts"
        shutil.rmtree(own, ignore_errors=True)
        shutil.copytree(PROJECT / "helm-charts", own)
        digests = {archive.stem: hashlib.sha256(archive.read_bytes()).hexdigest() for archive in self.folder.glob("*.tgz")}
        for chart in own.iterdir():
            (chart / "digests.yaml").write_text(yaml.safe_dump(digests))

    def __enter__(self) -> "ChartRepository":
        self.write_index()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()


def describe(archive: Path) -> dict[str, Any]:
    """An entry of the index: the chart's own description, where it lies, its digest."""
    with tarfile.open(archive) as content:
        (member,) = (name for name in content.getnames() if name.count("/") == 1 and name.endswith("/Chart.yaml"))
        chart = content.extractfile(member)
        about: dict[str, Any] = yaml.safe_load(chart.read()) if chart else {}
    return {**about, "urls": [archive.name], "digest": hashlib.sha256(archive.read_bytes()).hexdigest()}
