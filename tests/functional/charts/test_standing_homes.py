"""The volume of homes that stand: helm looks at the claim and the volume in a small API server, as in an upgrade."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.compiled_hubs import compiled, fleet_of
from tests.support.helm import HELM_3, helm
from tests.support.rendered_charts import ChartTool
from tests.support.small_api import SmallApi, small_api

from deployer.errors import ToolFailedError
from deployer.model.release import HubRef
from deployer.tools.process import SystemProcess

CLAIM = "/api/v1/namespaces/prod/persistentvolumeclaims/homes"
VOLUME = "/api/v1/persistentvolumes/prod-homes"
EXPORT = {"server": "nfs.dune.example.org", "path": "/export/homes/prod"}
KINDS = {
    "PersistentVolumeClaim": ("persistentvolumeclaims", True),
    "PersistentVolume": ("persistentvolumes", False),
    "Service": ("services", True),
    "Secret": ("secrets", True),
    "Namespace": ("namespaces", False),
}


@pytest.fixture
def api() -> Iterator[SmallApi]:
    """It has the kinds that the chart looks up."""
    with small_api() as made:
        resources = [
            {"name": plural, "kind": kind, "namespaced": inside, "verbs": ["get"]} for kind, (plural, inside) in KINDS.items()
        ]
        made.objects |= {
            "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0", "metadata": {}},
            "/api": {"kind": "APIVersions", "versions": ["v1"], "metadata": {}},
            "/apis": {"kind": "APIGroupList", "groups": [], "metadata": {}},
            "/api/v1": {"kind": "APIResourceList", "groupVersion": "v1", "resources": resources, "metadata": {}},
        }
        made.put("/api/v1/namespaces/default", {"apiVersion": "v1", "kind": "Namespace", "metadata": {}})
        yield made


@pytest.fixture
def values() -> dict[str, Any]:
    """Those of a hub whose homes are on an export that others run."""
    return copy.deepcopy(dict(compiled(fleet_of("examples"), HubRef("dune", "prod")).release.values))


def stand(api: SmallApi, *, size: str = "300Gi", of_class: str = "", export: dict[str, str] = EXPORT) -> None:
    """The hub's homes, as an earlier deploy has made them."""
    requested = {"resources": {"requests": {"storage": size}}, "storageClassName": of_class}
    api.put(CLAIM, {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {}, "spec": requested})
    if not of_class:
        spec = {"capacity": {"storage": size}, "nfs": export}
        api.put(VOLUME, {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {}, "spec": spec})


def homes(charts: ChartTool, values: dict[str, Any], api: SmallApi, scratch: Path) -> dict[str, Any]:
    """The claim and the volume that an upgrade would send, by their kinds."""
    (scratch / "values.json").write_text(json.dumps(values))
    chart = str(charts.prepared("basehub", values))
    command = [str(helm(HELM_3)), "template", "prod", chart, "--namespace", "prod", "--values", str(scratch / "values.json")]
    told = SystemProcess({"HOME": str(scratch)}).run(
        [*command, "--dry-run=server", "--kubeconfig", str(api.kubeconfig(scratch))], timeout=120
    )
    found = [entry for entry in yaml.load_all(told.stdout, yaml.CSafeLoader) if entry]
    return {entry["kind"]: entry["spec"] for entry in found if entry["kind"].startswith("PersistentVolume")}


def sizes(made: dict[str, Any]) -> tuple[str, str]:
    return (
        made["PersistentVolume"]["capacity"]["storage"],
        made["PersistentVolumeClaim"]["resources"]["requests"]["storage"],
    )


def test_another_size_changes_nothing_of_an_export_that_is_mounted(
    charts: ChartTool, values: dict[str, Any], api: SmallApi, tmp_path: Path
) -> None:
    stand(api, size="300Gi")
    values["homes"]["size"] = "900Gi"
    assert sizes(homes(charts, values, api, tmp_path)) == ("300Gi", "300Gi")


def test_the_size_of_an_export_is_no_part_of_a_plan(charts: ChartTool, values: dict[str, Any], tmp_path: Path) -> None:
    def rendered() -> dict[str, Any]:
        made = charts.objects("basehub", "prod", values, tmp_path)
        return {name: entry for name, entry in made.items() if name.startswith("PersistentVolume")}

    before = rendered()
    values["homes"]["size"] = "900Gi"
    assert rendered() == before


def test_a_volume_of_a_class_grows(charts: ChartTool, values: dict[str, Any], api: SmallApi, tmp_path: Path) -> None:
    stand(api, size="300Gi", of_class="files")
    values["homes"] |= {"storageClass": "files", "size": "900Gi"}
    made = homes(charts, values, api, tmp_path)
    assert made["PersistentVolumeClaim"]["resources"]["requests"]["storage"] == "900Gi"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"server": "other.example.org"}, "are at nfs.dune.example.org:/export/homes/prod, and .* to other.example.org:/export"),
        ({"path": "/export/new"}, "to nfs.dune.example.org:/export/new. Write back what it was"),
        ({"storageClass": "files"}, 'are at storage class "", and .* to storage class "files"'),
    ],
)
def test_homes_that_would_move_are_refused_in_words(
    charts: ChartTool, values: dict[str, Any], api: SmallApi, tmp_path: Path, change: dict[str, str], told: str
) -> None:
    stand(api)
    assert homes(charts, values, api, tmp_path)
    values["homes"] |= change
    with pytest.raises(ToolFailedError, match=told) as refused:
        homes(charts, values, api, tmp_path)
    assert "deployer destroy CLUSTER prod --allow-destroy hub:CLUSTER/prod/homes" in refused.value.message
