"""Charts made ready to render: a chart's folder with the archives of the charts that it depends on.

An archive is fetched once, by version, and held to the digest that `digests.yaml` beside Chart.yaml gives; one without an
entry is held to the digest of its first fetch on this machine.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ExternalError, ToolFailedError
from deployer.tools.files import make_folder, remove_tree, write_atomically
from deployer.tools.helm import Helm
from deployer.tools.locks import alone
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


@dataclass(frozen=True, slots=True)
class _Recipe:
    """What a prepared chart is made from. `pinned`: `name-version` -> sha256 of an archive."""

    chart: Path
    metadata: dict[str, Any]
    wanted: tuple[Dependency, ...]
    pinned: Mapping[str, str]

    def pin(self, dependency: Dependency) -> str:
        """The digest that its archive must have; empty where none is given."""
        return self.pinned.get(f"{dependency.name}-{dependency.version}", "")


class ChartCache:
    """Prepared charts and fetched archives below `folder`. `mirrors`: repository address -> the address that is used instead;
    without `fetch` only what is there already is used. What is damaged is made anew; one process makes at a time."""

    def __init__(self, helm: Helm, folder: Path, mirrors: Mapping[str, str], *, fetch: bool = True) -> None:
        self._fetches = fetch
        self._helm = helm
        self._folder = folder
        self._mirrors = {address.rstrip("/"): mirror for address, mirror in mirrors.items()}
        self._seen_whole: set[Path] = set()

    def prepared(self, chart: Path, values: Mapping[str, Any], *, digests: Mapping[str, str] | None = None) -> Path:
        """The chart's folder, complete for these values: only what they turn on is among its dependencies, so that a site
        needs to reach no more. `digests` (`name-version` -> sha256) replaces the chart's own. Raises ExternalError."""
        metadata = _read_yaml(chart / "Chart.yaml")
        defaults = _read_yaml(chart / "values.yaml")
        wanted = tuple(d for d in _dependencies(metadata) if d.wanted(values) or d.wanted(defaults))
        recipe = _Recipe(chart, metadata, wanted, _read_yaml(chart / "digests.yaml") if digests is None else digests)
        return self._found(recipe) or self._made(recipe)

    def _found(self, recipe: _Recipe) -> Path | None:
        """The folder, where it and all that it is made from are here and whole."""
        missing = [dependency for dependency in recipe.wanted if not self._has(dependency, recipe.pin(dependency))]
        if missing and not self._fetches:
            raise ExternalError(f"the chart {missing[0].name} {missing[0].version} is not on this machine yet")
        target = None if missing else self._target(recipe)
        return target if target and self._whole(target) else None

    def _made(self, recipe: _Recipe) -> Path:
        with alone(self._folder / "lock"):
            for dependency in recipe.wanted:
                if not self._has(dependency, recipe.pin(dependency)):
                    self._fetch(dependency, recipe.pin(dependency))
            target = self._target(recipe)
            if not self._whole(target):
                self._prepare(recipe, target)
            return target

    def _target(self, recipe: _Recipe) -> Path:
        key = _digest_of(recipe.chart, map(self._archive, recipe.wanted))
        return self._folder / "prepared" / f"{recipe.chart.name}-{key[:16]}"

    def _whole(self, target: Path) -> bool:
        """It is as it was made; looked at once, as that takes longer than all else here."""
        with suppress(FileNotFoundError):  # another process is making it anew
            if target not in self._seen_whole and _noted(_note_of(target)) == _digest_of(target, ()):
                self._seen_whole.add(target)
        return target in self._seen_whole and target.is_dir()

    def _prepare(self, recipe: _Recipe, target: Path) -> None:
        """Made beside its place and renamed, so that a half-made one is never used."""
        make_folder(target.parent)
        with told("prepare the chart", recipe.chart), _half_made(target.parent) as part:
            shutil.copytree(recipe.chart, part, dirs_exist_ok=True, ignore=shutil.ignore_patterns("charts", "Chart.lock"))
            names = {dependency.name for dependency in recipe.wanted}
            kept = [entry for entry in recipe.metadata.get("dependencies") or [] if entry["name"] in names]
            (part / "Chart.yaml").write_text(yaml.safe_dump(recipe.metadata | {"dependencies": kept}, sort_keys=False))
            (part / "charts").mkdir()
            for dependency in recipe.wanted:
                shutil.copy(self._archive(dependency), part / "charts")
            write_atomically(_note_of(target), _digest_of(part, ()))
            remove_tree(target)
            part.rename(target)

    def _archive(self, dependency: Dependency) -> Path:
        name = f"{dependency.name}-{dependency.version}"
        return self._folder / "archives" / name / f"{name}.tgz"

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
                raise ExternalError(
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
    for left in beside.glob(".half-made-*"):
        remove_tree(left)
    part = Path(tempfile.mkdtemp(dir=beside, prefix=".half-made-"))
    try:
        yield part
    finally:
        remove_tree(part)


def _note_of(prepared: Path) -> Path:
    """Where the digest of a prepared folder is kept: beside it."""
    return prepared.with_name(f"{prepared.name}.sha256")


def _dependencies(metadata: Mapping[str, Any]) -> Iterable[Dependency]:
    for entry in metadata.get("dependencies") or []:
        yield Dependency(entry["name"], entry["version"], entry["repository"], entry.get("condition", ""))


def _read_yaml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with told("read", path):
        return yaml.load(path.read_bytes(), yaml.CSafeLoader) or {}


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
