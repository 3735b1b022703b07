"""By the classes that hubs run, the typed `allow` lets in whom it names, nobody else, and each by the right name."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.support.compiled_hubs import compiled, fleet_of
from tests.support.hub_environment import hub_python

from deployer.compiling.login_providers import PROVIDERS
from deployer.model.release import HubRef

PROBE = Path(__file__).with_name("login_probe.py")
TEAM, STAFF = "d11abe71-5132-4c04-a4ad-50926885dc8c", "3f1f85c4-f084-4173-9efb-7c7e0b44291a"
GROUPS = "v2/groups/my_groups"
VERSION = {"api/v4/version": {"version": "17.0.1-ee"}}

# Hub of the golden fleet, what its provider tells of a person, what it answers besides; the name that the person gets, and
# whether they may log in and are an administrator.
PEOPLE: list[tuple[str, dict[str, Any], dict[str, Any], str, bool, bool]] = [
    ("azuread", {"upn": "Alice@example.org", "name": "Alice"}, {}, "alice@example.org", True, False),
    ("azuread", {"upn": "b@example.org", "groups": ["11111111-0000-0000-0000-000000000000"]}, {}, "b@example.org", True, False),
    ("azuread", {"upn": "c@example.org", "groups": ["22222222-0000-0000-0000-000000000000"]}, {}, "c@example.org", True, True),
    ("azuread", {"upn": "d@example.org", "groups": ["33333333-0000-0000-0000-000000000000"]}, {}, "d@example.org", False, False),
    ("globus", {"preferred_username": "0f3@uni.example.edu", "email": "alice@uni.example.edu"}, {}, "alice", True, False),
    ("globus", {"preferred_username": "alice@uni.example.edu", "email": "alice@evil.example"}, {}, "alice", False, False),
    ("globus-groups", {"preferred_username": "bo@uni.example.edu"}, {GROUPS: [{"id": TEAM}]}, "bo", True, False),
    ("globus-groups", {"preferred_username": "cy@uni.example.edu"}, {GROUPS: [{"id": STAFF}]}, "cy", True, True),
    ("globus-groups", {"preferred_username": "di@uni.example.edu"}, {GROUPS: []}, "di", False, False),
    ("globus-groups", {"preferred_username": "bo@evil.example"}, {GROUPS: [{"id": TEAM}]}, "bo", False, False),
    ("gitlab", {"username": "Ada", "id": 7}, VERSION | {"groups/4711/members/all/7": {}}, "ada", True, False),
    ("gitlab", {"username": "bo", "id": 8}, VERSION | {"lab%2Fcourse/members/all/8": {"access_level": 30}}, "bo", True, False),
    ("gitlab", {"username": "cy", "id": 9}, VERSION | {"42/members/all/9": {"access_level": 10}}, "cy", False, False),
    ("bitbucket", {"username": "ada"}, {"role=member": {"values": [{"name": "Our Lab"}]}}, "ada", True, False),
    ("bitbucket", {"username": "bo"}, {"role=member": {"values": [{"name": "Theirs"}]}}, "bo", False, False),
    ("openshift", {"metadata": {"name": "ada"}, "groups": ["members"]}, {}, "ada", True, False),
    ("openshift", {"metadata": {"name": "bo"}, "groups": ["others"]}, {}, "bo", False, False),
]


@cache
def told() -> list[dict[str, Any]]:
    asked = []
    for hub, person, answers, *_ in PEOPLE:
        release = compiled(fleet_of("sections"), HubRef("cloud", hub)).release
        config = release.values["jupyterhub"]["hub"]["config"]
        asked.append({"class": PROVIDERS[release.login].section, "config": config, "person": person, "answers": answers})
    done = subprocess.run(
        [hub_python(), PROBE], input=json.dumps(asked), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads(done.stdout))


@pytest.mark.parametrize("index", range(len(PEOPLE)), ids=[f"{hub}-{name}" for hub, _, _, name, *_ in PEOPLE])
def test_those_whom_the_file_allows_get_in_by_their_names(index: int) -> None:
    *_, name, allowed, admin = PEOPLE[index]
    answer = told()[index]
    assert (answer["name"], answer["allowed"], answer["admin"]) == (name, allowed, admin)


def test_groups_of_the_provider_become_hub_groups() -> None:
    found = {f"{hub}-{name}": answer["groups"] for (hub, _, _, name, *_), answer in zip(PEOPLE, told(), strict=True)}
    assert found["openshift-ada"] == ["members"]
    assert found["globus-groups-cy"] == [STAFF]
    assert found["globus-alice"] is None
