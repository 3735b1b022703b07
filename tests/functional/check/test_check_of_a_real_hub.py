"""The health check on a real JupyterHub: what it does, what it leaves, and what its token may."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from tests.support.hub_driver import wait_for
from tests.support.local_hub import LocalHub
from tests.support.probing import CHECK_USER, failures, probe, statuses

from deployer.model.health import CheckOptions, HubAccess, ProfileChoice
from deployer.model.secret import Secret
from deployer.services.prober import NOTEBOOK, START, STOP, USER

pytestmark = pytest.mark.functional
ALL = ("Small", "Large", "Broken")


def notebook(*sources: str, always: str = "") -> str:
    """The text of a notebook with these cells; the last one runs in any case."""
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    cells += [{"cell_type": "code", "source": always, "metadata": {"tags": ["always"]}}] if always else []
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})


def logs_of(hub: LocalHub, user: str | None) -> Iterator[str]:
    """The end of a log, as the local target gives it."""
    return iter(hub.log(f"servers/{user}" if user else "hub").splitlines()[-20:])


def server_of(reached: HubAccess) -> dict:
    headers = {"Authorization": f"token {reached.token.reveal()}"}
    answer = httpx.get(f"{reached.url}hub/api/users/{CHECK_USER}", headers=headers, trust_env=False)
    return answer.json()["servers"] if answer.status_code == 200 else {}


def test_a_healthy_hub_is_used_and_left_as_it_was(reached: HubAccess, home: Path) -> None:
    report = probe(reached)
    assert report.healthy, report.steps
    assert statuses(report) == ["ok"] * 6
    assert all(step.seconds > 0 for step in report.steps)
    assert home.is_dir()
    assert not (home / ".deployer-check").exists()
    assert not server_of(reached)


def test_every_choice_is_started_as_asked_and_a_bad_one_spoils_no_other(hub: LocalHub, reached: HubAccess, home: Path) -> None:
    choices = tuple(ProfileChoice(name, {"profile": name.lower()}) for name in ALL)
    notes = notebook("import os, pathlib; (pathlib.Path.home() / 'sizes').open('a').write(os.environ['SIZE'] + ' ')")
    report = probe(
        replace(reached, profiles=choices),
        all_profiles=True,
        options=CheckOptions(notebook=notes),
        log=lambda user: logs_of(hub, user),
    )
    started = {step.choice: step for step in report.steps if step.name == START}
    assert {name: step.status for name, step in started.items()} == {"Small": "ok", "Large": "ok", "Broken": "failed"}
    assert (home / "sizes").read_text() == "small large "
    told = [line for tail in started["Broken"].logs for line in tail.lines if tail.source == f"server of {CHECK_USER}"]
    assert any("this environment has no server" in line for line in told)
    assert not server_of(reached)


def test_a_cell_that_raises_is_named_and_cleaned_up_after(reached: HubAccess, home: Path) -> None:
    bad = notebook("1 + 1", "1 / 0", "never", always="import pathlib; (pathlib.Path.home() / 'cleaned').touch()")
    step = failures(probe(reached, options=CheckOptions(notebook=bad)))[NOTEBOOK]
    assert step.found == "cell 2 (`1 / 0`) raised ZeroDivisionError: division by zero"
    assert (home / "cleaned").exists()
    assert not server_of(reached)


def test_a_cell_that_hangs_is_interrupted_and_cleaned_up_after(reached: HubAccess, home: Path) -> None:
    hangs = notebook("import time", "time.sleep(600)", always="import pathlib; (pathlib.Path.home() / 'woken').touch()")
    step = failures(probe(reached, options=CheckOptions(notebook=hangs, cell_seconds=5)))[NOTEBOOK]
    assert step.found == "cell 2 (`time.sleep(600)`): the cell did not end within 5 s"
    assert (home / "woken").exists()


def test_a_kernel_that_dies_is_told(reached: HubAccess) -> None:
    dies = notebook("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    step = failures(probe(reached, options=CheckOptions(notebook=dies)))[NOTEBOOK]
    assert step.found == "cell 2 (`os.kill(os.getpid(), signal.SIGKILL)`): the kernel died"
    assert not server_of(reached)


def test_ctrl_c_in_the_middle_of_a_cell_leaves_no_server(reached: HubAccess, home: Path) -> None:
    begun = home / "begun"
    waits = notebook("import pathlib, time; (pathlib.Path.home() / 'begun').touch(); time.sleep(600)")

    def interrupt() -> None:
        wait_for("the cell to begin", begun.exists, seconds=240)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        probe(reached, options=CheckOptions(notebook=waits))
    assert begun.exists()
    assert not server_of(reached)


def test_a_wrong_token_is_told_with_the_next_step(reached: HubAccess) -> None:
    report = probe(replace(reached, token=Secret("not-the-token")))
    assert list(failures(report)) == [USER]
    assert "deploy the hub again" in failures(report)[USER].found
    assert [step.name for step in report.steps if step.status == "skipped"] == [START, NOTEBOOK, STOP]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "users/mallory"),
        ("GET", "users/ada"),
        ("POST", "users/ada/server"),
        ("POST", f"users/{CHECK_USER}/tokens"),
        ("PATCH", f"users/{CHECK_USER}"),
        ("GET", "proxy"),
        ("GET", "groups"),
        ("POST", "shutdown"),
    ],
)
def test_the_token_is_good_for_the_checks_user_only(reached: HubAccess, method: str, path: str) -> None:
    headers = {"Authorization": f"token {reached.token.reveal()}"}
    body = {"admin": True} if method == "PATCH" else None
    answer = httpx.request(method, f"{reached.url}hub/api/{path}", headers=headers, json=body, trust_env=False)
    assert answer.status_code in (403, 404), answer.text


def test_nobody_logs_in_as_the_checks_user(hub: LocalHub) -> None:
    with hub.person(CHECK_USER) as stranger, pytest.raises(AssertionError, match="not let in: 403"):
        stranger.log_in()
