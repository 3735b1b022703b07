"""Who may start what: the filter that runs on the hub."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from deployer.compiling.snippets.profile_groups import DeployerProfiles


class RefusedError(Exception):
    """Nothing is left for this person."""


OPEN = {"display_name": "Open", "slug": "open"}
STAFF = {"display_name": "Staff", "slug": "staff", "allowed_groups": ["Lab:Staff"]}
LISTS = {
    "display_name": "Lists",
    "slug": "lists",
    "profile_options": {
        "image": {
            "display_name": "Image",
            "choices": {"python": {}, "secret": {"allowed_groups": ["lab:staff"]}},
            "unlisted_choice": {"enabled": True, "allowed_groups": ["lab:staff"]},
        },
    },
}


def person(*groups: str, name: str = "ada", blocked: tuple[str, ...] = ("deployer-check",)) -> Any:
    user = SimpleNamespace(name=name, groups=[SimpleNamespace(name=group) for group in groups])
    return SimpleNamespace(user=user, authenticator=SimpleNamespace(blocked_users=set(blocked)))


def offered(profiles: Any, spawner: Any) -> Any:
    return DeployerProfiles(profiles, "deployer-check", RefusedError)(spawner)


def test_profiles_of_a_group_are_for_its_people_whatever_the_case() -> None:
    assert offered([OPEN, STAFF], person()) == [OPEN]
    assert offered([OPEN, STAFF], person("LAB:STAFF")) == [OPEN, STAFF]


def test_choices_and_typed_images_of_a_group_are_taken_away() -> None:
    (lists,) = offered([LISTS], person("other"))
    assert lists["profile_options"]["image"] == {"display_name": "Image", "choices": {"python": {}}}
    assert offered([LISTS], person("lab:staff")) == [LISTS]


def test_a_profile_with_an_empty_list_is_taken_away() -> None:
    choices = {"display_name": "Machine", "choices": {"gpu": {"allowed_groups": ["gpu"]}}}
    bound = {"display_name": "Bound", "slug": "bound", "profile_options": {"machine": choices}}
    assert offered([OPEN, bound], person()) == [OPEN]
    assert offered([OPEN, bound], person("gpu")) == [OPEN, bound]


def test_a_list_with_nothing_but_a_typed_image_stays_as_the_form_needs_it() -> None:
    option = {"display_name": "Image", "choices": {}, "unlisted_choice": {"enabled": True}}
    typed = {"display_name": "Typed", "slug": "typed", "profile_options": {"image": option}}
    assert offered([typed], person()) == [typed]


def test_with_nothing_left_nobody_gets_the_default_server() -> None:
    with pytest.raises(RefusedError):
        offered([STAFF], person("other"))


@pytest.mark.parametrize("groups", ["lab:staff", None, [], [None], {"lab:staff": True}, 7])
def test_what_is_no_list_of_names_lets_nobody_in(groups: Any) -> None:
    assert offered([OPEN, STAFF | {"allowed_groups": groups}], person("lab:staff")) == [OPEN]


def test_the_check_tries_everything_as_long_as_nobody_can_log_in_under_its_name() -> None:
    assert offered([OPEN, STAFF, LISTS], person(name="deployer-check")) == [OPEN, STAFF, LISTS]
    assert offered([OPEN, STAFF], person(name="deployer-check", blocked=())) == [OPEN]


def test_one_persons_profiles_are_not_the_next_ones() -> None:
    filtered = DeployerProfiles([LISTS], "deployer-check", RefusedError)
    filtered(person("other"))[0]["profile_options"]["image"]["choices"].clear()
    assert filtered(person("lab:staff")) == [LISTS]


def test_profiles_by_name_are_offered_in_the_order_of_their_names() -> None:
    assert offered({"b": STAFF, "a": OPEN}, person("lab:staff")) == [OPEN, STAFF]
