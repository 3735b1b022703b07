"""A chart as its folder has it: what it depends on, and where each of these charts is.

A dependency is fetched where Chart.yaml names a repository, stands beside the chart where that is `file://../NAME`, and lies in
the chart's own `charts/` where there is none.
"""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ExternalError
from deployer.model.place import Place
from deployer.model.release import ChartOverride
from deployer.model.rendering import ChartFault
from deployer.tools.machine import told

CHART_FILE = "Chart.yaml"
VALUES_FILE = "values.yaml"
VENDORED = "charts"
"""The folder of a chart with the charts that it brings along."""
_BESIDE = "file://"
_ONE_VERSION = re.compile(r"v?\d+\.\d+\.\d+([-+].*)?")
_NO_ARCHIVE = (tarfile.TarError, zlib.error, EOFError, KeyError)


class ChartError(ExternalError):
    """A chart's own files are wrong; `fault` has the place in them."""

    code = "chart"

    def __init__(self, fault: ChartFault) -> None:
        super().__init__(f"{fault.place}: {fault.reason}", hint=fault.advice)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Dependency:
    """One entry of Chart.yaml's `dependencies`. `condition` is a path in the values that turns it on; empty: always on. `key` is
    where its own values are, `number` its place in the list."""

    name: str
    version: str
    repository: str
    condition: str = ""
    key: str = ""
    number: int = 0

    def wanted(self, values: Mapping[str, Any]) -> bool:
        """The values turn it on."""
        if not self.condition:
            return True
        node: Any = values
        for step in self.condition.split("."):
            node = node.get(step) if isinstance(node, Mapping) else None
        return node is True

    def inside(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the values of the chart around it say to it."""
        own = values.get(self.key)
        shared = {"global": values["global"]} if "global" in values else {}
        return {**(own if isinstance(own, Mapping) else {}), **shared}

    def fits(self, version: str) -> bool:
        """A chart of this version is the one that is meant. Ranges are helm's to judge."""
        return not _ONE_VERSION.fullmatch(self.version) or _plain(self.version) == _plain(version)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart, and of its dependencies those that are turned on. `metadata` is what Chart.yaml says, with no other dependencies;
    `vendored` are what stays of its `charts/`; `pinned`: `name-version` -> sha256 of an archive."""

    folder: Path
    metadata: Mapping[str, Any]
    fetched: tuple[Dependency, ...]
    vendored: tuple[Path, ...]
    beside: tuple[Chart, ...]
    pinned: Mapping[str, str]

    @property
    def name(self) -> str:
        """As it names itself."""
        return str(self.metadata.get("name") or "")

    @property
    def version(self) -> str:
        """As it says itself."""
        return str(self.metadata.get("version") or "")

    def archives(self) -> Iterator[tuple[Dependency, str]]:
        """Every dependency that is fetched, those of the charts beside it too, with its pinned digest, else an empty text."""
        yield from ((one, self.pinned.get(f"{one.name}-{one.version}", "")) for one in self.fetched)
        for chart in self.beside:
            yield from chart.archives()

    def parts(self) -> Iterator[str]:
        """Texts that change with all that it is made of but the archives that are fetched."""
        yield digest_of(self.folder)
        yield yaml.safe_dump(self.metadata)
        yield from (path.name for path in self.vendored)
        for chart in self.beside:
            yield from chart.parts()


@dataclass(frozen=True, slots=True)
class ChartReader:
    """Reads charts for one release. `override` stands in place of one of their Chart.yaml, `digests` of what they pin."""

    override: ChartOverride | None = None
    digests: Mapping[str, str] | None = None

    def read(self, folder: Path, values: Sequence[Mapping[str, Any]], above: tuple[Path, ...] = ()) -> Chart:
        """The chart with what any of the values, or its defaults, turn on; `above` has the charts that it is read for. Raises
        ChartError."""
        written = self._written(folder)
        known = (*values, read_mapping(folder / "values.yaml"))
        wanted = tuple(one for one in written.dependencies if any(map(one.wanted, known)))
        beside = tuple(self._beside(folder, written, wanted, known, above))
        brought = tuple(_kept(folder, written, wanted))
        versions = {chart.name: chart.version for chart in beside} | {one.name: one.version for one in brought}
        return Chart(
            folder=folder,
            metadata=written.with_only(wanted, versions),
            fetched=tuple(written.versioned(one) for one in wanted if one.repository and not _is_beside(one)),
            vendored=tuple(one.path for one in brought),
            beside=beside,
            pinned=read_mapping(folder / "digests.yaml") if self.digests is None else self.digests,
        )

    def _written(self, folder: Path) -> _Written:
        if self.override and self.override.chart == folder.name:
            return _Written(self.override.file, self.override.content)
        return _Written(f"{_short(folder)}/{CHART_FILE}", _content(folder / CHART_FILE))

    def _beside(
        self,
        folder: Path,
        written: _Written,
        wanted: Iterable[Dependency],
        values: Sequence[Mapping[str, Any]],
        above: tuple[Path, ...],
    ) -> Iterator[Chart]:
        """Each chart beside it once, under whatever names its values go."""
        named: dict[Path, list[Dependency]] = {}
        for one in filter(_is_beside, wanted):
            named.setdefault(_folder_beside(folder, one, written, above), []).append(one)
        for other, entries in named.items():
            chart = self.read(other, [one.inside(tree) for one in entries for tree in values], (*above, folder))
            for one in entries:
                written.require(one, chart.name, chart.version, other)
            yield chart


@dataclass(frozen=True)
class _Written:
    """A Chart.yaml as somebody wrote it."""

    file: str
    content: bytes

    @cached_property
    def data(self) -> dict[str, Any]:
        """All that it says."""
        return _parsed(self.content)

    @cached_property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What it lists. Raises ChartError."""
        listed = self.data.get("dependencies") or []
        if not isinstance(listed, list):
            raise self.error(None, "`dependencies` is no list", "write each dependency as `- name: ...`")
        return tuple(self._dependency(number, entry) for number, entry in enumerate(listed))

    def _dependency(self, number: int, entry: Any) -> Dependency:
        if not isinstance(entry, dict) or not entry.get("name"):
            raise self.error(number, "this dependency has no `name`", "write the name of a chart")
        said = {key: str(entry.get(key) or "") for key in ("name", "version", "repository", "condition", "alias")}
        alias = said.pop("alias")
        return Dependency(**said, key=alias or said["name"], number=number)

    def with_only(self, wanted: Iterable[Dependency], versions: Mapping[str, str]) -> dict[str, Any]:
        """What it says, with these dependencies only. One that names no version gets that of its chart: helm overlooks the
        `alias` and `condition` of others."""
        names = {one.name for one in wanted}
        kept = [entry for entry in self.data.get("dependencies") or [] if str(entry["name"]) in names]
        whole = [{**entry, "version": entry.get("version") or versions.get(str(entry["name"]), "")} for entry in kept]
        return self.data | {"dependencies": whole}

    def versioned(self, one: Dependency) -> Dependency:
        """A dependency that can be fetched. Raises ChartError where no version is named."""
        if not one.version:
            raise self.error(one.number, f"the dependency `{one.name}` names no version", "write the exact one: `version: ...`")
        return one

    def require(self, one: Dependency, name: str, version: str, found: Path) -> None:
        """The chart in a folder is the one that is meant. Raises ChartError where it is not."""
        if name != one.name:
            raise self.error(
                one.number, f"the chart in {_short(found)} is `{name}`, not `{one.name}`", "name it as it names itself"
            )
        if not one.fits(version):
            message = f"`{one.name}` {one.version} is asked for, and the chart in {_short(found)} is {version}"
            raise self.error(one.number, message, "write the same version in both")

    def error(self, number: int | None, message: str, hint: str) -> ChartError:
        """What is wrong with one of the dependencies, or with all of them."""
        root: Any = yaml.compose(self.content, yaml.CSafeLoader)
        node = next((value for key, value in root.value if key.value == "dependencies"), root)
        mark = (node if number is None else node.value[number]).start_mark
        place = Place(self.file, mark.line + 1, mark.column + 1)
        return ChartError(ChartFault(place=place, reason=message, advice=hint))


def _is_beside(one: Dependency) -> bool:
    return one.repository.startswith(_BESIDE)


def _folder_beside(folder: Path, one: Dependency, written: _Written, above: tuple[Path, ...]) -> Path:
    """The folder that `file://` names: another one of those that the chart's own stands among, links followed."""
    charts = folder.parent
    path = os.path.normpath(Path(folder.name) / one.repository.removeprefix(_BESIDE))
    found = charts / path
    hint = f"`{_BESIDE}` takes a folder beside the chart's own: {_BESIDE}../NAME"
    if path in (os.curdir, os.pardir) or os.sep in path or found.resolve().parent != charts.resolve():
        raise written.error(one.number, f"the dependency `{one.name}` leads out of {charts.name}: {one.repository}", hint)
    if found in (*above, folder):
        raise written.error(one.number, f"the dependency `{one.name}` leads back to the chart that needs it", "leave it out")
    if not (found / CHART_FILE).is_file():
        raise written.error(one.number, f"there is no chart in {_short(found)}, where `{one.name}` is looked for", hint)
    return found


@dataclass(frozen=True, slots=True)
class _Vendored:
    """A chart in another's `charts/`, which is a folder or an archive."""

    path: Path
    name: str
    version: str


def _kept(folder: Path, written: _Written, wanted: Iterable[Dependency]) -> Iterator[_Vendored]:
    """What stays of the chart's `charts/`: charts that Chart.yaml does not list, which helm always takes, and those that it lists
    without a repository. The others are copies of what comes from elsewhere, perhaps old ones."""
    found = [chart for path in _entries(folder / VENDORED) for chart in _vendored(path, written)]
    local = [one for one in wanted if not one.repository]
    for one in local:
        same = [chart for chart in found if chart.name == one.name]
        if not same:
            message = f"the dependency `{one.name}` names no repository, and {_short(folder)}/{VENDORED}/ does not have it"
            raise written.error(one.number, message, f"name its `repository`, or put its folder or archive into {VENDORED}/")
        if not any(one.fits(chart.version) for chart in same):
            written.require(one, same[0].name, same[0].version, same[0].path)
    listed = {one.name for one in written.dependencies}
    for chart in found:
        if chart.name not in listed or any(one.name == chart.name and one.fits(chart.version) for one in local):
            yield chart


def _vendored(path: Path, written: _Written) -> Iterator[_Vendored]:
    """The chart there; nothing for what is no chart. Raises ChartError for an archive that cannot be read."""
    if path.suffix == ".tgz":
        try:
            about = _in_archive(path)
        except _NO_ARCHIVE as error:
            hint = "make it anew with `helm package`, or remove it"
            raise written.error(None, f"{_short(path)} is no archive of a chart", hint) from error
    else:
        about = read_mapping(path / CHART_FILE)
    if about:
        yield _Vendored(path, str(about.get("name") or ""), str(about.get("version") or ""))


def _in_archive(path: Path) -> dict[str, Any]:
    """The Chart.yaml of an archive."""
    return _parsed(file_in_archive(path, CHART_FILE))


def file_in_archive(path: Path, file: str) -> bytes:
    """A file of the chart in an archive, from the chart's own folder."""
    with told("read", path), tarfile.open(path) as archive:
        name = next((name for name in archive.getnames() if name.count("/") == 1 and name.endswith(f"/{file}")), file)
        content = archive.extractfile(name)
        return content.read() if content else b""


def _entries(folder: Path) -> list[Path]:
    with told("read", folder):
        return sorted(folder.iterdir()) if folder.is_dir() else []


def read_mapping(path: Path) -> dict[str, Any]:
    """A YAML file; empty where there is none."""
    return _parsed(_content(path)) if path.exists() else {}


def _parsed(content: bytes) -> dict[str, Any]:
    found = yaml.load(content, yaml.CSafeLoader)
    return found if isinstance(found, dict) else {}


def digest_of(folder: Path) -> str:
    """Of the names and contents of all files."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    with told("read", path):
        return path.read_bytes()


def _short(path: Path) -> str:
    """A chart's folder as it is told."""
    return f"{path.parent.name}/{path.name}"


def _plain(version: str) -> str:
    """A version without what does not count when two are compared."""
    return version.removeprefix("v").partition("+")[0]
