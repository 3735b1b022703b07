"""What each example cluster's support stack compiles to, leaf by leaf, with who set it; and what cannot be seen in examples.

After a deliberate change: `UPDATE_GOLDEN=1 pytest tests/unit/charts`, then read the diff.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.support.cases import own_charts
from tests.support.compiled_hubs import fleet_of

from deployer.compiling.layers import leaves
from deployer.compiling.support import compile_support, ingress_class
from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.model.place import dotted
from deployer.model.release import Release
from deployer.model.tree import FleetTree

RECORDS = Path(__file__).parent / "support"
FLEET = fleet_of("examples")


@pytest.mark.parametrize("cluster", FLEET.clusters)
def test_values_and_origins_are_those_on_record(cluster: str) -> None:
    record = RECORDS / f"{cluster}.txt"
    told = _text(compile_support(FLEET, FLEET.clusters[cluster]))
    if os.environ.get("UPDATE_GOLDEN"):
        record.parent.mkdir(exist_ok=True)
        record.write_text(told)
    assert told == record.read_text()


def test_no_record_is_left_of_a_cluster_that_is_gone() -> None:
    assert {path.stem for path in RECORDS.iterdir()} == set(FLEET.clusters)


def test_values_in_the_charts_own_words_win() -> None:
    release = stack("support: {prometheus: {retention: 30d}, values: {prometheus: {server: {retention: 7d}}}}")
    assert release is not None
    assert release.values["prometheus"]["server"]["retention"] == "7d"
    origin = release.origins[("prometheus", "server", "retention")]
    assert (origin.source, origin.overrode[0].key) == ("file", "support.prometheus.retention")


def test_one_team_does_not_let_the_whole_organization_in() -> None:
    release = stack("support: {grafana: {organizations: ['lab:admins', friends]}}")
    assert release is not None
    github = release.values["grafana"]["grafana.ini"]["auth.github"]
    assert github["allowed_organizations"] == "friends lab"
    assert github["role_attribute_strict"] is True
    assert github["role_attribute_path"] == (
        "contains(groups[*], '@lab/admins') && 'Viewer' || length(groups[?starts_with(@, '@friends/')]) > `0` && 'Viewer'"
    )


def test_a_fleets_own_support_chart_gets_only_keys_that_it_has() -> None:
    chart = {
        "helm-charts/support/Chart.yaml": "name: support\ndependencies: [{name: prometheus, version: 1.0.0, repository: https://a.example.org}]\n",
        "helm-charts/support/values.yaml": "{}\n",
    }
    release = stack("support: {grafana: {domain: grafana.example.org}}", chart)
    assert release is not None
    assert set(release.values) == {"prometheus"}


@pytest.mark.parametrize("cluster", ["provider: local", "support: {enabled: false}"])
def test_where_nobody_wants_one_there_is_none(cluster: str) -> None:
    assert stack(cluster) is None


CLASSES = {
    "as the chart has it": ("", {}, "traefik"),
    "another name": ("support: {values: {traefik: {ingressClass: {name: public}}}}", {}, "public"),
    "an ingress of the cluster's own": ("support: {values: {traefik: {enabled: false}}}", {}, ""),
    "no stack": ("support: {enabled: false}", {}, ""),
    "a stack without Traefik": (
        "",
        {"helm-charts/support/Chart.yaml": "name: support\n", "helm-charts/support/values.yaml": "nginx: {}\n"},
        "",
    ),
}


@pytest.mark.parametrize(("cluster", "chart", "name"), CLASSES.values(), ids=CLASSES)
def test_hubs_use_the_class_that_the_stack_serves(cluster: str, chart: dict[str, str], name: str) -> None:
    fleet = loaded(cluster, chart)
    assert ingress_class(fleet, fleet.clusters["here"]) == name


def stack(cluster: str, more: dict[str, str] | None = None) -> Release | None:
    """The support stack of a cluster from the text of its file."""
    fleet = loaded(cluster, more)
    return compile_support(fleet, fleet.clusters["here"])


def loaded(cluster: str, more: dict[str, str] | None = None) -> LoadedFleet:
    """A fleet of one cluster from the text of its file, on Google Cloud unless said otherwise."""
    about = "" if cluster.startswith("provider") else "provider: gcp\ngcp: {project: p, zone: z, cluster: here}\n"
    files = {"config/fleet.yaml": "{}", "config/clusters/here/cluster.yaml": f"name: here\n{about}{cluster}\n", **(more or {})}
    return load_fleet(FleetTree({path: text.encode() for path, text in files.items()}), own_charts())


def _text(release: Release | None) -> str:
    if release is None:
        return "no support stack\n"
    lines = [f"{dotted(path)}: {json.dumps(value)}  # {release.origins[path]}" for path, value in leaves(release.values)]
    return "".join(f"{line}\n" for line in lines)
