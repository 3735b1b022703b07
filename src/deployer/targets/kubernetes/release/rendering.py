"""A release as named texts: what helm would send, comparable with what it sent before."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from deployer.errors import ExternalError, ToolFailedError
from deployer.model.place import KeyPath, value_at
from deployer.model.protocols import State
from deployer.model.release import Release
from deployer.targets.kubernetes.api.objects import Object, documents_of, plain_json
from deployer.tools.chart_files import CHART_FILE, read_mapping
from deployer.tools.charts import ChartCache
from deployer.tools.files import PRIVATE, write_atomically
from deployer.tools.helm import Helm
from deployer.tools.private import private_folder

USUAL_VERSION = "1.34.0"
"""For rendering without a cluster, where cluster.yaml gives no version."""
_FAILED = re.compile(r"Error: (?:execution error at \([^)]*\): )?(.+)")
_PINNED = "pinned for the comparison, as the chart makes it anew each time"
_PINNED_KEY = _PINNED.encode().hex()[:64]
_MADE_ANEW: tuple[tuple[KeyPath, tuple[str, str], Any], ...] = (
    (("proxy", "secretToken"), ("ConfigurableHTTPProxy", "auth_token"), _PINNED),
    (("hub", "cookieSecret"), ("JupyterHub", "cookie_secret"), _PINNED_KEY),
    ((), ("CryptKeeper", "keys"), [_PINNED_KEY]),
)
"""(the chart's own key for it, its place in `hub.config`, what stands for it): what the chart makes where neither is said."""


@dataclass(frozen=True, slots=True)
class Charts:
    """Where charts are: the fleet's own wins over the one that the deployer carries."""

    fleet: Path
    carried: Path

    def folder(self, name: str) -> Path:
        """The chart's folder. Raises ExternalError."""
        for folder in (self.fleet / "helm-charts" / name, self.carried / name):
            if (folder / "Chart.yaml").is_file():
                return folder
        raise ExternalError(f"there is no chart `{name}`", hint="`helm-charts/` of the fleet may have charts of its own.")


@dataclass(frozen=True, slots=True)
class Renderer:
    """helm's offline rendering, remembered by the digest of all that goes in."""

    helm: Helm
    charts: Charts
    cache: ChartCache
    state: State

    def chart(self, release: Release) -> Path:
        """The release's chart, with the charts that its values turn on."""
        return self.cache.prepared(self.charts.folder(release.chart), release.values, override=release.chart_override)

    def version(self, release: Release) -> str:
        """The chart's name and version, as it says them itself."""
        about = read_mapping(self.chart(release) / CHART_FILE)
        return f"{about['name']} {about['version']}"

    def values_inside(self, release: Release, name: str) -> tuple[str, bytes] | None:
        """The values.yaml of a chart inside the release's, with a name for it, where it was fetched already."""
        return self.cache.values_inside(self.charts.folder(release.chart), name, release.values, release.chart_override)

    def documents(
        self, release: Release, kube_version: str = USUAL_VERSION, api_versions: Sequence[str] = ()
    ) -> Mapping[str, str]:
        """Kind/name -> text of every object. Secrets' entries are decoded, so that a change of one value shows as such; `release`
        must be redacted. Raises ExternalError where the chart refuses the values."""
        chart = self.chart(release)
        values = [dict(release.values), pins(release)]
        key = "render-" + _digest(chart, release, kube_version, values, api_versions)
        kept = self.state.get(key)
        if kept is not None:
            return dict(json.loads(kept))
        text = self._rendered(release, chart, values, kube_version, api_versions)
        documents = {_title(entry): _text(entry) for entry in documents_of(text)}
        self.state.put(key, json.dumps(documents).encode())
        return documents

    def definitions(self, release: Release) -> list[Object]:
        """The CustomResourceDefinitions that helm installs with a first install, and never with an upgrade."""
        chart = self.chart(release)
        key = f"definitions-{chart.name}"
        kept = self.state.get(key)
        text = kept.decode() if kept is not None else self.helm.definitions(chart)
        if kept is None:
            self.state.put(key, text.encode())
        return list(documents_of(text))

    def accept(self, release: Release, kube_version: str = USUAL_VERSION) -> None:
        """Raises RefusedError where the chart refuses the values; what it accepted once is not tried again. `release` must be
        redacted."""
        chart = self.chart(release)
        values = [dict(release.values), pins(release)]
        key = "accepted-" + _digest(chart, release, kube_version, values)
        if self.state.get(key) is None:
            self._rendered(release, chart, values, kube_version)
            self.state.put(key, b"")

    def _rendered(
        self,
        release: Release,
        chart: Path,
        values: list[Mapping[str, Any]],
        kube_version: str,
        api_versions: Sequence[str] = (),
    ) -> str:
        with values_files(values) as files:
            try:
                return self.helm.template(
                    release.ref.hub,
                    chart,
                    namespace=release.ref.hub,
                    values=files,
                    kube_version=kube_version.split("+", maxsplit=1)[0],
                    api_versions=api_versions,
                )
            except ToolFailedError as error:
                raise refused_values(release, error) from None


def _digest(
    chart: Path, release: Release, kube_version: str, values: list[Mapping[str, Any]], api_versions: Sequence[str] = ()
) -> str:
    """Of all that goes into a rendering: a prepared chart's name has its content's digest."""
    return hashlib.sha256(plain_json([chart.name, str(release.ref), kube_version, values, *api_versions]).encode()).hexdigest()


@contextmanager
def values_files(values: list[Mapping[str, Any]]) -> Iterator[list[Path]]:
    """Values as 0600 files in a private folder, in memory where the system has one; gone at any end."""
    with private_folder() as folder:
        files = [folder / f"values-{number}.json" for number in range(len(values))]
        for file, content in zip(files, values, strict=True):
            write_atomically(file, json.dumps(content), mode=PRIVATE)
        yield files


class RefusedError(ExternalError):
    """A chart does not take a hub's values. `reason` is what the chart says."""

    def __init__(self, release: Release, reason: str) -> None:
        self.reason = reason
        super().__init__(
            f"the chart `{release.chart}` refuses the values of {release.ref}: {reason}",
            hint=f"`deployer explain {release.ref.cluster} {release.ref.hub}` says who set each value.",
        )


def refused_values(release: Release, error: ToolFailedError) -> RefusedError:
    """What the chart says of the values, without helm's own frame around it."""
    lines = [line.strip() for line in error.message.splitlines()[1:]]
    said = [line.removeprefix("- ") for line in lines if line and not line.startswith(("Error:", "Use --debug", "level="))]
    failed = [match[1] for line in lines if (match := _FAILED.match(line))]
    reason = "; ".join(said or failed or lines[-1:]) or error.message
    return RefusedError(release, reason)


def hub_values(release: Release) -> Mapping[str, Any]:
    """What the chart sees of the hub's own process."""
    return release.effective((*release.hub_at, "hub")) or {}


def pins(release: Release) -> Mapping[str, Any]:
    """Values for the comparison only: fixed texts where zero-to-jupyterhub's chart would make a new secret at each rendering.
    What the values say themselves stays, so that another key is a change."""
    chart = release.effective(release.hub_at) or {}
    hub = chart.get("hub") or {}
    config: dict[str, Any] = {}
    for said, (section, name), pin in _MADE_ANEW:
        if not value_at(hub, ("config", section, name)) and not (said and value_at(chart, said)):
            config.setdefault(section, {})[name] = pin
    tree: dict[str, Any] = {
        "hub": {
            "config": config,
            "services": {
                name: {"apiToken": _PINNED} for name, service in (hub.get("services") or {}).items() if _needs_token(service)
            },
        }
    }
    for step in reversed(release.hub_at):
        tree = {str(step): tree}
    return tree


def _needs_token(service: Any) -> bool:
    return isinstance(service, Mapping) and not service.get("apiToken") and not service.get("api_token")


def _title(entry: Object) -> str:
    return f"{entry['kind']}/{entry['metadata']['name']}"


def _text(entry: Object) -> str:
    if entry["kind"] == "Secret" and entry.get("data"):
        decoded = {key: base64.b64decode(value).decode(errors="replace") for key, value in entry["data"].items()}
        entry = {**entry, "data": decoded}
    return yaml.dump(entry, Dumper=_Readable, sort_keys=True, width=_WIDE)


class _Readable(yaml.CSafeDumper):
    """Texts of several lines stand as they are, so that a changed word is a changed line."""


def _scalar(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _scalar)
_WIDE = 10_000
