"""Every place that a hub file may name for repositories is one that BinderHub is told of."""

from __future__ import annotations

from typing import get_args

import pytest
from tests.support.compiled_hubs import compiled_hub

from deployer.config.models.hub import RepoProvider


@pytest.mark.parametrize("name", get_args(RepoProvider))
def test_each_has_a_class_of_binderhub(name: str) -> None:
    binder = f"{{registry: quay.io, image_prefix: lab/built-, repo_providers: [{name}]}}"
    values = compiled_hub(f"login: {{provider: dummy, allow: everyone}}\nextras: {{binder: {binder}}}\n").release.values
    (snippet,) = values["binderhub-service"]["extraConfig"].values()
    assert name in snippet.lower()
