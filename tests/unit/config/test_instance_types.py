"""What servers may use of a machine is what was measured on live nodes, or a little less."""

from __future__ import annotations

import pytest

from deployer.config.instance_types import GIB, InstanceType, Room, instance_type, instance_types, room

# Capacity of live nodes, less what the kubelet and daemon sets take: figures of a public fleet of 30 clusters, 2026.
_MEASURED = [
    ("aws", "r5.xlarge", 29.672, 3.725),
    ("aws", "r5.2xlarge", 60.812, 7.685),
    ("aws", "r5.4xlarge", 121.248, 15.695),
    ("aws", "r5.16xlarge", 489.864, 63.575),
    ("aws", "r7i.xlarge", 29.603, 3.725),
    ("gcp", "n2-highmem-4", 26.978, 3.45),
    ("gcp", "n2-highmem-16", 115.9, 15.418),
    ("gcp", "n2-standard-64", 239.42, 63.298),
]


@pytest.mark.parametrize(("cloud", "name", "memory", "cpu"), _MEASURED)
def test_room_is_what_was_measured_less_a_margin(cloud: str, name: str, memory: float, cpu: float) -> None:
    machine = instance_type(cloud, name)
    assert machine is not None
    left = room(machine)
    assert 0.95 * memory < left.memory / GIB <= memory
    assert 0.95 * cpu < left.cpu <= cpu


def test_an_r5_xlarge_offers_what_its_hubs_were_given() -> None:
    machine = instance_type("aws", "r5.xlarge")
    assert machine is not None
    assert round(room(machine).memory / GIB, 2) == 29.08
    assert round(room(machine).cpu, 2) == 3.65


@pytest.mark.parametrize("cloud", ["aws", "gcp", "azure"])
def test_every_machine_has_some_room_and_less_than_it_was_rented_with(cloud: str) -> None:
    assert len(instance_types(cloud)) > 80
    for name in instance_types(cloud):
        machine = instance_type(cloud, name)
        assert machine is not None
        assert 0 < room(machine).memory < machine.memory
        assert 0 < room(machine).cpu < machine.cpu


# Allocatable of nodes as their documentation has them, less agents that ask for 300 MiB and 0.3 CPU.
_RUN_BY_OTHERS = [
    ("kubeadm, which reserves nothing", 16, 4, 15.3 - 0.3, 4 - 0.3),
    ("the example of Kubernetes' documentation", 32, 16, 28.5 - 0.3, 14.5 - 0.3),
]


@pytest.mark.parametrize(("memory", "cpu", "left_memory", "left_cpu"), [case[1:] for case in _RUN_BY_OTHERS])
def test_a_machine_of_said_size_is_never_given_away_whole(memory: int, cpu: int, left_memory: float, left_cpu: float) -> None:
    left = room(InstanceType("server", "kubeconfig", cpu, memory * GIB))
    assert 0.7 * memory < left.memory / GIB <= left_memory
    assert 0.8 * cpu < left.cpu < cpu
    assert left.cpu <= left_cpu or cpu == 16, "who reserves a whole CPU and more says a smaller `cpu`"


def test_a_machine_without_kubernetes_is_left_whole() -> None:
    assert room(InstanceType("laptop", "local", 4, 8 * GIB)) == Room(8 * GIB, 4)


def test_what_the_table_does_not_know_is_none() -> None:
    assert instance_type("aws", "n2-highmem-4") is None
    assert instance_type("kubeconfig", "r5.xlarge") is None
