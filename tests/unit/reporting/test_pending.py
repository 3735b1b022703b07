"""A hub that runs and that nobody reaches yet: what deploy and status say of it."""

import json

import jsonschema
import pytest
from tests.support.cache import PROJECT

from deployer.model.health import CheckReport, CheckStep
from deployer.model.outcomes import HubOutcome, HubState, HubStatus, Outcome
from deployer.model.plan import Plan
from deployer.model.release import HubRef
from deployer.reporting import checks, deploys, status

REF = HubRef("onenode", "welcome")
WHY = "welcome.example.org is not in the DNS yet; a record has to lead to 192.0.2.7"
WAITING = CheckStep(name="Public address", status="pending", seconds=0.02, found=WHY)
OUTCOME = HubOutcome(
    ref=REF,
    outcome=Outcome.DEPLOYED,
    plan=Plan(ref=REF),
    address="https://welcome.example.org/",
    check=CheckReport(ref=REF, url="http://127.0.0.1:1/", steps=(WAITING,)),
    seconds=20,
)
STATUS = HubStatus(
    ref=REF, target="kubernetes", state=HubState.RUNNING, declared=True, address="https://welcome.example.org/", pending=WHY
)


def test_a_deploy_tells_it_and_how_to_look_again() -> None:
    assert deploys.outcome_to_text(OUTCOME) == (
        "onenode/welcome: deployed in 20.0 s\n"
        "  https://welcome.example.org/\n"
        f"  pending: {WHY}.\n"
        "  It was checked through the API server; `deployer check onenode welcome` looks again.\n"
    )
    assert deploys.outcome_to_json(OUTCOME)["pending"] == WHY


def test_the_table_has_a_line_for_it() -> None:
    assert status.to_text([STATUS]).splitlines()[-1] == f"  pending: {WHY}"
    assert status.to_json([STATUS])["hubs"][0]["pending"] == WHY


DATA = {
    "deploy": {"hubs": [deploys.outcome_to_json(OUTCOME)]},
    "try": deploys.outcome_to_json(OUTCOME),
    "status": status.to_json([STATUS]),
    "check": checks.to_json(CheckReport(ref=REF, url="http://127.0.0.1:1/", steps=(WAITING,))),
}


@pytest.mark.parametrize("command", DATA)
def test_as_data_it_fits_the_schema(command: str) -> None:
    schema = PROJECT / "docs" / "reference" / "schemas" / f"{command}.json"
    jsonschema.validate(DATA[command], json.loads(schema.read_text()))
