"""What people notice of a hub whose parts are killed, changed and stopped. One hub, at work through all of it, in this order."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from tests.support.hub_driver import Kernel, Person, wait_for
from tests.support.local_hub import LocalHub, MakeHub, plain_values

pytestmark = pytest.mark.functional
NAMES = ("ada", "ben", "cy")


class Class:
    """A hub with three people at work: each has a kernel that remembers a number."""

    def __init__(self, hub: LocalHub, people: list[Person]) -> None:
        self.hub = hub
        self.people = people
        for person in self.people:
            person.log_in()
            person.request_start()
        self.kernels = [self._begin(number, person) for number, person in enumerate(self.people)]

    def _begin(self, number: int, person: Person) -> Kernel:
        person.wait_until_started()
        kernel = person.kernel()
        assert kernel.run(f"number = {number}; import os; print(os.getpid())")
        return kernel

    def still_at_work(self) -> bool:
        """Every kernel answers and remembers."""
        return [kernel.run("print(number)").strip() for kernel in self.kernels] == ["0", "1", "2"]

    def servers_running(self) -> bool:
        return all(person.servers().get("", {}).get("ready") for person in self.people)


@pytest.fixture(scope="module")
def at_work(make_lasting_hub: MakeHub) -> Iterator[Class]:
    hub = make_lasting_hub(values=plain_values(loadRoles={"people": {"scopes": ["self"], "users": list(NAMES)}}))
    hub.up()
    with ExitStack() as browsers:
        yield Class(hub, [browsers.enter_context(hub.person(name)) for name in NAMES])


def test_parts_that_are_killed_come_back_and_nobody_loses_a_kernel(at_work: Class) -> None:
    hub = at_work.hub
    for part in ("hub", "proxy"):
        pid = hub.pid(part)
        os.kill(pid, signal.SIGKILL)
        wait_for(
            f"another {part}", lambda part=part, pid=pid: hub.pid(part) not in (0, pid) and hub.status["parts"][part]["ready"]
        )
        hub.until("running")
        wait_for("routes", lambda: at_work.people[0].browser.get(at_work.people[0].server_path() + "api").status_code == 200)
        assert at_work.still_at_work()
        assert at_work.servers_running()
    culler = hub.culler()
    assert culler
    culler.kill()
    wait_for("another culler", lambda: (found := hub.culler()) and found.pid != culler.pid)


def test_a_hub_that_is_killed_leaves_no_second_culler(at_work: Class) -> None:
    hub = at_work.hub
    os.kill(hub.pid("hub"), signal.SIGKILL)
    wait_for("the hub to be told as gone", lambda: hub.status["state"] != "running")
    hub.until("running")
    cullers = [process for process in hub.processes() if "jupyterhub_idle_culler" in process.cmdline()]
    assert len(cullers) == 1


def test_a_reload_changes_the_hub_and_nobody_loses_a_kernel(at_work: Class) -> None:
    hub, proxy = at_work.hub, at_work.hub.pid("proxy")
    applied = hub.status["applied"]
    hub.values["jupyterhub"]["hub"]["templateVars"] = {"announcement": "Lunch is ready"}
    hub.reload()
    wait_for("the new files to be applied", lambda: hub.status["applied"] != applied and hub.status["state"] == "running")
    assert "Lunch is ready" in at_work.people[0].page("hub/home")
    assert hub.pid("proxy") == proxy
    assert at_work.still_at_work()
    assert at_work.servers_running()


def test_start_files_that_make_no_hub_are_refused_and_the_hub_goes_on(at_work: Class) -> None:
    hub, pid = at_work.hub, at_work.hub.pid("hub")
    applied = hub.status["applied"]
    hub.values["jupyterhub"]["hub"]["extraConfig"] = {"10-mine": "c.JupyterHub.admin_access = True\nprint(undefined_name)\n"}
    hub.reload()
    refused = wait_for("a refusal", lambda: hub.status["refused"])
    assert "hub.extraConfig.10-mine, line 2: NameError" in refused["reason"]
    assert hub.pid("hub") == pid
    assert hub.status["applied"] == applied
    assert hub.status["state"] == "running"
    assert at_work.still_at_work()
    del hub.values["jupyterhub"]["hub"]["extraConfig"]
    roles = hub.values["jupyterhub"]["hub"]["loadRoles"]
    hub.values["jupyterhub"]["hub"]["loadRoles"] = {**roles, "odd-one": {"scopes": ["no:such:scope"]}}
    hub.reload()
    wait_for("a refusal", lambda: "no:such:scope" in hub.status["refused"]["reason"])
    assert hub.pid("hub") == pid
    hub.values["jupyterhub"]["hub"]["loadRoles"] = roles


def test_files_and_logs_are_private(at_work: Class) -> None:
    root = at_work.hub.root
    private = [*(root / "data").iterdir(), *(root / "run").glob("*"), *(root / "logs").rglob("*")]
    assert [path for path in private if path.stat().st_mode & 0o077] == []
    assert Path(root / "logs" / "servers" / "ada.log").exists()


def test_the_next_supervisor_adopts_what_a_killed_one_left(at_work: Class) -> None:
    hub = at_work.hub
    hub.stop(signal.SIGKILL)
    hub.up()
    assert at_work.servers_running()
    assert at_work.still_at_work()
    supervisors = [process for process in hub.processes() if "hub_runtime.supervisor" in process.cmdline()]
    assert len([process for process in hub.processes() if "jupyterhub" in process.cmdline()]) == 1
    assert len(supervisors) <= 1


def test_leaving_keeps_servers_for_the_next_supervisor(at_work: Class) -> None:
    hub = at_work.hub
    assert hub.stop(signal.SIGUSR1) == 0
    assert hub.people_with_processes() == set(NAMES)
    hub.up()
    assert at_work.still_at_work()


def test_an_adopted_server_can_be_stopped_with_all_that_it_started(at_work: Class) -> None:
    hub = at_work.hub
    at_work.people[1].stop()
    assert hub.people_with_processes() == {"ada", "cy"}


def _runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_stopping_leaves_no_process(at_work: Class) -> None:
    hub = at_work.hub
    detached = "import subprocess; print(subprocess.Popen(['sleep', '600'], start_new_session=True).pid)"
    sleeper = int(at_work.kernels[0].run(detached))
    assert _runs(sleeper)
    assert hub.stop() == 0
    assert hub.status["state"] == "stopped"
    assert hub.processes() == []
    assert not _runs(sleeper)
