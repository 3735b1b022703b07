"""What we call an error really is one: the hub's own classes refuse those values, and take what we have nothing against."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.support.cases import CASES, case_names, case_problems
from tests.support.hub_environment import hub_python

from deployer.compiling.checks.chart_settings import TRAITS
from deployer.config.documents import read_document
from deployer.model.problem import Severity

VALUES = "config/clusters/lyra"
# Mistakes that JupyterHub starts with: it ignores what it does not know, lets nobody in, or Kubernetes or Helm refuse it.
STARTS_ALL_THE_SAME = {
    "values-unknown-key",
    "values-not-a-mapping",
    "config-class-unknown",
    "config-trait-unknown",
    "login-nobody",
    "login-everybody",
    "login-dummy",
    "login-blocked",
    "override-unknown",
    "profile-unknown-key",
    "profile-two-defaults",
    "profile-twice",
    "profile-regex",
    "image-invalid",
    "image-tag-not-text",
    "guarantee-above-limit",
    "quantity-invalid",
    "container-incomplete",
    "container-twice",
    "containers-shape",
    "hub-volumes-shape",
    "volume-without-name",
    "volume-twice",
    "mount-incomplete",
    "mount-without-volume",
    "extra-file",
    "extra-file-mode",
    "env-not-text",
    "env-shape",
    "cilogon-no-idps",
    "role-service",
    "role-unknown-key",
    "service-url",
    "database-missing",
    "database-in-the-pod",
    "database-no-address",
}


OF_ANOTHER_IMAGE = {"values-authenticator-from-own-image/prod.values.yaml", "values-database/own.values.yaml"}


@cache
def cases() -> dict[str, dict]:
    """The values of each hub of a case that has some, for the hub."""
    found = {}
    for name in (name for name in case_names() if name.startswith("values-")):
        for path in sorted((CASES / name / VALUES).glob("*.values.yaml")):
            document = read_document(path.name, path.read_bytes())[0]
            hub = document.data.get("jupyterhub") if document else None
            if isinstance(hub, dict) and f"{name}/{path.name}" not in OF_ANOTHER_IMAGE:
                found[f"{name}/{path.name}"] = hub
    return found


@cache
def verdicts() -> dict[str, str]:
    asked = {"traits": [(path, owner, trait) for path, (owner, trait) in TRAITS.items()], "hubs": cases()}
    script = Path(__file__).with_name("hub_verdict.py")
    done = subprocess.run([str(hub_python()), str(script)], input=json.dumps(asked), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def errors(name: str) -> set[str]:
    case, _, file = name.partition("/")
    of_hub = (problem for problem in case_problems(case) if problem.place.file == f"{VALUES}/{file}")
    return {problem.code for problem in of_hub if problem.severity is Severity.ERROR}


@pytest.mark.parametrize("name", sorted(cases()))
def test_the_hub_agrees(name: str) -> None:
    serious = errors(name) - STARTS_ALL_THE_SAME
    if serious:
        assert verdicts()[name] != "", f"JupyterHub takes what we refuse: {serious}"
    elif not errors(name):
        assert verdicts()[name] == ""
