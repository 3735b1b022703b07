"""How a change goes through a fleet."""

from __future__ import annotations

import pytest

from deployer.config.models.fleet import Ring
from deployer.model.release import HubRef, Release
from deployer.planning.waves import waves


def release(name: str, stage: str = "production") -> Release:
    cluster, hub = name.split("/")
    return Release(ref=HubRef(cluster, hub), chart="basehub", values={}, stage=stage)


FLEET = [
    release("a/prod"),
    release("a/test", "staging"),
    *(release(f"b/{number}") for number in range(6)),
    release("c/canary", "canary"),
    release("c/prod"),
]


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        ({}, [":0 a/test", ":0 c/canary", ":0 a/prod b/0 b/1 b/2 b/3 b/4 b/5 c/prod"]),
        (
            {"one": Ring(hubs=["b/3"], soak="10m"), "small": Ring(clusters=["a"], soak="1h"), "tenth": Ring(share="1/5")},
            ["one:600 b/3", "small:0 a/test", "small:3600 a/prod", "tenth:0 b/0 b/1", ":0 c/canary", ":0 b/2 b/4 b/5 c/prod"],
        ),
        ({"all": Ring(clusters=["b"]), "one": Ring(hubs=["b/3"])}, ["all:0 b/0 b/1 b/2 b/4 b/5", "one:0 b/3"]),
        ({"none": Ring(clusters=["elsewhere"], soak="1d"), "tenth": Ring(share="1/10")}, ["tenth:0 a/prod"]),
        ({"whole": Ring(share=1, soak="1d")}, ["whole:0 a/test", "whole:0 c/canary", "whole:86400 a/prod b/0"]),
    ],
    ids=["stages alone", "hub, cluster, share, rest", "a hub before its cluster", "nothing of it here", "all"],
)
def test_ring_by_ring_and_stage_by_stage(rings: dict[str, Ring], expected: list[str]) -> None:
    found = [f"{wave.ring}:{wave.soak} {' '.join(str(one.ref) for one in wave.releases)}" for wave in waves(FLEET, rings)]
    assert all(one.startswith(wanted) for one, wanted in zip(found, expected, strict=False)), found
    assert sorted(one.ref.hub for wave in waves(FLEET, rings) for one in wave.releases) == sorted(one.ref.hub for one in FLEET)


def test_how_many_may_fail_is_the_rings_own() -> None:
    found = waves(FLEET, {"first": Ring(clusters=["b"], failures=2)})
    assert [wave.failures for wave in found] == [2, None, None, None]
