"""What of a pod a process can be."""

import os
from pathlib import Path
from typing import Any

import pytest

from hub_runtime.errors import MachineProblem
from hub_runtime.folder import HubFolder
from hub_runtime.spawner import homes
from hub_runtime.spawner.failure import ServerFailed, ending
from hub_runtime.spawner.files import content, write_into_home
from hub_runtime.spawner.limits import ControlGroup, Limits, ProcessLimits, control_group, enforce, quantity
from hub_runtime.spawner.pod import local_command, local_interface, read_pod


def pod(**container: Any) -> dict[str, Any]:
    volumes = container.pop("volumes", [])
    metadata = {"name": "jupyter-ada", "namespace": "welcome", "annotations": {"a/b": "note"}}
    return {
        "metadata": metadata,
        "spec": {"containers": [{"name": "side"}, {"name": "notebook", **container}], "volumes": volumes},
    }


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("512Mi", 512 * 2**20),
        ("1G", 10**9),
        ("0.5", 0.5),
        ("500m", 0.5),
        (2, 2),
        ("1e3", 1000),
        (None, None),
        ("1.5Gi", 1.5 * 2**30),
    ],
)
def test_quantities(text: str | int | None, number: float | None) -> None:
    assert quantity(text) == number


@pytest.mark.parametrize("text", ["2 gigs", "", "Mi", "1X"])
def test_no_quantities(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        quantity(text)


def test_variables_refer_to_earlier_ones_and_to_the_pod() -> None:
    env = [
        {"name": "A", "value": "1"},
        {"name": "B", "value": "$(A)2 $(C) $$(A)"},
        {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "NOTE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.annotations['a/b']"}}},
        {"name": "NUMBER", "value": 3},
        {"name": "SECRET", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ]
    plan = read_pod(pod(env=env))
    assert plan.environment == {"A": "1", "B": "12 $(C) $(A)", "POD": "jupyter-ada", "NOTE": "note", "NUMBER": "3"}
    assert plan.not_honoured == ("the environment variable SECRET comes from the cluster and is not set",)


def test_limits_hooks_and_mounts_are_read() -> None:
    plan = read_pod(
        pod(
            args=["jupyterhub-singleuser", "--debug"],
            resources={"limits": {"memory": "1Gi", "cpu": "1500m"}, "requests": {"memory": "2Gi"}},
            lifecycle={"postStart": {"exec": {"command": ["true"]}}},
            securityContext={"allowPrivilegeEscalation": False},
            workingDir="/home/jovyan/work",
            volumeMounts=[
                {"name": "home", "mountPath": "/home/jovyan", "subPath": "ada"},
                {"name": "disk", "mountPath": "/disk"},
            ],
            volumes=[
                {"name": "home", "persistentVolumeClaim": {"claimName": "homes"}},
                {"name": "disk", "hostPath": {"path": "/x"}},
            ],
        )
    )
    assert plan.command == ("jupyterhub-singleuser", "--debug")
    assert plan.limits == Limits(memory=2**30, cpu=1.5)
    assert (plan.after_start, plan.before_stop, plan.new_privileges) == (("true",), (), False)
    assert [(mount.target, mount.claim, mount.sub_path) for mount in plan.mounts] == [("/home/jovyan", "homes", "ada")]
    assert plan.not_honoured == ("the volume disk at /disk is not there",)


@pytest.mark.parametrize(
    ("command", "runs", "told"),
    [
        ((), ("jupyterhub-singleuser",), ""),
        (("jupyterhub-singleuser", "--a"), ("jupyterhub-singleuser", "--a"), ""),
        (("start-notebook.py", "jupyterhub-singleuser", "--a"), ("jupyterhub-singleuser", "--a"), "start-notebook.py"),
        (("/srv/start", "/opt/conda/bin/jupyterhub-singleuser"), ("jupyterhub-singleuser",), "/srv/start"),
        (("start.sh", "--a", "b"), ("jupyterhub-singleuser", "--a"), "start.sh"),
    ],
)
def test_start_scripts_of_images_are_replaced(command: tuple[str, ...], runs: tuple[str, ...], told: str) -> None:
    found, notice = local_command(command, lambda name: name == "jupyterhub-singleuser")
    assert found == runs
    assert notice.startswith(told)
    assert bool(notice) == bool(told)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("", ""),
        ("/lab", "/lab"),
        ("/lab/tree/a.md", "/lab/tree/a.md"),
        ("/tree?x=1", "/tree?x=1"),
        ("/rstudio", "/lab"),
        ("/git-pull?repo=x", "/lab"),
    ],
)
def test_interfaces_of_images_are_replaced(asked: str, opens: str) -> None:
    found, notice = local_interface(asked)
    assert found == opens
    assert bool(notice) == (asked != opens)


@pytest.mark.parametrize(
    ("file", "bytes_"),
    [
        ({"stringData": "a"}, b"a"),
        ({"binaryData": "AAE="}, b"\x00\x01"),
        ({"data": {"b": 1, "a": 2}, "mountPath": "/x/y.json"}, b'{"b": 1, "a": 2}'),
        ({"data": {"b": 1}, "mountPath": "/x/y.yaml"}, b"b: 1\n"),
    ],
)
def test_contents_of_files(file: dict[str, Any], bytes_: bytes) -> None:
    assert content(file) == bytes_


def test_a_file_is_never_written_through_a_link_in_a_home(tmp_path: Path) -> None:
    outside, home = tmp_path / "outside", tmp_path / "home"
    outside.mkdir()
    home.mkdir()
    (home / "folder").symlink_to(outside)
    (home / "file").symlink_to(outside / "file")
    for relative in ("folder/file", "file"):
        with pytest.raises(OSError, match=r"."):
            write_into_home(str(home), relative, {"stringData": "x"}, None)
    assert list(outside.iterdir()) == []
    write_into_home(str(home), "new/deep/file", {"stringData": "x", "mode": 0o600}, None)
    assert (home / "new/deep/file").read_text() == "x"
    assert (home / "new/deep/file").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["", "/etc", "../x", "a/../../b", ".uids.json", ".scratch/x"])
def test_names_that_are_no_home(tmp_path: Path, name: str) -> None:
    with pytest.raises(MachineProblem):
        homes.inside(tmp_path, name)


def test_a_link_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "ada").symlink_to("/etc")
    with pytest.raises(MachineProblem, match="is a link"):
        homes.Home(tmp_path / "ada", None).make(tmp_path)
    (tmp_path / "group").symlink_to("/etc")
    with pytest.raises(MachineProblem, match="is a link"):
        homes.Home(tmp_path / "group" / "ada", None).make(tmp_path)


def test_nobody_gets_a_uid_that_somebody_had(tmp_path: Path) -> None:
    folder = HubFolder(tmp_path)
    folder.make()
    assert [homes.uid_of(folder, name) for name in ("ada", "ben", "ada")] == [20_001, 20_002, 20_001]


@pytest.mark.extra
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_giving_a_home_leaves_what_links_lead_to(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    home = tmp_path / "home"
    (home / "folder").mkdir(parents=True)
    (home / "folder" / "link").symlink_to(secret)
    (home / "file").write_text("x")
    os.link(secret, home / "second-name")
    homes.Home(home, 20_001).make(tmp_path)
    assert secret.stat().st_uid == 0
    owners = {path.name: path.lstat().st_uid for path in (home, home / "folder", home / "folder" / "link", home / "file")}
    assert set(owners.values()) == {20_001}
    assert home.stat().st_mode & 0o777 == 0o700


def test_limits_of_cgroup_v2_are_written_where_the_controllers_are(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory")
    group = tmp_path / "deployer" / "ada"
    for folder, names in ((tmp_path, ["cgroup.subtree_control"]), (group.parent, ["cgroup.subtree_control"])):
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_text("")
    group.mkdir()
    for name in ("memory.max", "memory.oom.group", "cpu.max"):
        (group / name).write_text("")
    (group / "memory.events").write_text("low 0\noom 1\noom_kill 2\n")
    enforced, notice = enforce("ada", Limits(memory=1000, cpu=0.5), tmp_path)
    assert notice == ""
    assert enforced.join() == [str(group / "cgroup.procs")]
    assert (group / "memory.max").read_text() == "1000"
    assert (group / "cpu.max").read_text() == "50000 100000"
    assert enforced.kills() == 2


def test_where_no_control_group_can_be_made_each_process_is_held_and_that_is_told(tmp_path: Path) -> None:
    enforced, notice = enforce("ada", Limits(memory=1000, cpu=0.5), tmp_path / "missing")
    assert isinstance(enforced, ProcessLimits)
    assert enforced.rlimits() == {"RLIMIT_DATA": 1000}
    assert "the memory limit holds for each process by itself" in notice
    assert "the CPU limit does not hold" in notice
    assert enforce("ada", Limits(), tmp_path / "missing")[1] == ""


def test_a_group_of_cgroup_v1_has_a_folder_a_controller(tmp_path: Path) -> None:
    assert control_group("ada", tmp_path) == ControlGroup((tmp_path / "memory/deployer/ada", tmp_path / "cpu/deployer/ada"))


def test_endings_are_told_in_words() -> None:
    assert ending(3, False, None) == "ended with exit code 3"
    assert ending(-9, False, None) == "was ended by signal 9"
    assert ending(-9, True, 512 * 2**20) == "was ended by the kernel: it needed more memory than its limit of 512 MiB"


def test_a_failure_shows_its_log_without_tokens_and_without_markup() -> None:
    failure = ServerFailed("It <broke>", ("http://127.0.0.1/?token=abc", "Authorization: token def", "<script>"))
    shown = failure.jupyterhub_html_message + str(failure)
    assert "&lt;broke&gt;" in failure.jupyterhub_html_message
    assert "<script>" not in failure.jupyterhub_html_message
    assert "abc" not in shown
    assert "def" not in shown
