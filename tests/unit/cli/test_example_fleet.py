"""The fleet that the deployer carries: right without a warning, complete, and checked by editors against fresh schemas."""

import json
import re
from io import StringIO
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.support.cache import PROJECT

from deployer.cli.progress import PlainProgress
from deployer.config.models.hub import HubFile
from deployer.config.schema import FILES, json_schema
from deployer.wiring import effects
from deployer.workflows.validate import Selection, validate

CONFIG = PROJECT / "config"
CLOUDS = {"aws", "gcp", "azure", "kubeconfig", "local"}
YAML_FILES = sorted(path for path in CONFIG.rglob("*.yaml") if path.name != "kubeconfig.yaml" and ".secret." not in path.name)


def test_it_has_no_problem_and_no_warning(tmp_path: Path) -> None:
    bundle = effects(PROJECT, tmp_path, PlainProgress(StringIO()), environ={})
    report = validate(bundle, Selection(), render=True, code="")
    assert report.problems == ()
    assert (report.clusters, report.hubs) == (5, 9)


def test_there_is_a_cluster_of_every_cloud_with_a_staging_and_a_production_hub() -> None:
    clusters = {path.parent: yaml.safe_load(path.read_text())["provider"] for path in CONFIG.glob("clusters/*/cluster.yaml")}
    assert set(clusters.values()) == CLOUDS
    for folder, provider in clusters.items():
        hubs = {path.stem for path in folder.glob("hubs/[!_]*.yaml")}
        assert hubs == ({"welcome"} if provider == "local" else {"staging", "prod"})


def test_every_section_of_a_hub_file_is_shown_somewhere() -> None:
    shown = {key for path in CONFIG.glob("clusters/*/hubs/*.yaml") for key in yaml.safe_load(path.read_text())}
    assert set(HubFile.model_fields) - shown <= {"name", "metadata", "chart"}


def test_the_editors_schemas_are_those_of_the_models() -> None:
    """Where this fails: `deployer schema --write config/.schemas`."""
    assert {path.stem: json.loads(path.read_text()) for path in CONFIG.glob(".schemas/*.json")} == {
        name: json_schema(name) for name in FILES
    }


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: str(path.relative_to(CONFIG)))
def test_every_file_names_the_schema_that_accepts_it(path: Path) -> None:
    match = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
    assert match
    schema = (path.parent / match[1]).resolve()
    assert schema.parent == CONFIG / ".schemas"
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(yaml.safe_load(path.read_text()))
