"""JupyterHub and KubeSpawner, as hubs run them, take what we compile: authenticators, profiles, choices, groups, variables."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.support.compiled_hubs import compiled, fleet_of, hubs
from tests.support.hub_environment import hub_python

from deployer.compiling.profiles import profile_choices
from deployer.model.release import HubRef, Release

PROBE = Path(__file__).parent / "hub_probe.py"
PERSON = "Ada.Byron@example.org"
TYPED_IMAGE = {"profile": "server", "image--unlisted-choice": "quay.io/lab/own:1"}
TYPED = [(fleet, ref) for fleet, ref in hubs() if ref.cluster != "older"]


@cache
def releases() -> dict[str, Release]:
    return {f"{fleet}/{ref}": compiled(fleet_of(fleet), ref).release for fleet, ref in TYPED}


@cache
def probed() -> dict[str, Any]:
    """All hubs in one start of the hub's interpreter."""
    asked = {
        name: {
            "jupyterhub": release.values[release.hub_at[0]],
            "choices": [choice.options for choice in profile_choices(release)],
            "groups": ["LAB:R", "lab:gpu"],
        }
        for name, release in releases().items()
    }
    asked["typed image"] = asked["sections/cloud/github"] | {"choices": [TYPED_IMAGE], "groups": ["lab:staff"]}
    done = subprocess.run(
        [hub_python(), PROBE], input=json.dumps({"hubs": asked}), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(("fleet", "ref"), TYPED, ids=str)
def test_the_authenticator_takes_every_trait(fleet: str, ref: HubRef) -> None:
    told = probed()[f"{fleet}/{ref}"]["authenticator"]
    assert told["unknown"] == []
    assert "deployer-check" in told["blocked"]


@pytest.mark.parametrize(("fleet", "ref"), TYPED, ids=str)
def test_the_check_starts_every_choice_and_the_form_shows_them(fleet: str, ref: HubRef) -> None:
    told = probed()[f"{fleet}/{ref}"]
    assert [choice for choice in told["choices"] if "refused" in choice] == []


def _choices(name: str, who: str) -> dict[str, Any]:
    choices = [choice.title for choice in profile_choices(releases()[name])]
    return dict(zip(choices, probed()[name][who], strict=True))


def _choice(who: str, title: str) -> dict[str, Any]:
    """What came of the one choice of the GitHub hub whose title ends so."""
    (chosen,) = (choice for name, choice in _choices("sections/cloud/github", who).items() if name.endswith(title))
    return dict(chosen)


def test_a_choice_gives_its_image_machine_page_and_variables() -> None:
    chosen = _choice("choices", "machine, R, gpu: 191.7 GB of memory, 46.7 CPU")
    assert chosen["image"] == "quay.io/jupyter/r-notebook:2026-11-02"
    assert chosen["url"] == "/rstudio"
    assert chosen["memory"] == 191737364480
    assert chosen["node_selector"] == {"hub.jupyter.org/pool": "gpu"}
    assert chosen["gpus"] == {"nvidia.com/gpu": "4"}
    assert chosen["env"]["R_HOME"] == "/opt/deployer-check/{x}"
    assert chosen["env"]["FLEET"] == "one of deployer-check's hubs"


def test_who_is_in_no_group_is_refused_what_groups_have() -> None:
    refused = {title for title, choice in _choices("sections/cloud/github", "person").items() if "refused" in choice}
    assert refused == {title for title in _choices("sections/cloud/github", "person") if "gpu" in title}


def test_groups_are_those_of_the_person_whatever_their_case() -> None:
    assert "refused" not in _choice("member", "machine, R, gpu: 47.9 GB of memory, 11.7 CPU")
    assert (
        _choice("member", "machine, R, Big machine (511.1 GB of memory, 62.3 CPU)")["image"]
        == "quay.io/jupyter/r-notebook:2026-11-02"
    )


def test_who_may_start_nothing_starts_nothing() -> None:
    assert all("403" in choice["refused"] for choice in _choices("sections/cloud/oauth", "person").values())


def test_a_typed_image_is_started_with_its_page_and_variables() -> None:
    (chosen,) = probed()["typed image"]["member"]
    assert chosen["image"] == "quay.io/lab/own:1"
    assert chosen["url"] == "/tree"
    assert chosen["env"]["WHO"] == f"{PERSON} {{y}}"


def test_a_typed_image_is_refused_to_others() -> None:
    (chosen,) = probed()["typed image"]["person"]
    assert "unlisted_choice" in chosen["refused"]
