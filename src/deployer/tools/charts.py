"""Charts made ready to render: a chart's folder with the archives of the charts that it depends on.

An archive is fetched once, by version, and held to the digest that `digests.yaml` beside Chart.yaml gives; one without an
entry is held to the digest of its first fetch on this machine.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ExternalError, GuardError, ToolFailedError
from deployer.model.release import ChartOverride
from deployer.tools.chart_files import (
    CHART_FILE,
    VALUES_FILE,
    VENDORED,
    Chart,
    ChartReader,
    Dependency,
    digest_of,
    file_in_archive,
)
from deployer.tools.files import make_folder, remove_tree, write_atomically
from deployer.tools.helm import Helm
from deployer.tools.locks import alone
from deployer.tools.machine import told

_HALF_MADE = ".half-made-"


class ChartCache:
    """Prepared charts and fetched archives below `folder`. `mirrors`: repository address -> the address that is used instead;
    without `fetch` only what is there already is used. What is damaged is made anew; one process makes at a time."""

    def __init__(self, helm: Helm, folder: Path, mirrors: Mapping[str, str], *, fetch: bool = True) -> None:
        self._fetches = fetch
        self._helm = helm
        self._folder = folder
        self._mirrors = {address.rstrip("/"): mirror for address, mirror in mirrors.items()}
        self._seen_whole: set[Path] = set()

    def prepared(
        self,
        chart: Path,
        values: Mapping[str, Any],
        *,
        override: ChartOverride | None = None,
        digests: Mapping[str, str] | None = None,
    ) -> Path:
        """The chart's folder, complete for these values: only what they turn on is among its dependencies, so that a site
        needs to reach no more. `override` stands in place of a Chart.yaml; `digests` (`name-version` -> sha256) replaces the
        chart's own. Raises ExternalError, and GuardError for a fetched chart that is not the one that is pinned."""
        read = ChartReader(override, digests).read(chart, [values])
        return self._found(read) or self._made(read)

    def values_inside(
        self, chart: Path, name: str, values: Mapping[str, Any], override: ChartOverride | None
    ) -> tuple[str, bytes] | None:
        """The values.yaml of a dependency, with a name for it, where its archive is here. Raises ExternalError."""
        for one, pinned in ChartReader(override).read(chart, [values]).archives():
            if one.name == name and self._has(one, pinned):
                return f"{one.name}-{one.version}/{VALUES_FILE}", file_in_archive(self._archive(one), VALUES_FILE)
        return None

    def _found(self, chart: Chart) -> Path | None:
        """The folder, where it and all that it is made from are here and whole."""
        missing = [dependency for dependency, pinned in chart.archives() if not self._has(dependency, pinned)]
        if missing and not self._fetches:
            raise ExternalError(f"the chart {missing[0].name} {missing[0].version} is not on this machine yet")
        target = None if missing else self._target(chart)
        return target if target and self._whole(target) else None

    def _made(self, chart: Chart) -> Path:
        with alone(self._folder / "lock"):
            for dependency, pinned in chart.archives():
                if not self._has(dependency, pinned):
                    self._fetch(dependency, pinned)
            target = self._target(chart)
            if not self._whole(target):
                self._prepare(chart, target)
            return target

    def _target(self, chart: Chart) -> Path:
        parts = [*chart.parts(), *(_sha256(self._archive(dependency)) for dependency, _ in chart.archives())]
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return self._folder / "prepared" / f"{chart.folder.name}-{key[:16]}"

    def _whole(self, target: Path) -> bool:
        """It is as it was made; looked at once, as that takes longer than all else here."""
        with suppress(FileNotFoundError):  # another process is making it anew
            if target not in self._seen_whole and _noted(_note_of(target)) == digest_of(target):
                self._seen_whole.add(target)
        return target in self._seen_whole and target.is_dir()

    def _prepare(self, chart: Chart, target: Path) -> None:
        """Made beside its place and renamed, so that a half-made one is never used."""
        make_folder(target.parent)
        with _half_made(target.parent) as part:
            self._assemble(chart, part)
            write_atomically(_note_of(target), digest_of(part))
            remove_tree(target)
            with told("prepare the chart", chart.folder):
                part.rename(target)

    def _assemble(self, chart: Chart, into: Path) -> None:
        """Write the chart with all that it depends on. Those beside it become archives, as helm makes them itself: what their
        `.helmignore` names would count against the size that a release may have."""
        charts = into / VENDORED
        with told("prepare the chart", chart.folder):
            shutil.copytree(chart.folder, into, dirs_exist_ok=True, ignore=partial(_remade, chart.folder))
            (into / CHART_FILE).write_text(yaml.safe_dump(dict(chart.metadata), sort_keys=False))
            charts.mkdir()
            for path in (*chart.vendored, *(self._archive(dependency) for dependency in chart.fetched)):
                (shutil.copytree if path.is_dir() else shutil.copy)(path, charts / path.name)
        for other in chart.beside:
            with tempfile.TemporaryDirectory(dir=into.parent, prefix=_HALF_MADE) as scratch:
                self._assemble(other, Path(scratch) / other.folder.name)
                self._helm.package(Path(scratch) / other.folder.name, charts)

    def _archive(self, dependency: Dependency) -> Path:
        """By its repository, too: two may have different charts of the same name and version."""
        name = f"{dependency.name}-{dependency.version}"
        origin = hashlib.sha256(dependency.repository.rstrip("/").encode()).hexdigest()[:8]
        return self._folder / "archives" / f"{name}-{origin}" / f"{name}.tgz"

    def _has(self, dependency: Dependency, pinned: str) -> bool:
        """Its archive is here, with the digest that is pinned, else with that of its first fetch."""
        archive = self._archive(dependency)
        return archive.exists() and _sha256(archive) == (pinned or _noted(archive.with_name("sha256")))

    def _fetch(self, dependency: Dependency, pinned: str) -> None:
        archive = self._archive(dependency)
        folder = make_folder(archive.parent)
        with told("fetch charts into", folder), _half_made(folder) as part:
            self._pull(dependency, part)
            fetched = next(part.glob("*.tgz"))
            found = _sha256(fetched)
            if pinned and found != pinned:
                raise GuardError(
                    f"the chart {dependency.name} {dependency.version} from {self._address(dependency)} is not the one "
                    f"that is pinned: its digest is {found}, expected {pinned}",
                    hint="Somebody replaced the chart, or the mirror is wrong. Do not deploy it before you know which.",
                )
            write_atomically(folder / "sha256", found)
            fetched.replace(archive)

    def _pull(self, dependency: Dependency, into: Path) -> None:
        try:
            self._helm.pull(dependency.name, self._address(dependency), dependency.version, into)
        except ToolFailedError as error:
            raise ExternalError(
                f"the chart {dependency.name} {dependency.version} could not be fetched from {self._address(dependency)}",
                hint="Look whether the address can be reached; `chart_mirrors` in fleet.yaml names your own repository.",
            ) from error

    def _address(self, dependency: Dependency) -> str:
        address = dependency.repository.rstrip("/")
        return self._mirrors.get(address, address)


@contextmanager
def _half_made(beside: Path) -> Iterator[Path]:
    """A new folder, gone at the end unless it was renamed; so are those of processes that were killed, as we alone are here."""
    for left in beside.glob(f"{_HALF_MADE}*"):
        remove_tree(left)
    part = Path(tempfile.mkdtemp(dir=beside, prefix=_HALF_MADE))
    try:
        yield part
    finally:
        remove_tree(part)


def _note_of(prepared: Path) -> Path:
    """Where the digest of a prepared folder is kept: beside it."""
    return prepared.with_name(f"{prepared.name}.sha256")


def _remade(chart: Path, folder: str, names: list[str]) -> set[str]:
    """What of a chart's own folder is not copied, as it is made anew; its folders may have files of these names."""
    return {VENDORED, "Chart.lock"} if Path(folder) == chart else set()


def _noted(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _sha256(path: Path) -> str:
    with told("read", path), path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()
