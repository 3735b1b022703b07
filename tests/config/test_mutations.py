"""The example fleet, one key at a time made wrong: the mistake is told where it was made, to the column."""

from __future__ import annotations

import pytest
from tests.support.cases import TESTS, problems_of, read_tree

from deployer.model.problem import Severity
from deployer.model.tree import FleetTree

_AURORA = "config/clusters/aurora"
_BOREALIS = "config/clusters/borealis"
_DEMO = "config/clusters/demo"

# What: file, what stands there (once), what replaces it, the piece of it that is wrong, the message's code.
MUTATIONS = {
    "fleet: misspelt key": ("config/fleet.yaml", "contact:", "contakt:", "contakt", "unknown-key"),
    "fleet: staff of no provider": ("config/fleet.yaml", "  google: [alice@", "  gogle: [alice@", "gogle", "unknown-key"),
    "fleet: duration": ("config/fleet.yaml", "stop_after: 1h}", "stop_after: 1hour}", "1hour", "not-a-duration"),
    "fleet: version": ("config/fleet.yaml", '">=0.1,<0.2"', '">=9"', '">=9"', "deployer-version"),
    "policy: unknown path": ("config/policy.yaml", "[community,", "[comunity,", "comunity", "policy-path"),
    "policy: bound": ("config/policy.yaml", "{max: 4h}", "{max: four}", "four", "policy-bound-value"),
    "cluster: name": (f"{_AURORA}/cluster.yaml", "name: aurora ", "name: auror ", "auror ", "cluster-name"),
    "cluster: provider": (f"{_AURORA}/cluster.yaml", "provider: aws", "provider: awss", "awss", "not-one-of"),
    "cluster: account": (f"{_AURORA}/cluster.yaml", '"123456789012"', '"1234"', '"1234"', "not-an-account"),
    "cluster: version": (f"{_AURORA}/cluster.yaml", 'version: "1.36"', "version: 1.30", "1.30", "not-text"),
    "cluster: pool": (f"{_AURORA}/cluster.yaml", "{purpose: worker,", "{purpose: workers,", "workers", "not-one-of"),
    "cluster: limits": (f"{_BOREALIS}/cluster.yaml", "min: 0, max: 40", "min: 50, max: 40", "50, max", "pool-range"),
    "cluster: homes": (f"{_BOREALIS}/cluster.yaml", "size: 1Ti, b", "size: 1 TB, b", "1 TB", "not-a-quantity"),
    "cluster: port": (f"{_DEMO}/cluster.yaml", "port: 8000", "port: 80000", "80000", "too-large"),
    "cluster: kubeconfig": (
        "config/clusters/dune/cluster.yaml",
        "{file: kube",
        "{file: cube",
        "cube",
        "named-file-missing",
    ),
    "hub: misspelt key": (f"{_AURORA}/hubs/prod.yaml", "display_name:", "displayname:", "displayname", "unknown-key"),
    "hub: domain": (f"{_AURORA}/hubs/staging.yaml", "domain: staging.aurora", "domain: aurora", "aurora", "domain-twice"),
    "hub: extends": (f"{_AURORA}/hubs/prod.yaml", "[_common.yaml]", "[_comon.yaml]", "_comon", "extends-missing"),
    "hub: stage": (f"{_AURORA}/hubs/staging.yaml", "stage: staging", "stage: testing", "testing", "not-one-of"),
    "hub: quota": (f"{_AURORA}/hubs/staging.yaml", "quota: 5Gi", "quota: 500Gi", "500Gi", "quota-too-large"),
    "hub: login": (f"{_AURORA}/hubs/_common.yaml", "organizations: [a", "organisations: [a", "organisations", "unknown-key"),
    "hub: pool": (f"{_BOREALIS}/hubs/_common.yaml", "pool: medium", "pool: mediun", "mediun", "pool-unknown"),
    "hub: share": (f"{_AURORA}/hubs/_common.yaml", "1/4, 1/2, 1]", "1/4, 3/2, 1]", "3/2", "not-a-share"),
    "hub: image": (f"{_AURORA}/hubs/_common.yaml", '"quay.io/jupyter/r-', '"quay io/r-', '"quay io', "not-an-image"),
    "hub: bucket": (f"{_AURORA}/hubs/_common.yaml", "buckets: [scratch]", "buckets: [scrap]", "scrap]", "bucket-unknown"),
    "hub: snippet": (f"{_AURORA}/hubs/_common.yaml", "[_claims.py]", "[_claim.py]", "_claim.py", "snippet-missing"),
    "hub: mode": (f"{_AURORA}/hubs/_common.yaml", 'mode: "0644"', "mode: 0644", "0644", "not-text"),
    "hub: size": (f"{_BOREALIS}/hubs/_common.yaml", "memory: 8G..32G", "memory: 800G", "800G", "size-too-large"),
    "hub: range": (f"{_BOREALIS}/hubs/_common.yaml", "cpu: 1..8", "cpu: 8..1", "8..1", "not-a-cpu-count"),
    "hub: env": (f"{_DEMO}/hubs/welcome.yaml", '"hello {username}"', "42", "42", "not-text"),
    "hub: interface": (f"{_DEMO}/hubs/welcome.yaml", "interface: lab", "interface: labb", "labb", "not-an-interface"),
    "hub: home": (f"{_DEMO}/hubs/welcome.yaml", "home: {kind: folder}", "home: {kind: efs}", "efs", "home-kind-cloud"),
    "hub: environments": (f"{_DEMO}/hubs/welcome.yaml", "    default: true", "    defualt: true", "defualt", "unknown-key"),
}


def _example_fleet() -> dict[str, bytes]:
    return read_tree(TESTS.parent)


def test_the_example_fleet_has_no_problem() -> None:
    assert problems_of(FleetTree(_example_fleet())) == ()


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_mutation_is_told_where_it_was_made(what: str) -> None:
    file, old, new, wrong, code = MUTATIONS[what]
    files = _example_fleet()
    text = files[file].decode()
    assert text.count(old) == 1, "the example fleet has changed: choose another key to make wrong"
    mutated = text.replace(old, new)
    position = text.index(old) + new.index(wrong)
    line = mutated.count("\n", 0, position) + 1
    column = position - mutated.rfind("\n", 0, position)
    errors = [
        problem
        for problem in problems_of(FleetTree({**files, file: mutated.encode()}))
        if problem.severity is Severity.ERROR and problem.place.file == file
    ]
    assert (code, line, column) in {(error.code, error.place.line, error.place.column) for error in errors}
    assert len(errors) == 1, "one mistake, one message"
