"""The page of typed keys and the values that they set: no key is missing, and what any hub's key sets is in its row."""

from __future__ import annotations

import re

import pytest
from docs.typed_values import EXAMPLES, MODELS, found, found_in, typed_keys
from docs.values_page import NOTES, SETS_NOTHING, rows, untold, values_page
from tests.support.cases import problems_of, read_tree
from tests.support.compiled_hubs import FLEETS, fleet_of

from deployer.model.problem import Severity
from deployer.model.tree import FleetTree

SETS = {
    ("hub", "machines[].sizes[].memory"): [
        "jupyterhub.singleuser.profileList[].kubespawner_override.mem_guarantee",
        "jupyterhub.singleuser.profileList[].kubespawner_override.mem_limit",
        "jupyterhub.singleuser.profileList[].profile_options.machine.choices.NAME.kubespawner_override.mem_guarantee",
        "jupyterhub.singleuser.profileList[].profile_options.machine.choices.NAME.kubespawner_override.mem_limit",
    ],
    ("hub", "env"): ["jupyterhub.singleuser.extraEnv.NAME"],
    ("hub", "domain"): [
        "jupyterhub.hub.config.CLASS.oauth_callback_url",
        "jupyterhub.ingress.*",
        "uptime.enabled",
        "uptime.url",
    ],
    ("hub", "login.domain"): ["jupyterhub.hub.config.Auth0OAuthenticator.auth0_domain"],
    ("hub", "hub.memory"): ["jupyterhub.hub.resources.limits.memory", "jupyterhub.hub.resources.requests.memory"],
    ("secret", "database_password"): ["jupyterhub.hub.db.password"],
    ("cluster", "storage.homes.size"): ["homes.size"],
    ("fleet", "operated_by.name"): ["jupyterhub.hub.templateVars.deployer.operated_by.name"],
}


@pytest.mark.parametrize(("file", "key"), SETS)
def test_a_row_has_the_values_that_the_key_sets(file: str, key: str) -> None:
    assert {row.key: row.values for row in rows(file)}[key] == SETS[file, key]


@pytest.mark.parametrize("file", MODELS)
def test_every_key_is_in_a_row_or_has_a_reason(file: str) -> None:
    assert untold(file) == [], "use them in docs/reference/every-key, or say in SETS_NOTHING why they set nothing"


@pytest.mark.parametrize("file", MODELS)
def test_what_has_a_reason_sets_nothing_and_what_has_a_note_sets_something(file: str) -> None:
    set_by = found().of(file)
    assert [key for key in SETS_NOTHING[file] if key not in typed_keys(file)] == []
    assert [key for key in set_by for above in SETS_NOTHING[file] if f"{key}.".startswith((f"{above}.", f"{above}[]"))] == []
    assert NOTES[file].keys() <= set_by.keys()


@pytest.mark.parametrize("fleet", FLEETS)
def test_what_keys_of_other_hubs_set_is_in_their_rows(fleet: str) -> None:
    known = {(file, row.key): [_pattern(path) for path in row.values] for file in MODELS for row in rows(file)}
    missing = [
        f"{file}: {key}: {path}"
        for (file, key), paths in found_in(fleet_of(fleet)).by_key.items()
        for path in paths
        if not any(pattern.fullmatch(path) for pattern in known.get((file, key), []))
    ]
    assert missing == []


def _pattern(path: str) -> re.Pattern[str]:
    """What a path of the page may stand for."""
    parts = [re.escape(part) for part in re.split(r"NAME|CLASS|\*$", path)]
    return re.compile(".+".join(parts))


def test_the_example_hubs_are_right() -> None:
    problems = problems_of(FleetTree(read_tree(EXAMPLES)))
    assert [str(problem.message) for problem in problems if problem.severity is Severity.ERROR] == []


def test_the_page_shows_that_values_win() -> None:
    told = next(line for line in values_page().splitlines() if "defaultUrl:" in line)
    assert '"/voila"' in told
    assert "overrode compiled from interface (config/clusters/my-cloud/hubs/native.yaml:" in told
