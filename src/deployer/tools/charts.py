"""Charts made ready to render: a chart's folder with the archives of the charts that it depends on.

An archive is fetched once, by version, and held to the digest that `digests.yaml` beside Chart.yaml gives; one without an
entry is held to the digest of its first fetch on this machine.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ExternalError, ToolFailedError
from deployer.tools.files import make_folder, remove_tree, write_atomically
from deployer.tools.helm import Helm
from deployer.tools.machine import told


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of Chart.yaml's `dependencies`. `condition` is a path in the values that turns it on; empty: always on."""

    name: str
    version: str
    repository: str
    condition: str = ""

    def wanted(self, values: Mapping[str, Any]) -> bool:
        """The values turn it on."""
        if not self.condition:
            return True
        node: Any = values
        for step in self.condition.split("."):
            node = node.get(step) if isinstance(node, Mapping) else None
        return node is True


class ChartCache:
    """Prepared charts and fetched archives below `folder`. `mirrors`: repository address -> the address that is used instead;
    without `fetch` only what is there already is used."""

    def __init__(self, helm: Helm, folder: Path, mirrors: Mapping[str, str], *, fetch: bool = True) -> None:
        self._fetches = fetch
        self._helm = helm
        self._folder = folder
        self._mirrors = {address.rstrip("/"): mirror for address, mirror in mirrors.items()}

    def prepared(self, chart: Path, values: Mapping[str, Any], *, digests: Mapping[str, str] | None = None) -> Path:
        """The chart's folder, complete for these values: only what they turn on is among its dependencies, so that a site
        needs to reach no more. `digests` (`name-version` -> sha256) replaces the chart's own. Raises ExternalError."""
        metadata = _read_yaml(chart / "Chart.yaml")
        defaults = _read_yaml(chart / "values.yaml")
        wanted = [d for d in _dependencies(metadata) if d.wanted(values) or d.wanted(defaults)]
        pinned = _read_yaml(chart / "digests.yaml") if digests is None else digests
        archives = [self._archive(dependency, pinned.get(f"{dependency.name}-{dependency.version}", "")) for dependency in wanted]
        key = _digest_of(chart, archives)
        target = self._folder / "prepared" / f"{chart.name}-{key[:16]}"
        if not target.exists():
            self._prepare(chart, metadata, wanted, archives, target)
        return target

    def _prepare(
        self, chart: Path, metadata: dict[str, Any], wanted: list[Dependency], archives: list[Path], target: Path
    ) -> None:
        """Made beside its place and renamed, so that a half-made one is never used."""
        make_folder(target.parent)
        with told("prepare the chart", chart):
            part = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
            try:
                shutil.copytree(chart, part, dirs_exist_ok=True, ignore=shutil.ignore_patterns("charts", "Chart.lock"))
                names = {dependency.name for dependency in wanted}
                kept = [entry for entry in metadata.get("dependencies") or [] if entry["name"] in names]
                (part / "Chart.yaml").write_text(yaml.safe_dump(metadata | {"dependencies": kept}, sort_keys=False))
                (part / "charts").mkdir()
                for archive in archives:
                    shutil.copy(archive, part / "charts")
                if not target.exists():
                    part.rename(target)
            finally:
                remove_tree(part)

    def _archive(self, dependency: Dependency, pinned: str) -> Path:
        folder = self._folder / "archives" / f"{dependency.name}-{dependency.version}"
        note = folder / "sha256"
        archive = folder / f"{dependency.name}-{dependency.version}.tgz"
        if not archive.exists() or _sha256(archive) != (pinned or _noted(note)):
            self._fetch(dependency, archive)
            if not pinned:
                write_atomically(note, _sha256(archive))
        if pinned and _sha256(archive) != pinned:
            found = _sha256(archive)
            remove_tree(folder)
            raise ExternalError(
                f"the chart {dependency.name} {dependency.version} from {self._address(dependency)} is not the one "
                f"that is pinned: its digest is {found}, expected {pinned}",
                hint="Somebody replaced the chart, or the mirror is wrong. Do not deploy it before you know which.",
            )
        return archive

    def _fetch(self, dependency: Dependency, archive: Path) -> None:
        if not self._fetches:
            raise ExternalError(f"the chart {dependency.name} {dependency.version} is not on this machine yet")
        remove_tree(archive.parent)
        make_folder(archive.parent.parent)
        with told("fetch charts into", archive.parent.parent):
            part = Path(tempfile.mkdtemp(dir=archive.parent.parent, prefix=".fetch-"))
        try:
            self._helm.pull(dependency.name, self._address(dependency), dependency.version, part)
            with told("fetch charts into", archive.parent.parent):
                next(part.glob("*.tgz")).rename(part / archive.name)
                part.rename(archive.parent)
        except ToolFailedError as error:
            raise ExternalError(
                f"the chart {dependency.name} {dependency.version} could not be fetched from {self._address(dependency)}",
                hint="Look whether the address can be reached; `chart_mirrors` in fleet.yaml names your own repository.",
            ) from error
        finally:
            remove_tree(part)

    def _address(self, dependency: Dependency) -> str:
        address = dependency.repository.rstrip("/")
        return self._mirrors.get(address, address)


def _dependencies(metadata: Mapping[str, Any]) -> Iterable[Dependency]:
    for entry in metadata.get("dependencies") or []:
        yield Dependency(entry["name"], entry["version"], entry["repository"], entry.get("condition", ""))


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with told("read", path):
        return yaml.safe_load(path.read_text()) or {}


def _noted(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _sha256(path: Path) -> str:
    with told("read", path), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _digest_of(chart: Path, archives: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(chart.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(chart)}\0".encode())
            digest.update(path.read_bytes())
    for archive in archives:
        digest.update(_sha256(archive).encode())
    return digest.hexdigest()
