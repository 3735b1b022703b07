"""A fleet in 2i2c's format loads as it is: entries, values files in order, the chart's own jsonnet, encrypted files by name."""

from __future__ import annotations

from functools import cache

from tests.support.cases import TESTS, own_charts, problems_of, read_tree

from deployer.compiling.hub import compile_hub
from deployer.config.loaded import LoadedFleet, LoadedHub
from deployer.config.loading import load_fleet
from deployer.model.problem import Severity
from deployer.model.release import ChartOverride
from deployer.model.tree import FleetTree

LYRA = "config/clusters/lyra"


@cache
def tree() -> FleetTree:
    return FleetTree(read_tree(TESTS / "config" / "fleets" / "legacy"))


@cache
def fleet() -> LoadedFleet:
    return load_fleet(tree(), own_charts())


def hub(cluster: str, name: str) -> LoadedHub:
    return fleet().clusters[cluster].hubs[name]


def values(cluster: str, name: str) -> dict:
    return dict(compile_hub(fleet(), fleet().clusters[cluster], hub(cluster, name)).release.values)


def test_the_whole_fleet_has_no_error_and_one_warning() -> None:
    problems = problems_of(tree())
    assert [problem for problem in problems if problem.severity is Severity.ERROR] == []
    assert [problem.code for problem in problems] == ["image-latest"]


def test_every_entry_becomes_a_hub() -> None:
    found = {str(hub.ref) for cluster in fleet().clusters.values() for hub in cluster.hubs.values()}
    assert found == {"lyra/staging", "lyra/prod", "lyra/dask-staging", "vega/workshop", "orion/prod"}
    assert all(hub.legacy for cluster in fleet().clusters.values() for hub in cluster.hubs.values())


def test_a_hub_may_have_a_chart_file_of_its_own() -> None:
    override = f"{LYRA}/chart.yaml"
    assert hub("lyra", "prod").chart_override == ChartOverride("basehub", override, tree().files[override])
    assert hub("lyra", "staging").chart_override is None


def test_it_may_be_that_of_the_chart_inside_and_its_dependencies_are_known() -> None:
    entry = b"    helm_chart: daskhub\n    chart_override: chart.yaml\n"
    cluster = tree().files[f"{LYRA}/cluster.yaml"].replace(b"    helm_chart: daskhub\n", entry)
    chart = tree().files[f"{LYRA}/chart.yaml"].replace(b"  - name: dask-gateway", b"  - name: extra\n    alias: more")
    loaded = load_fleet(FleetTree(tree().files | {f"{LYRA}/cluster.yaml": cluster, f"{LYRA}/chart.yaml": chart}), own_charts())
    dask, plain = (loaded.clusters["lyra"].hubs[name] for name in ("dask-staging", "staging"))
    assert dask.chart_override
    assert dask.chart_override.chart == "basehub"
    keys = {hub.ref.hub: loaded.chart_of(hub) for hub in (dask, plain)}
    assert keys["dask-staging"]
    assert "more" in keys["dask-staging"].tree.children["basehub"].children
    assert keys["dask-staging"].hub_at == ("basehub", "jupyterhub")
    assert keys["staging"] is loaded.charts["basehub"]


def test_a_hub_is_staging_by_its_name() -> None:
    stages = {name: hub("lyra", name).spec.stage for name in ("staging", "prod", "dask-staging")}
    assert stages == {"staging": "staging", "prod": "production", "dask-staging": "staging"}


def test_layers_are_the_charts_jsonnet_then_the_files_in_their_order() -> None:
    assert [layer.file for layer in hub("lyra", "prod").layers] == [
        "helm-charts/basehub/values.jsonnet",
        f"{LYRA}/common.values.yaml",
        f"{LYRA}/prod.jsonnet",
    ]


def test_encrypted_files_are_named_and_not_read() -> None:
    assert hub("lyra", "prod").secret_files == (f"{LYRA}/enc-prod.secret.values.yaml",)
    assert "ENC[" not in str(values("lyra", "prod"))


def test_jsonnet_knows_the_hub_and_its_cluster() -> None:
    found = values("lyra", "prod")["jupyterhub"]
    assert found["ingress"]["hosts"] == ["lyra.example.org"]
    assert found["singleuser"]["nodeSelector"] == {"team/hub": "prod"}
    assert found["singleuser"]["extraEnv"] == {"ACCOUNT": "123456789012"}


def test_jsonnet_imports_from_its_own_folder() -> None:
    assert values("lyra", "prod")["jupyterhub"]["singleuser"]["memory"] == {"guarantee": "2G", "limit": "4G"}


def test_jsonnet_of_a_chart_sees_the_chart_that_it_is_asked_for() -> None:
    assert values("lyra", "dask-staging")["basehub"]["jupyterhub"]["ingress"]["hosts"] == ["dask-staging.lyra.example.org"]


def test_a_null_reaches_helm() -> None:
    assert values("lyra", "staging")["jupyterhub"]["singleuser"]["nodeSelector"] is None


def test_another_file_may_say_the_domain() -> None:
    workshop = hub("vega", "workshop")
    assert workshop.spec.domain == "hidden.vega.example.org"
    assert str(workshop.source.place(("domain",))) == "config/clusters/vega/workshop.domain.yaml:1"
    assert values("vega", "workshop")["jupyterhub"]["ingress"]["hosts"] == ["hidden.vega.example.org"]


def test_values_of_the_support_stack_are_read() -> None:
    assert [layer.file for layer in fleet().clusters["lyra"].support_layers][:1] == [f"{LYRA}/support.values.yaml"]


def test_a_hub_whose_file_is_broken_is_left_out_and_its_sisters_are_not() -> None:
    files = dict(tree().files) | {f"{LYRA}/staging.values.yaml": b"jupyterhub: {}\njupyterhub: {}\n"}
    loaded = load_fleet(FleetTree(files), own_charts())
    assert set(loaded.clusters["lyra"].hubs) == {"prod", "dask-staging"}
    assert {str(ref) for ref in loaded.broken} == {"lyra/staging"}
    assert [problem.code for problem in loaded.problems] == ["yaml-duplicate-key"]


def test_each_value_knows_its_line() -> None:
    layers = {layer.file: layer.source for layer in hub("lyra", "prod").layers}
    place = layers[f"{LYRA}/common.values.yaml"].place(("jupyterhub", "singleuser", "image", "tag"))
    assert (place.line, place.column) == (12, 51)
    place = layers[f"{LYRA}/prod.jsonnet"].place(("jupyterhub", "hub", "db", "pvc", "storage"))
    assert (place.line, place.column) == (5, 25)
