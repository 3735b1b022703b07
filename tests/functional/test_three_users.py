"""Three people at work on a deployed hub: what each of them chose, keeps, and cannot see, until nothing is left of it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from tests.support.hub_driver import Kernel, Person, wait_for
from tests.support.small_fleets import SmallFleet

pytestmark = pytest.mark.functional

HUB = """\
display_name: Garden
community: {name: Garden Club, announcements: ["Sow in spring"]}
login: {provider: dummy, allow: everyone, admins: [ada]}
environments:
  - {name: Python, image: "quay.io/jupyter/minimal-notebook:2026-11-02", default: true}
  - {name: Statistics, image: "quay.io/jupyter/scipy-notebook:2026-11-02"}
machines:
  - {pool: laptop, sizes: [{name: Small, memory: 128M..1G, default: true}, {name: Large, memory: 256M..2G}]}
home: {kind: folder}
"""
STATISTICS = "quay.io/jupyter/scipy-notebook:2026-11-02"


@dataclass(frozen=True)
class AtWork:
    """Everybody's browser and kernel; each kernel knows the number of its person."""

    fleet: SmallFleet
    people: dict[str, Person]
    kernels: dict[str, Kernel]

    def remember(self) -> dict[str, str]:
        return {name: kernel.run("print(number)").strip() for name, kernel in self.kernels.items()}


EXPECTED = {"ada": "0", "ben": "1", "cy": "2"}


@pytest.fixture(scope="module")
def at_work(tmp_path_factory: pytest.TempPathFactory, state: Path) -> Iterator[AtWork]:
    """Ada takes what comes first, Ben other software, Cy a larger machine; their servers start together."""
    fleet = SmallFleet(tmp_path_factory.mktemp("three"), state, "three")
    fleet.write_hub(text=HUB)
    people = {name: fleet.person(name) for name in EXPECTED}
    try:
        fleet.deployed()
        forms = {"ada": {}, "ben": choice(fleet, "Statistics"), "cy": choice(fleet, "Large")}
        for name, person in people.items():
            person.log_in()
            person.request_start(forms[name])
        kernels = {name: begin(person, EXPECTED[name]) for name, person in people.items()}
        yield AtWork(fleet, people, kernels)
    finally:
        for person in people.values():
            person.browser.close()
        fleet.close()


def choice(fleet: SmallFleet, words: str) -> dict[str, str]:
    """What the spawn form sends for the choice with these words, by KubeSpawner's names for its fields."""
    values = json.loads((fleet.hub_folder() / "start" / "values.json").read_bytes())
    (profile,) = values["jupyterhub"]["singleuser"]["profileList"]
    for option, entry in profile["profile_options"].items():
        for key, chosen in entry["choices"].items():
            if words in chosen["display_name"]:
                return {"profile": profile["slug"], f"profile-option-{profile['slug']}--{option}": key}
    raise AssertionError(f"no choice {words}")


def begin(person: Person, number: str) -> Kernel:
    person.wait_until_started()
    kernel = person.kernel()
    assert kernel.run(f"number = {number}; print('ready')") == "ready\n"
    return kernel


def test_each_has_what_they_chose(at_work: AtWork) -> None:
    seen = {
        name: kernel.run("import os; print(os.environ['JUPYTER_IMAGE'], os.environ['MEM_LIMIT'])").split()
        for name, kernel in at_work.kernels.items()
    }
    assert {name: image == STATISTICS for name, (image, _) in seen.items()} == {"ada": False, "ben": True, "cy": False}
    assert {name: int(limit) // 10**9 for name, (_, limit) in seen.items()} == {"ada": 1, "ben": 1, "cy": 2}


def test_homes_are_apart(at_work: AtWork) -> None:
    homes = at_work.fleet.hub_folder() / "homes"
    at_work.kernels["ada"].run("import pathlib; (pathlib.Path.home() / 'diary.txt').write_text('private')")
    (diary,) = homes.glob("ada*/diary.txt")
    assert diary.read_text() == "private"
    assert "diary.txt" not in at_work.kernels["ben"].run("import os; print(os.listdir(os.path.expanduser('~')))")
    if os.geteuid() == 0:
        answer = at_work.kernels["ben"].run(f"print(open({str(diary)!r}).read())")
        assert answer.startswith(("PermissionError", "FileNotFoundError")), answer
        owners = [path.stat().st_uid for path in homes.iterdir() if path.is_dir()]
        assert len(owners) == len(set(owners)) >= len(EXPECTED)
        assert 0 not in owners


def test_all_parts_killed_at_once_are_told_come_back_and_everybody_works_on(at_work: AtWork) -> None:
    fleet, supervisor = at_work.fleet, at_work.fleet.supervisor()
    status = json.loads((fleet.hub_folder() / "run" / "status.json").read_bytes())
    cullers = [process.pid for process in fleet.processes() if "jupyterhub_idle_culler" in " ".join(process.cmdline())]
    killed = {status["parts"][part]["pid"] for part in ("hub", "proxy")} | set(cullers)
    supervisor.suspend()
    try:
        for pid in killed:
            os.kill(pid, signal.SIGKILL)
        sick = fleet.run("check", fleet.cluster, "garden", "--format", "json")
    finally:
        supervisor.resume()
    assert sick.code == 7, sick.err
    step = sick.data["steps"][0]
    assert (step["name"], step["status"]) == ("Hub answers", "failed")
    assert step["logs"][0]["source"] == "hub"
    assert step["logs"][0]["lines"]
    wait_for("another hub", lambda: fleet.hub_pid() not in (0, *killed))
    wait_for("the hub to run", lambda: state_of(fleet) == "running")
    assert at_work.remember() == EXPECTED


def state_of(fleet: SmallFleet) -> str:
    return str(fleet.run("status", fleet.cluster, "--format", "json").data["hubs"][0]["state"])


def test_every_choice_of_the_file_works(at_work: AtWork) -> None:
    ended = at_work.fleet.run("check", at_work.fleet.cluster, "garden", "--all-profiles", "--format", "json")
    assert ended.code == 0, ended.out
    choices = {step["choice"] for step in ended.data["steps"] if step["choice"]}
    assert len(choices) == 3
    assert any("Statistics" in choice for choice in choices)
    assert any("Large" in choice for choice in choices)


def test_changed_values_arrive_and_everybody_works_on(at_work: AtWork) -> None:
    fleet, pid = at_work.fleet, at_work.fleet.hub_pid()
    fleet.write_hub(text=HUB.replace("Sow in spring", "Harvest in autumn"))
    ended = fleet.run("deploy", fleet.cluster, "garden", "--format", "json")
    assert ended.code == 0, ended.err
    assert fleet.hub_pid() != pid
    assert "Harvest in autumn" in fleet.login_page()
    assert at_work.remember() == EXPECTED
    assert all(person.servers()[""]["ready"] for person in at_work.people.values())


def test_the_checks_user_is_no_active_user(at_work: AtWork) -> None:
    (row,) = at_work.fleet.run("status", at_work.fleet.cluster, "--format", "json").data["hubs"]
    assert row["users"] == len(EXPECTED)


def test_nothing_survives_its_end(at_work: AtWork) -> None:
    fleet = at_work.fleet
    stubborn = "import subprocess; print(subprocess.Popen(['sleep', '3600'], start_new_session=True).pid)"
    left_behind = int(at_work.kernels["cy"].run(stubborn))
    before = {process.pid for process in fleet.processes()} | {left_behind}
    assert len(before) > len(EXPECTED)
    ended = fleet.run("destroy", fleet.cluster, "garden")
    assert ended.code == 0, ended.err
    assert fleet.processes() == []
    assert fleet.run("check", fleet.cluster, "garden").code == 7
    assert not [pid for pid in before if runs(pid)]


def runs(pid: int) -> bool:
    """The process is there, and is not only waiting for its parent to notice its end."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
