"""`deploy`, `status`, `logs` and `destroy` of a hub on this machine, as a person types them."""

from __future__ import annotations

import json
import stat

import pytest
from tests.support.small_fleets import HUB, SmallFleet, snapshot, wait_until_gone

pytestmark = pytest.mark.functional


def test_a_hub_from_nothing_to_nothing(fleet: SmallFleet) -> None:
    assert fleet.run("status", fleet.cluster, "--format", "json").data["hubs"][0]["state"] == "not deployed"

    ended = fleet.run("deploy", fleet.cluster, "garden", "--format", "json")
    assert ended.code == 0, ended.out
    (hub,) = ended.data["hubs"]
    assert (hub["outcome"], hub["address"], hub["check"]["healthy"]) == ("deployed", fleet.url(), True)
    assert "any name" in hub["login"]
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
    before = snapshot(running.hub_folder() / "start") | snapshot(running.state / "local" / running.cluster / "garden" / "data")
    record = (running.hub_folder() / "deployed.json").read_bytes()
    running.write_hub(text=HUB.replace("Garden Club", "Gardeners"))
    try:
        ended = running.run("deploy", running.cluster, "garden", "--dry-run", "--exit-code")
        assert ended.code == 3
        assert '+    "announcement": "Gardeners"' in ended.out
        assert "running servers go on" in ended.out
        assert running.run("deploy", running.cluster, "garden", "--dry-run").code == 0
    finally:
        running.write_hub()
    after = snapshot(running.hub_folder() / "start") | snapshot(running.state / "local" / running.cluster / "garden" / "data")
    assert (running.hub_folder() / "deployed.json").read_bytes() == record
    assert after.keys() == before.keys()
    assert running.run("deploy", running.cluster, "garden", "--dry-run", "--exit-code").code == 0


def test_a_dry_run_on_a_fresh_machine_leaves_it_fresh(fleet: SmallFleet) -> None:
    fleet.state = fleet.root / "nowhere"
    assert fleet.run("deploy", fleet.cluster, "garden", "--dry-run", "--exit-code").code == 3
    assert not fleet.state.exists()


def test_a_change_restarts_the_hub_and_no_kernel(fleet: SmallFleet) -> None:
    fleet.deployed()
    with fleet.person("ada") as ada:
        ada.log_in()
        ada.start()
        kernel = ada.kernel()
        kernel.run("kept = 6 * 7")
        pid, supervisor = fleet.hub_pid(), fleet.supervisor().pid
        fleet.write_hub(text=HUB.replace("Garden Club", "Gardeners"))
        assert "deployed in" in fleet.deployed().out
        assert fleet.hub_pid() != pid
        assert fleet.supervisor().pid == supervisor
        assert "Gardeners" in fleet.login_page()
        assert kernel.run("print(kept)").strip() == "42"


def test_start_files_are_private_and_the_record_has_no_secret(running: SmallFleet) -> None:
    secret = "s3cret-of-the-club"
    running.write_hub(text=HUB.replace("{templateVars:", f"{{services: {{robot: {{api_token: {secret}}}}}, templateVars:"))
    try:
        planned = running.run("deploy", running.cluster, "garden", "--dry-run")
        assert "hidden:" in planned.out
        ended = running.deployed()
        record = (running.hub_folder() / "deployed.json").read_text()
        assert secret in (running.hub_folder() / "start" / "values.json").read_text()
        for text in (planned.out, planned.err, ended.out, ended.err, record, running.run("logs", running.cluster, "garden").out):
            assert secret not in text
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in running.hub_folder().rglob("*.json")}
        assert {modes["values.json"], modes["settings.json"], modes["deployed.json"], modes["secrets.json"]} == {0o600}
    finally:
        running.write_hub()
        running.deployed()


def test_several_hubs_get_ports_of_their_own(fleet: SmallFleet) -> None:
    fleet.write_hub("meadow", HUB.replace("Garden Club", "Meadow").replace("display_name: Garden", "display_name: Meadow"))
    ended = fleet.run("deploy", fleet.cluster, "--all", "--format", "json")
    assert ended.code == 0, ended.err
    assert [hub["address"] for hub in ended.data["hubs"]] == [fleet.url(0), fleet.url(1)]
    assert "Meadow" in fleet.login_page(1)
    assert "Garden Club" in fleet.login_page(0)

    (fleet.folder / "hubs" / "meadow.yaml").unlink()
    rows = {row["hub"]: row for row in fleet.run("status", fleet.cluster, "--format", "json").data["hubs"]}
    assert (rows["meadow"]["state"], rows["meadow"]["declared"]) == ("running", False)
    assert "no file names it any more" in fleet.run("status").out
    assert fleet.run("destroy", fleet.cluster, "meadow").code == 0
    wait_until_gone(fleet, "meadow")
    assert fleet.processes("garden")


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
        (["logs", "{cluster}", "gardn"], "has no hub `gardn`", "perhaps you meant `garden`"),
        (["status", "{cluster}x"], "has no cluster `{cluster}x`", "perhaps you meant `{cluster}`"),
        (["try", "{cluster}", "gardn"], "has no hub `gardn`", "perhaps you meant `garden`"),
        (["try", "{cluster}", "garden", "--stop"], "what is being tried has no hub", ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_name_that_is_not_there_is_2_and_nothing_is_done(
    fleet: SmallFleet, arguments: list[str], message: str, hint: str
) -> None:
    ended = fleet.run(*(word.format(cluster=fleet.cluster) for word in arguments))
    assert ended.code == 2, ended.err
    assert message.format(cluster=fleet.cluster) in ended.err
    assert hint.format(cluster=fleet.cluster) in ended.err
    assert not fleet.hub_folder().exists()


def test_a_wrong_file_is_1_and_nothing_is_done(running: SmallFleet) -> None:
    running.write_hub(more="quotta: 1\n")
    try:
        ended = running.run("deploy", running.cluster, "garden", "--format", "json")
        assert ended.code == 1
        assert json.loads(ended.out)["error"]["problems"][0]["file"].endswith("hubs/garden.yaml")
        assert "Garden Club" in running.login_page()
    finally:
        running.write_hub()


def test_another_hubs_wrong_file_stops_nobody(running: SmallFleet) -> None:
    running.write_hub("thistle", "display_name: [\n")
    try:
        assert running.run("deploy", running.cluster, "garden").code == 0
        assert running.run("deploy", running.cluster, "thistle").code == 1
        assert running.run("deploy", running.cluster, "--all").code == 1
    finally:
        (running.folder / "hubs" / "thistle.yaml").unlink()
