"""`scripts/measure_typed_share.py`, which says how much of a real fleet needs no `values`: it runs, and each row of its table
names a key of which the deployer really makes what the row says."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.support.cache import PROJECT
from tests.support.compiled_hubs import compiled, fleet_of, hubs

from deployer.compiling.hub import compile_hub
from deployer.compiling.layers import leaves
from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.config.secret_files import opened
from deployer.model.release import Release
from deployer.model.tree import FleetTree

SCRIPT = PROJECT / "scripts" / "measure_typed_share.py"
MEASURE = runpy.run_path(str(SCRIPT))
DECIDED = (MEASURE["DEPLOYER"], MEASURE["CLUSTER"])
MARKED = {
    "<ownership>": "home.kind",
    "<content>": "content",
    "<builder>": "extras.image_builder",
    "<shared>": "shared_folders",
    "<temporary>": "temporary_folders",
}
"""What the rows come to of which the script looks at the values, too."""

HUB = """
domain: rest.example.org
login:
  provider: cilogon
  allow: {idps: {"https://one.example.org": {username_claim: email, everyone: true}}}
  shown_idps: ["https://one.example.org"]
  scopes: [openid]
  admins: [ada]
home: {kind: home-nfs, size: 1Ti, bandwidth: 100M}
environments: [{name: Python, image: "example.org/python:1"}, {name: R, image: "example.org/r:1", default: true}]
machines: [{pool: small, sizes: [{name: Small, memory: 1G..2G, cpu: 0.1..1}]}]
env: {SCRATCH_BUCKET: "${buckets.scratch.url}/{username}"}
buckets: [scratch]
hub: {image: "example.org/hub:1"}
extras: {dask_gateway: true, image_builder: {registry: quay.io, image_prefix: lab/built-}}
"""
CLUSTER = """
name: far
provider: aws
aws: {account: "123456789012", region: us-west-2, cluster: far}
node_pools: {small: {purpose: notebook, machine: r5.xlarge, min: 0, max: 9, labels: {team: lab}}}
storage: {buckets: [{name: scratch}]}
"""
LOGIN = {"server": "quay.io", "username": "robot", "password": "s3cret"}
SECRETS = {"login": {"client_id": "an-id", "client_secret": "s3cret"}, "registry_login": LOGIN, "builder_login": LOGIN}

CHART = {"Chart.yaml": {"apiVersion": "v2", "name": "basehub", "version": "1.0.0"}, "values.yaml": {"jupyterhub": {}}}
SAID = {"jupyterhub": {"singleuser": {"defaultUrl": "/lab", "networkPolicy": {"egressAllowRules": {"nonPrivateIPs": False}}}}}
CLUSTER_OF_2I2C = {
    "name": "lyra",
    "provider": "kubeconfig",
    "kubeconfig": {"file": "kubeconfig.secret.yaml"},
    "hubs": [
        {
            "name": name,
            "domain": f"{name}.example.org",
            "helm_chart": "basehub",
            "helm_chart_values_files": [f"{name}.values.yaml"],
        }
        for name in ("plain", "special")
    ],
}


def small_fleet(folder: Path) -> None:
    """A fleet in 2i2c's format: a hub that a typed file can say, and one that none can."""
    cluster = folder / "config" / "clusters" / "lyra"
    files: dict[Path, Any] = {folder / "helm-charts" / "basehub" / name: content for name, content in CHART.items()}
    files[cluster / "cluster.yaml"] = CLUSTER_OF_2I2C
    files[cluster / "plain.values.yaml"] = {"jupyterhub": {"singleuser": {"defaultUrl": "/lab"}}}
    files[cluster / "special.values.yaml"] = SAID
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content))


def test_it_counts_the_hubs_that_need_no_values(tmp_path: Path) -> None:
    small_fleet(tmp_path)
    told = subprocess.run([sys.executable, SCRIPT, tmp_path, "--hubs"], capture_output=True, text=True, check=True).stdout
    assert "all hubs: 1 of 2 sayable without values, 50.0%" in told
    assert told.splitlines()[-1] == "lyra/special: jupyterhub.singleuser.networkPolicy.egressAllowRules.nonPrivateIPs"


def rest() -> LoadedFleet:
    """What no other fleet of the tests has a hub for, with its secrets in clear."""
    files = {"cluster.yaml": CLUSTER, "hubs/rest.yaml": HUB, "secrets/rest.secret.yaml": "sops: {}\n"}
    return load_fleet(FleetTree({f"config/clusters/far/{name}": text.encode() for name, text in files.items()}))


def releases() -> list[Release]:
    """Of every typed hub at hand."""
    typed = [(fleet_of(name), ref) for name, ref in hubs() if not fleet_of(name).clusters[ref.cluster].hubs[ref.hub].legacy]
    fleet = rest()
    cluster = fleet.clusters["far"]
    with_secrets, _ = opened(cluster.hubs["rest"], lambda _: yaml.safe_dump(SECRETS))
    return [
        *(compiled(fleet, ref).release for fleet, ref in typed),
        compile_hub(fleet, cluster, with_secrets).release,
    ]


@cache
def made() -> dict[str, set[str]]:
    """Paths of compiled values, as the table has them, and the keys that they are made from."""
    found: dict[str, set[str]] = defaultdict(set)
    for release in releases():
        for path, _ in leaves(release.values):
            steps = tuple("[]" if isinstance(step, int) else str(step) for step in path)
            found[MEASURE["as_written"](steps)].add(release.origins[path].key)
    return found


@pytest.mark.parametrize("row", [row for row in MEASURE["TABLE"] if row.says not in DECIDED], ids=lambda row: row.pattern[:60])
def test_the_deployer_makes_of_a_key_what_the_table_says(row: Any) -> None:
    pattern = re.compile(row.ours or row.pattern)
    keys = {re.sub(r"\[\d+\]", "", key) for path, by in made().items() if pattern.fullmatch(path) for key in by}
    named = re.findall(r"[a-z_.]+", MARKED.get(row.says, row.says))
    assert [key for key in keys if any(key.startswith(name) for name in named)], keys
