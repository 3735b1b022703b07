"""The other snippets that run on the hub."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from deployer.compiling.snippets.admin_folders import deployer_admin_folders
from deployer.compiling.snippets.github_teams import deployer_team_groups

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
