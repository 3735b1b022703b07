"""`deploy`, `status`, `logs` and `destroy` of a hub on this machine, as a person types them."""

from __future__ import annotations

import json
import signal
import stat

import pytest
from tests.support.program import Ended
from tests.support.small_fleets import SmallFleet, hub_text, snapshot, wait_until_gone

pytestmark = pytest.mark.functional


def assert_private(fleet: SmallFleet, ended: Ended) -> None:
    """The secrets that the hub made for itself stand in one file; its owner alone may read what may hold secrets."""
    generated = json.loads((fleet.hub_folder() / "data" / "secrets.json").read_text()).values()
    files = [path for path in fleet.hub_folder().rglob("*") if path.is_file()]
    assert generated
    for secret in generated:
        assert secret not in ended.out + ended.err
        assert [path.name for path in files if secret.encode() in path.read_bytes()] == ["secrets.json"]
    private = [
        path for path in files if path.suffix in (".json", ".sqlite", ".log") and fleet.hub_folder() / "homes" not in path.parents
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}


def test_a_hub_from_nothing_to_nothing(fleet: SmallFleet) -> None:
    assert fleet.run("status", fleet.cluster, "--format", "json").data["hubs"][0]["state"] == "not deployed"

    ended = fleet.run("deploy", fleet.cluster, "garden", "--format", "json")
    assert ended.code == 0, ended.out
    assert_private(fleet, ended)
    (hub,) = ended.data["hubs"]
    assert (hub["outcome"], hub["address"], hub["check"]["healthy"]) == ("deployed", fleet.url(), True)
    assert "no password is asked" in hub["login"]
    assert "Garden Club" in fleet.login_page()

    (row,) = fleet.run("status", fleet.cluster, "--format", "json").data["hubs"]
    assert (row["state"], row["users"], row["declared"]) == ("running", 0, True)
    assert row["version"].startswith("5.")
    assert row["deployed_by"]
    with fleet.person("ada") as ada:
        ada.log_in()
        ada.start()
        assert fleet.run("status", fleet.cluster, "--format", "json").data["hubs"][0]["users"] == 1
        assert "GET" in fleet.run("logs", fleet.cluster, "garden", "--user", "ada").out
    with fleet.begin("logs", fleet.cluster, "garden", "--follow", "--lines", "1") as following:
        assert following.stdout is not None
        following.stdout.readline()
        fleet.login_page()
        assert any("/hub/login" in line for line in following.stdout)
        following.send_signal(signal.SIGINT)
        assert following.wait(timeout=30) == 130
    wrong = fleet.run("logs", fleet.cluster, "garden", "--user", "adaa")
    assert (wrong.code, "logs for ada" in wrong.err) == (2, True)

    home = next((fleet.hub_folder() / "homes").glob("ada*"))
    (home / "work.txt").write_text("mine")
    destroyed = fleet.run("destroy", fleet.cluster, "garden")
    address = f"hub:{fleet.cluster}/garden/homes"
    assert destroyed.code == 0
    assert f"kept: {address}" in destroyed.out
    assert not fleet.processes()
    assert (home / "work.txt").read_text() == "mine"
    assert sorted(path.name for path in fleet.hub_folder().iterdir()) == ["data", "homes"]

    gone = fleet.run("destroy", fleet.cluster, "garden", "--allow-destroy", address, "--format", "json").data["hubs"][0]
    assert gone["lost"] == [address]
    assert not home.exists()
    assert (fleet.hub_folder() / "data").exists()


def test_what_has_not_changed_is_not_touched(running: SmallFleet) -> None:
    pid = running.hub_pid()
    ended = running.run("deploy", running.cluster, "garden")
    assert (ended.code, ended.err) == (0, "")
    assert f"{running.cluster}/garden: unchanged, nothing to do\n  {running.url()}\n" in ended.out
    assert running.hub_pid() == pid


def test_a_dry_run_shows_the_change_and_touches_nothing(running: SmallFleet) -> None:
    before = snapshot(running.hub_folder() / "start") | snapshot(running.hub_folder() / "previous")
    record = (running.hub_folder() / "deployed.json").read_bytes()
    running.write_hub(text=hub_text("Only Shown"))
    ended = running.run("deploy", running.cluster, "garden", "--dry-run", "--exit-code")
    assert ended.code == 3
    assert '+    "announcement": "Only Shown"' in ended.out
    assert "running servers go on" in ended.out
    assert running.run("deploy", running.cluster, "garden", "--dry-run").code == 0
    assert (running.hub_folder() / "deployed.json").read_bytes() == record
    assert snapshot(running.hub_folder() / "start") | snapshot(running.hub_folder() / "previous") == before
    running.write_hub(text=running.good)
    assert running.run("deploy", running.cluster, "garden", "--dry-run", "--exit-code").code == 0


def test_a_dry_run_on_a_fresh_machine_leaves_it_fresh(fleet: SmallFleet) -> None:
    fleet.state = fleet.root / "nowhere"
    assert fleet.run("deploy", fleet.cluster, "garden", "--dry-run", "--exit-code").code == 3
    assert not fleet.state.exists()


def test_a_change_restarts_the_hub_and_no_kernel(running: SmallFleet) -> None:
    with running.person("ada") as ada:
        ada.log_in()
        ada.start()
        kernel = ada.kernel()
        kernel.run("kept = 6 * 7")
        pid, supervisor = running.hub_pid(), running.supervisor().pid
        running.write_hub(text=hub_text("Weeders"))
        assert "deployed in" in running.deployed().out
        assert running.hub_pid() != pid
        assert running.supervisor().pid == supervisor
        assert "Weeders" in running.login_page()
        assert kernel.run("print(kept)").strip() == "42"
        ada.stop()


def test_several_hubs_get_ports_of_their_own(running: SmallFleet) -> None:
    running.write_hub("meadow", hub_text("Meadow"))
    ended = running.run("deploy", running.cluster, "--all", "--format", "json")
    assert ended.code == 0, ended.out
    told = {hub["hub"]: (hub["outcome"], hub["address"]) for hub in ended.data["hubs"]}
    assert told == {"garden": ("unchanged", running.url(0)), "meadow": ("deployed", running.url(1))}
    assert "Meadow" in running.login_page(1)

    (running.folder / "hubs" / "meadow.yaml").unlink()
    rows = {row["hub"]: row for row in running.run("status", running.cluster, "--format", "json").data["hubs"]}
    assert (rows["meadow"]["state"], rows["meadow"]["declared"]) == ("running", False)
    assert "no file names it any more" in running.run("status").out
    assert running.run("destroy", running.cluster, "meadow").code == 0
    wait_until_gone(running, "meadow")
    assert running.processes("garden")


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["deploy"], "no cluster and no hub is named", "Clusters: {cluster}."),
        (["deploy", "{cluster}"], "no hub of cluster `{cluster}` is named", "Its hubs: garden."),
        (["deploy", "{cluster}", "gardn"], "has no hub `gardn`", "perhaps you meant `garden`"),
        (["deploy", "{cluster}x", "garden"], "has no cluster `{cluster}x`", "perhaps you meant `{cluster}`"),
        (["deploy", "{cluster}", "garden", "--all"], "hubs are named, and --all is given too", "or give --all"),
        (["destroy", "{cluster}"], "no hub is named", "takes away one hub"),
        (["destroy", "{cluster}", "gardn"], "has no hub `gardn`", "perhaps you meant `garden`"),
        (["destroy", "{cluster}", "garden", "--allow-destroy", "hub:{cluster}/garden/hoems"], "hoems", "perhaps you meant"),
        (["logs", "{cluster}", "garden"], "{cluster}/garden does not run", "`deployer deploy {cluster} garden` starts it"),
        (["logs", "{cluster}", "gardn"], "has no hub `gardn`", "perhaps you meant `garden`"),
        (["status", "{cluster}x"], "has no cluster `{cluster}x`", "perhaps you meant `{cluster}`"),
        (["try", "{cluster}", "gardn"], "has no hub `gardn`", "perhaps you meant `garden`"),
        (["try", "{cluster}", "garden", "--stop"], "what is being tried has no hub", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_not_there_is_2_and_nothing_is_done(fleet: SmallFleet, arguments: list[str], message: str, hint: str) -> None:
    ended = fleet.run(*(word.format(cluster=fleet.cluster) for word in arguments))
    assert ended.code == 2, ended.err
    assert message.format(cluster=fleet.cluster) in ended.err
    assert hint.format(cluster=fleet.cluster) in ended.err
    assert not fleet.hub_folder().exists()


def test_a_wrong_file_is_1_and_nothing_is_done(running: SmallFleet) -> None:
    running.write_hub(text=running.good + "quotta: 1\n")
    pid = running.hub_pid()
    ended = running.run("deploy", running.cluster, "garden", "--format", "json")
    assert ended.code == 1
    assert ended.data["error"]["problems"][0]["file"].endswith("hubs/garden.yaml")
    assert running.hub_pid() == pid


def test_another_hubs_wrong_file_stops_nobody(running: SmallFleet) -> None:
    running.write_hub("thistle", "display_name: [\n")
    assert running.run("deploy", running.cluster, "garden").code == 0
    assert running.run("deploy", running.cluster, "thistle").code == 1
    assert running.run("deploy", running.cluster, "--all").code == 1
    (running.folder / "hubs" / "thistle.yaml").unlink()
