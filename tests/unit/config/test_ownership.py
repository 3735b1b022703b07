"""Each problem concerns the hubs that are made from its file, or of which it was told, and no others."""

from __future__ import annotations

import pytest
from tests.support.cases import base_files, own_charts

from deployer.config.loading import load_fleet
from deployer.config.ownership import concerns, unexplained
from deployer.model.release import HubRef
from deployer.model.tree import FleetTree

_CLUSTER = "config/clusters/aurora"
_PROD = f"{_CLUSTER}/hubs/prod.yaml"
_COMMON = f"{_CLUSTER}/hubs/_common.yaml"
_HUBS = [HubRef("aurora", "prod"), HubRef("aurora", "staging"), HubRef("aurora", "third"), HubRef("here", "welcome")]
_BASE = {
    _PROD: "domain: a.org\nextends: [_common.yaml]\nmachines: [{pool: small}]\n",
    f"{_CLUSTER}/hubs/staging.yaml": "domain: b.org\nextends: [prod.yaml]\n",
    f"{_CLUSTER}/hubs/third.yaml": "domain: c.org\nextends: [_common.yaml]\n",
    f"{_CLUSTER}/secrets/third.secret.yaml": base_files()[f"{_CLUSTER}/secrets/prod.secret.yaml"].decode(),
}

# What is wrong: file -> its text (None: it is not there), then the codes that concern each of _HUBS.
CASES: dict[str, tuple[dict[str, str | None], list[list[str]]]] = {
    "a key of a hub that another extends": ({_PROD: _BASE[_PROD] + "naem: x\n"}, [["unknown-key"], ["unknown-key"], [], []]),
    "syntax of a hub that another extends": (
        {_PROD: _BASE[_PROD] + "a: [\n"},
        [["yaml-bracket-open"], ["yaml-bracket-open"], [], []],
    ),
    "a pool of a hub that another extends": (
        {_PROD: _BASE[_PROD].replace("small", "smal")},
        [["pool-unknown"], ["pool-unknown"], [], []],
    ),
    "a pool that the one who extends replaces": (
        {
            _PROD: _BASE[_PROD].replace("small", "smal"),
            f"{_CLUSTER}/hubs/staging.yaml": "domain: b.org\nextends: [prod.yaml]\nmachines: [{pool: small}]\n",
        },
        [["pool-unknown"], [], [], []],
    ),
    "a pool of a shared file": (
        {_COMMON: base_files()[_COMMON].decode() + "machines: [{pool: smal}]\n"},
        [[], [], ["pool-unknown"], []],
    ),
    "no secret file of one, told where the shared file says the login": (
        {f"{_CLUSTER}/secrets/prod.secret.yaml": None},
        [["secret-file-missing"], [], [], []],
    ),
    "a secret file in clear": (
        {f"{_CLUSTER}/secrets/third.secret.yaml": "login: {client_id: a, client_secret: b}\n"},
        [[], [], ["secret-not-encrypted"], []],
    ),
    "Python of a hub that another extends": (
        {_PROD: _BASE[_PROD] + "hub: {python: [a.py]}\n", f"{_CLUSTER}/hubs/a.py": "a = (\n"},
        [["python-syntax"], ["python-syntax"], [], []],
    ),
    "a shared file that nobody extends": ({f"{_CLUSTER}/hubs/_new.yaml": "naem: x\n"}, [["unknown-key"]] * 3 + [[]]),
    "the cluster's file": ({f"{_CLUSTER}/cluster.yaml": "name: aurora\n"}, [["missing-key"]] * 3 + [[]]),
    "a default that only one hub keeps": (
        {
            "config/fleet.yaml": "defaults: {hub: {buckets: [scrap]}}\n",
            _COMMON: base_files()[_COMMON].decode() + "buckets: []\n",
        },
        [[], [], [], ["bucket-unknown"]],
    ),
    "the fleet's file": ({"config/fleet.yaml": "contat: x\n"}, [["unknown-key"]] * 4),
}


@pytest.mark.parametrize("what", CASES)
def test_a_problem_concerns_the_hubs_that_have_it(what: str) -> None:
    changed, expected = CASES[what]
    files = base_files() | {path: text.encode() for path, text in (_BASE | changed).items() if text is not None}
    files = {path: content for path, content in files.items() if changed.get(path, "") is not None}
    fleet = load_fleet(FleetTree(files), own_charts())
    told = [[problem.code for problem in fleet.problems if concerns(problem, ref.cluster, ref.hub)] for ref in _HUBS]
    assert told == expected


def test_a_hub_that_did_not_load_is_never_without_an_error() -> None:
    ref = HubRef("aurora", "prod")
    (error,) = unexplained([ref], [])
    assert (error.code, error.hubs) == ("not-loaded", (ref,))
    assert list(unexplained([ref], [error])) == []
