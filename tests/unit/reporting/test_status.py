"""The table of hubs: what an engineer asks first, in a terminal of usual width; all of it as data."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
from tests.support.cache import PROJECT

from deployer.model.outcomes import HubState, HubStatus
from deployer.model.release import HubRef
from deployer.reporting.problems import columns
from deployer.reporting.status import to_json, to_text

SCHEMA = json.loads((PROJECT / "docs" / "reference" / "schemas" / "status.json").read_text())
WELCOME = HubStatus(
    ref=HubRef("onenode", "welcome"),
    target="kubernetes",
    state=HubState.RUNNING,
    declared=True,
    address="https://welcome.example.org/",
    users=12,
    version="basehub 0.1.0",
    image="quay.io/jupyterhub/k8s-hub:4.4.0",
    deployed_at="2026-01-02T03:04:05+00:00",
    deployed_by="ada",
)
LOCAL = HubStatus(
    ref=HubRef("demo", "welcome"),
    target="local",
    state=HubState.STOPPED,
    declared=True,
    address="http://127.0.0.1:8000/",
    version="5.5.0",
    deployed_at="2026-01-02T03:04:05+00:00",
    deployed_by="ada",
)
NEW = HubStatus(ref=HubRef("demo", "new"), target="local", state=HubState.NOT_DEPLOYED, declared=True)
TABLE = """\
HUB              STATE         USERS  VERSION        IMAGE          LAST DEPLOY (UTC)  BY   ADDRESS
onenode/welcome  running       12     basehub 0.1.0  k8s-hub:4.4.0  2026-01-02 03:04   ada  https://welcome.example.org/
demo/welcome     stopped       0      5.5.0                         2026-01-02 03:04   ada  http://127.0.0.1:8000/
demo/new         not deployed
"""
LONG = replace(
    WELCOME,
    ref=HubRef("onenode", "earth-sciences"),
    address="https://earth-sciences.hubs.university-of-somewhere.example.org/",
    version="university-hub 2026.11.2",
    image="registry.example.org:5000/team/the-hub-of-our-university:2026.11.2@sha256:0123",
    deployed_by="deploys-of-the-hub-team",
)


def test_a_line_a_hub() -> None:
    assert to_text([WELCOME, LOCAL, NEW]) == TABLE


@pytest.mark.parametrize(
    ("hub", "kept"),
    [
        (LONG, ("onenode/earth-sciences", "uni", "11.2", "the-hub", "2026.11.2 ", "deploys", "hub-team")),
        (replace(LONG, deployed_by="山田太郎" * 20), ("山田", "太郎")),
        (replace(LONG, image=f"{'hub' * 40}:1.2.3"), (":1.2.3",)),
    ],
)
def test_a_table_that_is_too_wide_has_addresses_below_and_no_middles(hub: HubStatus, kept: tuple[str, ...]) -> None:
    """So that it fits a terminal, and that nobody copies half of an address."""
    title, *lines = to_text([WELCOME, hub]).splitlines()
    table, addresses = [title, *lines[::2]], lines[1::2]
    assert max(map(columns, table)) <= 120
    assert addresses == [f"  {WELCOME.address}", f"  {LONG.address}"]
    assert [part for part in kept if part not in table[2]] == []
    assert "k8s-hub:4.4.0" in table[1]


def test_a_hub_without_a_domain_is_there_all_the_same() -> None:
    inside = replace(WELCOME, address="", declared=False, kept=("homes",))
    _, line, *notes = to_text([inside]).splitlines()
    assert " ".join(line.split()) == "onenode/welcome running 12 basehub 0.1.0 k8s-hub:4.4.0 2026-01-02 03:04 ada"
    assert notes == ["  no file names it any more; `deployer destroy` takes it away"]


@pytest.mark.parametrize("state", HubState)
def test_all_of_it_is_in_the_data(state: HubState) -> None:
    data = to_json([replace(LONG, state=state)])
    jsonschema.validate(data, SCHEMA)
    (hub,) = data["hubs"]
    told = {name: hub[name] for name in ("address", "version", "image", "deployed_at", "deployed_by")}
    assert told == {name: getattr(LONG, name) for name in told}
