"""The other snippets that run on the hub."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deployer.compiling.snippets.admin_folders import deployer_admin_folders
from deployer.compiling.snippets.github_teams import deployer_team_groups
from deployer.compiling.snippets.home_owner import DEPLOYER_GIVE_HOME, deployer_home_owner
from deployer.compiling.snippets.image_builder import deployer_building_form

SHARED = "/home/jovyan/shared"


def pod(*paths: str) -> Any:
    mounts = [SimpleNamespace(mount_path=path, read_only=True) for path in paths]
    containers = [SimpleNamespace(volume_mounts=mounts), SimpleNamespace(volume_mounts=None)]
    return SimpleNamespace(spec=SimpleNamespace(containers=containers))


def writable(hook: Any, *, admin: bool, made: Any) -> list[str]:
    spawner = SimpleNamespace(user=SimpleNamespace(admin=admin))
    changed = asyncio.run(hook(spawner, made))
    return [mount.mount_path for mount in changed.spec.containers[0].volume_mounts if not mount.read_only]


def test_administrators_may_write_shared_folders_and_nothing_else() -> None:
    hook = deployer_admin_folders([SHARED], None)
    assert writable(hook, admin=True, made=pod(SHARED, "/etc/motd")) == [SHARED]
    assert writable(hook, admin=False, made=pod(SHARED, "/etc/motd")) == []


def test_a_hook_of_the_hubs_own_python_still_runs() -> None:
    def plain(spawner: Any, made: Any) -> Any:
        return pod(SHARED)

    async def later(spawner: Any, made: Any) -> Any:
        return pod(SHARED)

    for before in (plain, later):
        assert writable(deployer_admin_folders([SHARED], before), admin=True, made=pod()) == [SHARED]


def test_teams_become_groups_with_their_organization() -> None:
    teams = [{"organization": {"login": "Lab"}, "slug": "r-users"}, {"organization": {"login": "friends"}, "slug": "hub"}]
    assert deployer_team_groups({"teams": teams}) == ["Lab:r-users", "friends:hub"]


def test_without_teams_there_are_no_groups() -> None:
    assert deployer_team_groups({}) == []
    assert deployer_team_groups({"teams": None}) == []


IMAGE = {"name": "quay.io/jupyterhub/k8s-hub", "tag": "4.4.0", "pullPolicy": None, "pullSecrets": ["ours", {"name": "theirs"}]}


def mounted(path: str, volume: str, inside: str) -> Any:
    return SimpleNamespace(mount_path=path, name=volume, sub_path=inside)


def server(*mounts: Any, user: int | None = 1000, group: int | None = 100) -> Any:
    """A person's pod, with an init container of the hub's own."""
    container = SimpleNamespace(volume_mounts=list(mounts), security_context=SimpleNamespace(run_as_user=user))
    return SimpleNamespace(
        spec=SimpleNamespace(
            containers=[container],
            init_containers=["their-own"],
            image_pull_secrets=None,
            security_context=SimpleNamespace(fs_group=group),
        )
    )


def owned(pod: Any, before: Any = None) -> Any:
    return asyncio.run(deployer_home_owner("home", "_shared", IMAGE, before)(SimpleNamespace(), pod)).spec


HOME = mounted("/home/jovyan", "home", "ada")


def test_a_home_is_given_to_whom_the_server_runs_as_before_anything_else_starts() -> None:
    spec = owned(server(mounted("/srv/all", "home", "_shared/all"), HOME, user=1234, group=None))
    first, own = spec.init_containers
    assert own == "their-own"
    assert first["image"] == "quay.io/jupyterhub/k8s-hub:4.4.0"
    assert first["command"][-3:] == ["/home/jovyan", "1234", "100"]
    assert first["volumeMounts"] == [{"name": "home", "mountPath": "/home/jovyan", "subPath": "ada"}]
    assert first["securityContext"] == {"runAsUser": 0, "allowPrivilegeEscalation": False}
    assert spec.image_pull_secrets == [{"name": "ours"}, {"name": "theirs"}]


def test_only_a_persons_own_folder_is_given_away() -> None:
    for pod in (server(), server(mounted("/srv/all", "home", "_shared/all"), mounted("/files", "files", "ada"))):
        assert owned(pod).init_containers == ["their-own"]
    whole = owned(server(mounted("/home/jovyan", "home", "")))
    assert whole.init_containers == ["their-own"]


def test_a_hook_of_the_hubs_own_python_runs_before_the_home_is_looked_for() -> None:
    assert len(owned(server(), lambda _, made: server(HOME)).init_containers) == 2


def given(folder: Path, user: int, group: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", DEPLOYER_GIVE_HOME, str(folder), str(user), str(group)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_is_in_a_home_stays_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert given(tmp_path, 1234, 100).returncode == 0
    assert (tmp_path.stat().st_uid, tmp_path.stat().st_gid) == (1234, 100)
    assert (tmp_path / "file").stat().st_uid == 0
    assert given(tmp_path, 1234, 5).returncode == 0
    assert tmp_path.stat().st_gid == 100


def test_a_server_that_refuses_does_not_keep_anybody_out(tmp_path: Path) -> None:
    refused = given(tmp_path / "nothing", 1234, 100)
    assert refused.returncode == 0
    assert "the file server decides whose it is" in refused.stdout


def test_a_hub_image_without_the_form_to_build_in_says_so_when_it_is_tried() -> None:
    with pytest.raises(RuntimeError, match="image lacks the package jupyterhub-fancy-profiles"):
        deployer_building_form(SimpleNamespace())
