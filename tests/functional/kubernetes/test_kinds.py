"""Hubs that need kinds of objects which not every cluster knows: told before anything happens, or defined by their chart."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from tests.support.cluster_fleet import ClusterFleet
from tests.support.program import told
from tests.support.recovery import deployed

from deployer.model.outcomes import Outcome

pytestmark = pytest.mark.cluster

MONITOR = """\
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: hub}
"""
UNKNOWN = """\
error: cluster onenode does not know objects of kind ServiceMonitor (monitoring.coreos.com/v1), which onenode/welcome needs
hint: Install what defines it (`kubectl api-resources` lists what there is), or take the object out of the chart.
"""
TEA = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "teas.example.org"},
    "spec": {
        "group": "example.org",
        "scope": "Namespaced",
        "names": {"kind": "Tea", "plural": "teas"},
        "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}],
    },
}
BREW = """\
apiVersion: example.org/v1
kind: Tea
metadata: {name: green}
---
{{- if .Capabilities.APIVersions.Has "example.org/v1/Tea" }}
apiVersion: v1
kind: ConfigMap
metadata: {name: there-is-tea}
{{- end }}
"""


@pytest.fixture
def chart(as_usual: ClusterFleet) -> Iterator[Path]:
    """The fleet's own basehub, as it is again afterwards."""
    yield as_usual.root / "helm-charts" / "basehub"
    as_usual.charts.lock(as_usual.root)


def test_a_kind_that_the_cluster_does_not_know(as_usual: ClusterFleet, chart: Path) -> None:
    (chart / "templates" / "monitor.yaml").write_text(MONITOR)
    before = as_usual.versions()
    ended = as_usual.deploy("--dry-run")
    assert (ended.code, told(ended.err)) == (4, UNKNOWN)
    ended = as_usual.deploy()
    assert (ended.code, told(ended.err)) == (4, UNKNOWN)
    assert as_usual.versions() == before


def test_a_kind_that_the_chart_defines_is_defined_also_by_an_upgrade(as_usual: ClusterFleet, chart: Path) -> None:
    (chart / "crds").mkdir()
    (chart / "crds" / "tea.yaml").write_text(yaml.safe_dump(TEA))
    (chart / "templates" / "brew.yaml").write_text(BREW)
    try:
        assert "Define kinds of objects that the cluster does not know: Tea" in as_usual.deploy("--dry-run").out
        assert deployed(as_usual) is Outcome.DEPLOYED
        assert {"tea.example.org/green", "configmap/there-is-tea"} <= as_usual.names("teas,configmaps")
        assert "unchanged" in as_usual.deploy().out
    finally:
        shutil.rmtree(chart / "crds")
        (chart / "templates" / "brew.yaml").unlink()
        outcome = deployed(as_usual)
        as_usual.cluster.kubectl("delete", "crd", "teas.example.org", "--ignore-not-found")
    assert outcome is Outcome.DEPLOYED
