"""The deployer's charts, rendered as the deployer renders them: charts fetched once from a repository on loopback into its cache.

Charts of others that cannot be had here are tiny stand-ins which take any values; the one for zero-to-jupyterhub is a real one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from tests.support.cache import PROJECT
from tests.support.charts import ChartRepository, package
from tests.support.helm import Bundle, programs

from deployer.tools.charts import ChartCache
from deployer.tools.helm import Helm
from deployer.tools.process import SystemProcess

CHARTS = PROJECT / "helm-charts"
_OBJECT = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Chart.Name }}-stand-in
  labels: {version: {{ .Chart.Version | quote }}}
data:
  values.json: {{ toJson (omit .Values "global") | quote }}
{{- with (.Values.image).repository }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $.Chart.Name }}-stand-in
spec:
  selector: {matchLabels: {app: {{ $.Chart.Name }}-stand-in}}
  template:
    metadata: {labels: {app: {{ $.Chart.Name }}-stand-in}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - {name: idle, image: "{{ . }}:{{ $.Values.image.tag }}", command: [sleep, "3600"]}
{{- end }}
"""


def dependencies(chart: str) -> list[dict[str, str]]:
    """What the chart's Chart.yaml depends on."""
    found: list[dict[str, str]] = yaml.safe_load((CHARTS / chart / "Chart.yaml").read_text())["dependencies"]
    return found


def tiny_stand_in(dependency: Mapping[str, str], scratch: Path, target: Path) -> Path:
    """A chart of this name and version that takes any values and renders one ConfigMap, which says them; where the values name an
    image, also a Deployment that does nothing in it."""
    folder = scratch / dependency["name"]
    (folder / "templates").mkdir(parents=True)
    about = {"apiVersion": "v2", "name": dependency["name"], "version": dependency["version"]}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(about))
    (folder / "values.yaml").write_text("{}\n")
    (folder / "values.schema.json").write_text(json.dumps({"type": "object"}))
    (folder / "templates" / "stand-in.yaml").write_text(_OBJECT)
    return package(folder, target)


class ChartTool:
    """One helm with the deployer's cache of charts; `repository` stands in for every chart repository."""

    def __init__(self, bundle: Bundle, home: Path, repository: ChartRepository) -> None:
        process = SystemProcess({"PATH": f"{programs(bundle)}:/usr/bin:/bin", "HOME": str(home)})
        self.helm = Helm(process, home / "helm")
        addresses = {entry["repository"] for chart in CHARTS.iterdir() for entry in dependencies(chart.name)}
        self.cache = ChartCache(self.helm, home / "charts", dict.fromkeys(addresses, repository.url))

    def prepared(self, chart: str, values: Mapping[str, Any]) -> Path:
        """The chart's folder, complete for these values. The stand-ins have digests of their own."""
        return self.cache.prepared(CHARTS / chart, values, digests={})

    def objects(
        self, chart: str, name: str, values: Mapping[str, Any], scratch: Path, api_versions: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        """`Kind/name` to the object. `api_versions`: kinds of objects that the cluster has beside its own."""
        text = self.helm.template(
            name,
            self.prepared(chart, values),
            namespace=name,
            values=[_written(values, scratch)],
            kube_version="1.34.0",
            api_versions=api_versions,
        )
        found = [entry for entry in yaml.load_all(text, yaml.CSafeLoader) if entry]
        return {f"{entry['kind']}/{entry['metadata']['name']}": entry for entry in found}

    def lint(self, chart: str, values: Mapping[str, Any], scratch: Path) -> None:
        """Raises ToolFailedError with what helm finds."""
        self.helm.lint(self.prepared(chart, values), [_written(values, scratch)])


def _written(values: Mapping[str, Any], scratch: Path) -> Path:
    file = scratch / "values.json"
    file.write_text(json.dumps(values))
    return file
