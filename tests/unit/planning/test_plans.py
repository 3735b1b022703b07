"""A plan says which documents differ and how."""

from __future__ import annotations

import pytest
import yaml

from deployer.model.plan import Manifests, Running, Step
from deployer.model.release import HubRef
from deployer.planning.changes import changes
from deployer.planning.plans import hub_plan
from deployer.reporting.plans import to_json, to_text

REF = HubRef("demo", "welcome")
STEP = Step("reload", "Restart the hub", "logins pause")


def test_documents_are_added_removed_and_changed() -> None:
    found = changes({"a": "1\n", "b": "x\ny\n", "c": "same\n"}, {"b": "x\nz\n", "c": "same\n", "d": "2\n"})
    assert [(change.document, change.kind) for change in found] == [("a", "removed"), ("b", "changed"), ("d", "added")]
    assert found[1].diff.splitlines()[2:] == ["@@ -1,2 +1,2 @@", " x", "-y", "+z"]


def test_a_plan_is_told_with_its_reason() -> None:
    plan = hub_plan(REF, Manifests({"a": "2\n"}, ("no images",)), Running({"a": "1\n"}, healthy=True), [STEP], {})
    assert to_text(plan) == (
        "demo/welcome:\n  Restart the hub (logins pause)\n  a: changed\n    @@ -1 +1 @@\n    -1\n    +2\n  note: no images\n"
    )
    assert to_json(plan)["changes"] == [{"document": "a", "kind": "changed", "diff": plan.changes[0].diff}]


def test_without_steps_there_is_nothing_to_do() -> None:
    plan = hub_plan(REF, Manifests({"a": "1\n"}), Running({"a": "1\n"}, healthy=True), [], {})
    assert to_text(plan) == "demo/welcome: nothing to do\n"


def test_a_repair_says_that_no_file_differs() -> None:
    plan = hub_plan(REF, Manifests({"a": "1\n"}), Running({"a": "1\n"}, healthy=False), [STEP], {})
    assert "No file differs" in to_text(plan)


def hub_at(domain: str, **more: str) -> dict[str, str]:
    callback = {"oauth_callback_url": f"https://{domain}/hub/oauth_callback"} if domain else {}
    values = yaml.safe_dump({"hub": {"config": {"GitHubOAuthenticator": callback | more}}})
    return {"Secret/hub": yaml.safe_dump({"data": {"values.yaml": values}})}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (hub_at("a.org"), hub_at("a.org", scope="x"), ()),
        ({}, hub_at("a.org"), ()),
        (hub_at(""), hub_at("a.org"), ()),
        (
            hub_at("a.org"),
            hub_at("b.org"),
            (
                "logins come back to https://b.org/hub/oauth_callback now: "
                "name it at the login provider first, or nobody can log in",
            ),
        ),
    ],
)
def test_another_domain_has_to_be_named_at_the_login_provider(
    before: dict[str, str], after: dict[str, str], told: tuple[str, ...]
) -> None:
    assert hub_plan(REF, Manifests(after), Running(before, healthy=True), [STEP], {}).notices == told
