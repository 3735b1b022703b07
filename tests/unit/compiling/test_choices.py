"""Environments and machines as people choose among them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.compiled_hubs import compiled_hub

from deployer.compiling.profiles import profile_choices

LOGIN = "login: {provider: dummy, allow: everyone}\n"
CLOUD = """\
provider: aws
aws: {account: "123456789012", region: us-west-2, cluster: here}
node_pools:
  small: {purpose: notebook, machine: r5.xlarge, max: 9}
  gpu: {purpose: notebook, machine: g4dn.xlarge, max: 9}
  own: {purpose: notebook, machine: r5.xlarge, memory: 64G, cpu: 8, max: 9, labels: {example.org/own: "yes"}}
"""
PYTHON = "{name: Python, image: 'example.org/python:1'}"
R = "{name: R, image: 'example.org/r:1', default: true}"


def profiles(environments: str = "", machines: str = "", cluster: str = CLOUD) -> list[dict[str, Any]]:
    text = LOGIN + f"domain: hub.example.org\nenvironments: [{environments}]\nmachines: [{machines}]\n"
    listed: list[dict[str, Any]] = (
        compiled_hub(text, cluster=cluster).release.values["jupyterhub"]["singleuser"].get("profileList", [])
    )
    return listed


def test_without_environments_and_machines_there_is_nothing_to_choose() -> None:
    assert profiles() == []


def test_one_environment_is_a_profile_without_lists() -> None:
    (profile,) = profiles(PYTHON)
    assert profile == {"display_name": "Python", "slug": "python", "kubespawner_override": {"image": "example.org/python:1"}}


def test_several_are_one_profile_with_a_list() -> None:
    (profile,) = profiles(f"{PYTHON}, {R}")
    choices = profile["profile_options"]["image"]["choices"]
    assert [(key, choice["display_name"], choice.get("default")) for key, choice in choices.items()] == [
        ("python", "Python", None),
        ("r", "R", True),
    ]


def test_environments_that_run_on_other_machines_are_another_profile() -> None:
    on_gpu = "{name: CUDA, image: 'example.org/cuda:1', machines: [gpu]}"
    first, second = profiles(f"{PYTHON}, {R}, {on_gpu}", "{pool: small, shares: [1/2, 1/4]}, {pool: gpu}")
    assert list(first["profile_options"]["machine"]["choices"]) == ["small-1-2", "small-1-4", "gpu"]
    assert second["display_name"] == "CUDA"
    assert second["kubespawner_override"]["node_selector"] == {"hub.jupyter.org/pool": "gpu"}
    assert "profile_options" not in second


def test_bound_to_all_machines_is_bound_to_none() -> None:
    bound = "{name: R, image: 'example.org/r:1', machines: [gpu, small]}"
    assert len(profiles(f"{PYTHON}, {bound}", "{pool: small}, {pool: gpu}")) == 1


def test_the_default_environment_makes_its_profile_the_default() -> None:
    bound = "{name: CUDA, image: 'example.org/cuda:1', machines: [gpu], default: true}"
    assert [profile.get("default") for profile in profiles(f"{PYTHON}, {bound}", "{pool: small}, {pool: gpu}")] == [None, True]


def test_groups_of_environment_and_machine_must_both_be_the_persons() -> None:
    environment = "{name: CUDA, image: 'example.org/cuda:1', groups: [cuda]}"
    (profile,) = profiles(environment, "{pool: gpu, groups: [gpu]}")
    assert profile["allowed_groups"] == ["cuda"]
    assert profile["profile_options"]["machine"]["choices"]["gpu"]["allowed_groups"] == ["gpu"]


@pytest.mark.parametrize(
    ("machines", "default"),
    [
        ("{pool: small, shares: [1/8, 1/4], default: 1/4}, {pool: gpu}", "small-1-4"),
        ("{pool: small, shares: [1/8, 1/4], default: 1/4}, {pool: gpu, default: true}", "gpu"),
        ("{pool: small, sizes: [{name: S, memory: 1G}, {name: L, memory: 2G, default: true}]}", "small-l"),
        ("{pool: gpu}, {pool: small, shares: [1/8, 1/4], default: true}", "small-1-8"),
        ("{pool: small, shares: [1/8, 1/4]}", None),
    ],
)
def test_one_machine_is_chosen_at_first(machines: str, default: str | None) -> None:
    (profile,) = profiles(PYTHON, machines)
    choices = profile["profile_options"]["machine"]["choices"]
    assert [key for key, choice in choices.items() if choice.get("default")] == ([default] if default else [])


def test_as_many_servers_fit_as_the_share_promises() -> None:
    (profile,) = profiles(PYTHON, "{pool: own, shares: [1/7, 1]}")
    part, whole = (choice["kubespawner_override"] for choice in profile["profile_options"]["machine"]["choices"].values())
    assert part["mem_guarantee"] == part["mem_limit"]
    assert 7 * part["mem_guarantee"] <= whole["mem_guarantee"] <= 64 * 1000**3
    assert 7 * part["cpu_guarantee"] <= 8
    assert part["cpu_limit"] == 8


def test_a_share_of_a_rented_machine_leaves_room_for_what_the_node_needs() -> None:
    (profile,) = profiles(PYTHON, "{pool: small, shares: [1, 1/2]}")
    whole = profile["profile_options"]["machine"]["choices"]["small-1-1"]["kubespawner_override"]
    assert 0.8 * 32 * 1024**3 < whole["mem_guarantee"] < 32 * 1024**3


def test_shares_of_a_machine_that_others_run_leave_room_for_what_the_node_needs() -> None:
    """Kubernetes itself offers 15.3 GiB and 4 CPUs of this machine at most, and its agents ask for some of that."""
    cluster = "provider: kubeconfig\nkubeconfig: {file: kubeconfig.yaml}\n"
    cluster += "node_pools: {nodes: {purpose: notebook, machine: server, max: 9, memory: 16Gi, cpu: 4}}\n"
    (profile,) = profiles(PYTHON, "{pool: nodes, shares: [1/2, 1]}", cluster)
    half, whole = (choice["kubespawner_override"] for choice in profile["profile_options"]["machine"]["choices"].values())
    assert 2 * half["mem_guarantee"] <= whole["mem_guarantee"] < 15 * 1024**3
    assert 2 * half["cpu_guarantee"] <= whole["cpu_guarantee"] < 3.7
    assert half["cpu_limit"] == whole["cpu_limit"] == 4


def test_a_size_says_guarantee_and_limit() -> None:
    (profile,) = profiles(PYTHON, "{pool: small, sizes: [{name: Small, memory: 512M..1G, cpu: 0.05..2}]}")
    override = profile["kubespawner_override"]
    assert (override["mem_guarantee"], override["mem_limit"]) == (512_000_000, 1_000_000_000)
    assert (override["cpu_guarantee"], override["cpu_limit"]) == (0.05, 2.0)


def test_gpus_come_from_the_pool_or_its_machine_type() -> None:
    (profile,) = profiles(PYTHON, "{pool: gpu}")
    assert profile["kubespawner_override"]["extra_resource_limits"] == {"nvidia.com/gpu": "1"}


def test_labels_of_a_pool_say_which_nodes_are_its_own() -> None:
    (profile,) = profiles(PYTHON, "{pool: own}")
    assert profile["kubespawner_override"]["node_selector"] == {"example.org/own": "yes"}


def test_on_this_machine_shares_are_of_what_the_pool_says_and_there_are_no_nodes() -> None:
    local = "provider: local\nnode_pools: {laptop: {purpose: notebook, machine: laptop, memory: 8G, cpu: 4, max: 1}}\n"
    (profile,) = profiles(PYTHON, "{pool: laptop, shares: [1/4]}", cluster=local)
    assert profile["kubespawner_override"] == {
        "image": "example.org/python:1",
        "mem_guarantee": 1999634432,
        "mem_limit": 1999634432,
        "cpu_guarantee": 1.0,
        "cpu_limit": 4.0,
    }


def test_a_second_environment_with_typed_images_is_a_profile_of_its_own() -> None:
    first, second = profiles("{name: Any, any_image: true}, {name: Other, any_image: true}")
    assert [profile["profile_options"]["image"]["unlisted_choice"]["display_name_in_choices"] for profile in (first, second)] == [
        "Any",
        "Other",
    ]


def test_every_way_that_is_one_click_is_a_choice_of_the_check() -> None:
    text = (
        LOGIN
        + f"environments: [{PYTHON}, {R}, {{name: Any, any_image: true}}]\n"
        + "machines: [{pool: small}, {pool: gpu, groups: [g]}]\n"
    )
    choices = profile_choices(compiled_hub(text + "domain: hub.example.org\n", cluster=CLOUD).release)
    assert [choice.options for choice in choices] == [
        {"profile": "server"},
        {"profile": "server", "image": "python"},
        {"profile": "server", "machine": "gpu"},
    ]


def test_a_choice_is_called_what_a_person_would_choose() -> None:
    text = LOGIN + f"environments: [{PYTHON}, {R}]\nmachines: [{{pool: own}}]\ndomain: hub.example.org\n"
    assert [choice.title for choice in profile_choices(compiled_hub(text, cluster=CLOUD).release)] == ["R", "Python"]


def test_a_hub_without_profiles_has_one_way_to_start() -> None:
    (choice,) = profile_choices(compiled_hub(LOGIN).release)
    assert choice.options == {}


def test_what_must_be_typed_cannot_be_tried() -> None:
    text = LOGIN + "environments: [{name: Any, any_image: true}]\n"
    assert profile_choices(compiled_hub(text).release) == ()
