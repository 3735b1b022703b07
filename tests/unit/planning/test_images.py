"""Which environments of a change start an image that nothing started before."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from deployer.planning.images import new_images


def hub(*profiles: dict[str, Any], image: str = "sample") -> dict[str, str]:
    singleuser = {"image": {"name": image, "tag": "1"}, "profileList": list(profiles)}
    return {"Secret/hub": yaml.safe_dump({"data": {"values.yaml": yaml.safe_dump({"singleuser": singleuser})}})}


def profile(name: str, image: str, **more: Any) -> dict[str, Any]:
    return {"display_name": name, "slug": name, "kubespawner_override": {"image": image}, **more}


def listed(*images: str, **more: Any) -> dict[str, Any]:
    choices = {image: {"display_name": image, "kubespawner_override": {"image": image}, **more} for image in images}
    return {"display_name": "Server", "profile_options": {"image": {"choices": choices}}}


BEFORE = hub(profile("a", "a:1"), profile("b", "b:1"))
STAFF = {"allowed_groups": ["staff"]}


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        (BEFORE, BEFORE, {}),
        (BEFORE, hub(profile("a", "a:2"), profile("b", "b:1")), {}),
        (BEFORE, hub(profile("a", "a:1"), profile("b", "b:2")), {"b:2": "b"}),
        (BEFORE, hub(profile("a", "a:1"), profile("b", "b:2"), profile("c", "b:2")), {"b:2": "b"}),
        (BEFORE, hub(profile("a", "a:1"), profile("b", "b:2", **STAFF), profile("c", "b:2")), {"b:2": "c"}),
        (BEFORE, hub(profile("a", "a:2"), profile("b", "b:1", default=True)), {"a:2": "a"}),
        (BEFORE, hub(profile("a", "a:1"), {"display_name": "plain"}), {"sample:1": "plain"}),
        (BEFORE, hub(listed("a:1", "b:1", "c:1")), {"c:1": "c:1"}),
        (BEFORE, hub(listed("c:1", "d:1")), {"d:1": "d:1"}),
        (BEFORE, hub(), {}),
        ({}, hub(profile("a", "a:1"), profile("b", "b:1")), {"b:1": "b"}),
        ({}, {"Deployment/other": "{}"}, {}),
    ],
    ids=[
        "nothing",
        "the usual one, which is started anyway",
        "another one",
        "two of one image",
        "one of two that everybody may start",
        "the first, which is not the usual one",
        "one that has the hub's own image",
        "one more in a list",
        "a list whose first is the usual one",
        "all went away",
        "a first deploy",
        "no hub",
    ],
)
def test_each_new_image_is_started_once(before: dict[str, str], after: dict[str, str], new: dict[str, str]) -> None:
    assert {choice.image: choice.title for choice in new_images(before, after)} == new


def test_what_is_for_some_people_alone_is_known() -> None:
    (whole,) = new_images(BEFORE, hub(profile("a", "a:1"), profile("c", "c:1", **STAFF)))
    (entry,) = new_images(BEFORE, hub(profile("a", "a:1"), listed("c:1", **STAFF)))
    assert whole.grouped
    assert entry.grouped
    assert entry.options == {"profile": "server"}
