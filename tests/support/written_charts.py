"""Charts that a test writes into a fleet's `helm-charts/`: each renders one ConfigMap that says which chart it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from tests.support.charts import package
from tests.support.helm import Bundle, programs

from deployer.tools.charts import ChartCache
from deployer.tools.helm import Helm
from deployer.tools.process import SystemProcess

_OBJECT = """apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Chart.Name | quote }}}
data: {version: {{ .Chart.Version | quote }}, size: {{ .Values.size | default "" | quote }}}
"""
NONE: Mapping[str, str] = MappingProxyType({})


def write_chart(
    folder: Path,
    *dependencies: Mapping[str, Any],
    version: str = "0.1.0",
    values: Mapping[str, Any] | None = None,
    name: str = "",
) -> Path:
    """A chart in this folder, called as that is."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "templates" / "object.yaml").write_text(_OBJECT)
    about = {"apiVersion": "v2", "name": name or folder.name, "version": version, "dependencies": list(dependencies)}
    (folder / "Chart.yaml").write_text(yaml.safe_dump(about, sort_keys=False))
    (folder / "values.yaml").write_text(yaml.safe_dump(values or {}))
    return folder


def archive(scratch: Path, target: Path, name: str, version: str) -> Path:
    """The archive of such a chart."""
    target.mkdir(parents=True, exist_ok=True)
    return package(write_chart(scratch / version / name, version=version), target)


class Cache:
    """Charts prepared below `home`, and what they render. `env`: of helm, besides the usual."""

    def __init__(self, bundle: Bundle, home: Path, mirrors: Mapping[str, str] = NONE, **env: str) -> None:
        process = SystemProcess({"PATH": f"{programs(bundle)}:/usr/bin:/bin", "HOME": str(home), **env})
        self._helm = Helm(process, home / "helm")
        self._home = home
        self.charts = ChartCache(self._helm, home / "charts", mirrors)

    def rendered(self, prepared: Path, values: Mapping[str, Any]) -> dict[str, dict[str, str]]:
        """What each chart says, by its name."""
        file = self._home / "values.yaml"
        file.write_text(yaml.safe_dump(dict(values)))
        text = self._helm.template("hub", prepared, namespace="hub", values=[file], kube_version="1.34.0")
        return {entry["metadata"]["name"]: entry["data"] for entry in yaml.safe_load_all(text) if entry}
