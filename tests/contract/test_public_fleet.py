"""A whole public fleet in 2i2c's format loads, and every error in it is a true one.

`DEPLOYER_PUBLIC_FLEET` names a clone of github.com/2i2c-org/infrastructure; without one this is skipped. Nothing of it is kept
here, but the kinds of mistakes that were found in it and judged, each by a person:

- `override-unknown`: `default: true` one level too deep, below `kubespawner_override`, where nothing reads it;
- `config-trait-unknown`: `GoogleOAuthenticator.allowed_hosted_domains` (it is `hosted_domain`), `Authenticator` below
  `GitHubOAuthenticator`, `authenticator_class` below `Authenticator`;
- `trait-type`: one organization as text where a list is wanted;
- `profile-two-defaults`: two choices of one option say that they are the default;
- `values-unknown-key`: values for a chart that this hub does not have.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from tests.support.cases import own_charts, problems_of

from deployer.config.loaded import LoadedFleet
from deployer.config.loading import load_fleet
from deployer.model.problem import Problem, Severity
from deployer.model.tree import FleetTree
from deployer.tools.fleet_files import FolderFiles

CLONE = "DEPLOYER_PUBLIC_FLEET"
JUDGED = {"override-unknown", "config-trait-unknown", "trait-type", "profile-two-defaults", "values-unknown-key"}

pytestmark = [
    pytest.mark.extra,
    pytest.mark.skipif(CLONE not in os.environ, reason=f"{CLONE} names no clone of a fleet in 2i2c's format"),
]


@cache
def tree() -> FleetTree:
    return FolderFiles(Path(os.environ[CLONE])).read()


@cache
def fleet() -> LoadedFleet:
    return load_fleet(tree(), own_charts())


@cache
def errors() -> tuple[Problem, ...]:
    return tuple(problem for problem in problems_of(tree()) if problem.severity is Severity.ERROR)


def test_every_hub_of_every_cluster_loads() -> None:
    assert fleet().problems == ()
    assert fleet().broken == frozenset()
    listed = {name: len(cluster.spec.hubs) for name, cluster in fleet().clusters.items()}
    assert listed == {name: len(cluster.hubs) for name, cluster in fleet().clusters.items()}
    assert sum(listed.values()) > 100


def test_every_error_is_of_a_kind_that_was_judged() -> None:
    found = Counter(problem.code for problem in errors())
    assert set(found) <= JUDGED, found


def test_most_hubs_have_none() -> None:
    places = {problem.place.file for problem in errors()}
    hubs = [hub for cluster in fleet().clusters.values() for hub in cluster.hubs.values()]
    clean = [hub for hub in hubs if not places & {layer.file for layer in hub.layers}]
    assert len(clean) > 0.7 * len(hubs)
