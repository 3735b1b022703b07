"""What is told of one person's server is of that person alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.small_cluster import SmallCluster, small_cluster

from deployer.model.release import HubRef
from deployer.targets.kubernetes.pods.slugs import escaped, safe


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[SmallCluster]:
    """One with a hub that runs."""
    with small_cluster(tmp_path, "garden") as cluster:
        cluster.deployment("garden", "hub")
        yield cluster


def events(cluster: SmallCluster, user: str) -> list[str]:
    findings = cluster.target().diagnose(HubRef("aurora", "garden"), user).findings
    return [finding.found.partition(": ")[2] for finding in findings if finding.name == "event"]


def complain(cluster: SmallCluster, name: str) -> None:
    path = f"/api/v1/namespaces/garden/events/{name}.1"
    cluster.api.put(path, {"metadata": {}, "type": "Warning", "involvedObject": {"name": name}, "reason": "Bad", "message": name})


NAMES = (
    "jupyter-alice",
    "jupyter-alice--gpu",
    "claim-alice",
    "jupyter-alice-smith",
    "claim-alice-smith",
    "jupyter-alice---80bc9a5a",  # of `alice!`
    "jupyter-alice---80bc9a5a--gpu",
    "jupyter-alice-2dsmith",  # of `alice-smith`, by the older scheme
    "hub-alice",
)


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ("alice", {"jupyter-alice", "jupyter-alice--gpu", "claim-alice"}),
        ("alice-smith", {"jupyter-alice-smith", "claim-alice-smith", "jupyter-alice-2dsmith"}),
        ("alice!", {"jupyter-alice---80bc9a5a", "jupyter-alice---80bc9a5a--gpu"}),
        ("ali", set()),
    ],
)
def test_events_are_of_that_person_alone(cluster: SmallCluster, user: str, told: set[str]) -> None:
    for name in NAMES:
        complain(cluster, name)
    assert set(events(cluster, user)) == told


def test_a_claim_of_any_name_is_its_owners(cluster: SmallCluster) -> None:
    notes: dict[str, Any] = {"metadata": {"annotations": {"hub.jupyter.org/username": "alice"}}}
    cluster.api.put("/api/v1/namespaces/garden/persistentvolumeclaims/disk-7", notes)
    complain(cluster, "disk-7")
    assert events(cluster, "alice") == ["disk-7"]
    assert events(cluster, "alice-smith") == []


@pytest.mark.parametrize(
    ("user", "by_safe", "by_escape"),
    [
        ("alice", "alice", "alice"),
        ("alice-smith", "alice-smith", "alice-2dsmith"),
        ("ada@example.org", "ada-example-org---cfe00dde", "ada-40example-2eorg"),
        ("1st", "x-1st---e01ddf65", "1st"),
        ("a--b", "a-b---90827a2e", "a-2d-2db"),
        ("ünal", "nal---ee796da8", "-c3-bcnal"),
        ("-begins", "begins---510bf53e", "-2dbegins"),
        ("x" * 60, f"{'x' * 37}---42f2d973", "x" * 60),
    ],
)
def test_slugs_are_those_of_kubespawner(user: str, by_safe: str, by_escape: str) -> None:
    """As KubeSpawner 7.1.0 gives them (kubespawner/slugs.py)."""
    assert (safe(user), escaped(user)) == (by_safe, by_escape)
