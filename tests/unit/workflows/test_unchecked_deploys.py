"""One fault of several can be mended by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import jsonschema
import pytest
from tests.support.cache import PROJECT
from tests.support.remembering_target import GOOD, Prober, RememberingTarget, release, world

from deployer.errors import MachineError, RolledBackError, UnhealthyError
from deployer.model.health import CheckReport, HubAccess
from deployer.model.outcomes import Outcome
from deployer.model.plan import Manifests
from deployer.model.release import Release
from deployer.reporting.deploys import to_json, to_text
from deployer.workflows.deploy import DeployOptions, deploy_releases

UNCHECKED = DeployOptions(check=False)


@dataclass
class SteppingProber(Prober):
    """Fails each time at another step."""

    steps: tuple[tuple[str, str], ...] = ()

    def check(self, access: HubAccess, **more: Any) -> CheckReport:
        (name, choice), *rest = self.steps
        self.steps = tuple(rest)
        report = super().check(access, **more)
        return replace(report, steps=tuple(replace(step, name=name, choice=choice) for step in report.steps))


@pytest.mark.parametrize(
    ("new", "old", "same"),
    [
        (("Server starts", ""), ("Server starts", ""), True),
        (("Server starts", "R"), ("Server starts", ""), False),
        (("Login page", ""), ("Server starts", ""), False),
    ],
)
def test_what_fails_before_the_change_too_is_not_its_fault(new: tuple[str, str], old: tuple[str, str], *, same: bool) -> None:
    effects = replace(world()[0], prober=SteppingProber([False, False], steps=(new, old)))
    with pytest.raises(UnhealthyError) as failure:
        deploy_releases(effects, [(RememberingTarget(GOOD), release())], DeployOptions())
    last = failure.value.message.splitlines()[-1]
    assert last == (
        f"{'What ran before is back and fails at the same step, so the change is not the cause' if same else _OTHERWISE}: "
        f"the check of demo/welcome failed at `{old[0]}`: expected 200, found 500"
    )
    assert ("`deployer deploy demo welcome --no-check`" in failure.value.hint) is same
    assert failure.value.exit_code == 7


_OTHERWISE = "What ran before does not run well again"


@dataclass
class AskingTarget(RememberingTarget):
    """Asks for what its release says."""

    def render(self, release: Release) -> Manifests:
        return Manifests({"Secret/hub": f'data: {{values.yaml: "singleuser: {release.values["asks"]}"}}'})


@pytest.mark.parametrize(("cause", "asks"), [("room", "{memory: 64G}"), ("volume", "{storage: {type: none}}")])
def test_what_is_lacking_before_a_change_that_asks_for_more_is_not_its_fault_either(cause: str, asks: str) -> None:
    effects = replace(world()[0], prober=Prober([False, False], cause=cause))
    now = replace(GOOD, documents={"Secret/hub": 'data: {values.yaml: "singleuser: {memory: 1G}"}'})
    with pytest.raises(UnhealthyError, match="fails at the same step, so the change is not the cause"):
        deploy_releases(effects, [(AskingTarget(now), release(asks=asks))], DeployOptions())


def test_a_hub_that_nobody_used_is_deployed_and_says_so() -> None:
    target = RememberingTarget(GOOD)
    report = deploy_releases(world()[0], [(target, release())], UNCHECKED)
    assert (report.hubs[0].outcome, target.done[-2:]) == (Outcome.DEPLOYED, ["settle", "unlock"])
    assert to_text(report).splitlines()[0].endswith(" s, not checked")
    data = to_json(report)
    assert (data["hubs"][0]["checked"], data["hubs"][0]["check"]) == (False, None)
    schema = PROJECT / "docs" / "reference" / "schemas" / "deploy.json"
    jsonschema.validate(data, json.loads(schema.read_text()))
    checked = deploy_releases(world(True)[0], [(RememberingTarget(), release())], DeployOptions())
    assert to_json(checked)["hubs"][0]["checked"] is True
    assert "not checked" not in to_text(checked)


@pytest.mark.parametrize(("fails", "error"), [(UnhealthyError("dead"), RolledBackError), (MachineError("full"), MachineError)])
def test_what_comes_back_is_not_used_either(fails: Exception, error: type[Exception]) -> None:
    target = RememberingTarget(GOOD, fails=fails)
    with pytest.raises(error, match="What ran before runs again"):
        deploy_releases(world()[0], [(target, release())], UNCHECKED)
    assert target.done[-1] == "undo"
