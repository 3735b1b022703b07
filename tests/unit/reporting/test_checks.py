"""What a check tells, as text and as JSON."""

from deployer.model.health import CheckReport, CheckStep, LogTail
from deployer.model.release import HubRef
from deployer.reporting.checks import to_json, to_text

REF = HubRef("demo", "welcome")
GOOD = CheckStep(name="Hub answers", status="ok", seconds=0.0123, expected="JupyterHub's API", found="JupyterHub 5.5.4")
BAD = CheckStep(
    name="Server starts",
    status="failed",
    seconds=3.061,
    choice="Python, Large",
    expected="a server that is ready",
    found="Spawn failed\nno room",
    logs=(LogTail("server of deployer-check", ("Traceback", "\x1b[31mred")), LogTail("hub", ("[E] it failed",))),
)
SKIPPED = CheckStep(name="Notebook runs", status="skipped", seconds=0, choice="Python, Large", found="not tried: no server")


def report(*steps: CheckStep) -> CheckReport:
    return CheckReport(ref=REF, url="http://127.0.0.1:8000/", steps=steps)


def test_a_healthy_hub_is_told_in_a_line_a_step() -> None:
    assert to_text(report(GOOD)) == (
        "demo/welcome at http://127.0.0.1:8000/\n"
        "  ok         0.01 s  Hub answers: JupyterHub 5.5.4\n"
        "healthy, checked in 0.0 s\n"
    )  # fmt: skip


def test_a_failure_says_what_was_expected_what_was_found_and_what_the_logs_say() -> None:
    assert to_text(report(GOOD, BAD, SKIPPED)).splitlines()[2:] == [
        "  FAILED     3.06 s  Server starts (Python, Large)",
        "                     expected: a server that is ready",
        "                     found: Spawn failed",
        "                            no room",
        "                     last lines of the log of the server of deployer-check:",
        "                       Traceback",
        "                       \u241b[31mred",
        "                     last lines of the log of the hub:",
        "                       [E] it failed",
        "  skipped            Notebook runs (Python, Large): not tried: no server",
        "unhealthy: `Server starts` failed",
    ]


def test_as_data() -> None:
    data = to_json(report(GOOD, BAD))
    assert (data["cluster"], data["hub"], data["healthy"], data["seconds"]) == ("demo", "welcome", False, 3.073)
    assert data["steps"][0]["logs"] == []
    assert data["steps"][1] == {
        "name": "Server starts",
        "status": "failed",
        "seconds": 3.061,
        "choice": "Python, Large",
        "expected": "a server that is ready",
        "found": "Spawn failed\nno room",
        "logs": [
            {"source": "server of deployer-check", "lines": ["Traceback", "\x1b[31mred"]},
            {"source": "hub", "lines": ["[E] it failed"]},
        ],
    }


def test_what_people_still_wait_for_is_told_and_no_failure() -> None:
    waiting = CheckStep(name="Public address", status="pending", seconds=0.02, found="hub.example.org is not in the DNS yet")
    assert to_text(report(GOOD, waiting)).splitlines()[2:] == [
        "  pending    0.02 s  Public address: hub.example.org is not in the DNS yet",
        "healthy, checked in 0.0 s; people do not reach it yet",
    ]
    data = to_json(report(GOOD, waiting))
    assert (data["healthy"], data["pending"]) == (True, "hub.example.org is not in the DNS yet")
