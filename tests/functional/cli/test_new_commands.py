"""What `deployer new` writes stands on its own, validates, and is never written over anything."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from tests.support.program import deployer

LEGACY = """\
# our cluster
name: earth
provider: aws # of the university
aws: {account: "123456789012", clusterType: eks, clusterName: earth, region: us-west-2}
hubs:
  - name: staging
    display_name: "Staging" # quoted
    domain: staging.earth.example.org
    helm_chart: basehub
    helm_chart_values_files:
      - staging.values.yaml
"""
LEGACY_VALUES = """\
jupyterhub:
  hub: {config: {JupyterHub: {authenticator_class: github}, GitHubOAuthenticator: {allowed_organizations: [earth]}}}
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    root = tmp_path / "fleet"
    ended = deployer("new", "fleet", root, "--contact", "we@lab.example.org", "--staff", "github:zoe", cwd=tmp_path)
    assert ended.code == 0, ended
    return root


def test_a_new_fleet_validates_and_has_all_that_it_needs(fleet: Path) -> None:
    assert deployer("validate", cwd=fleet).out.splitlines()[-1].endswith(": no problems")
    for path in ("README.md", ".gitignore", ".github/workflows/fleet.yaml", "config/policy.yaml"):
        assert (fleet / path).stat().st_size
    written = yaml.safe_load((fleet / "config/fleet.yaml").read_text())
    assert (written["contact"], written["staff"]) == ("we@lab.example.org", {"github": ["zoe"]})
    assert "# for certificates and alerts" in (fleet / "config/fleet.yaml").read_text()


def test_its_files_name_schemas_that_are_there(fleet: Path) -> None:
    for path in fleet.glob("config/**/*.yaml"):
        first = path.read_text().splitlines()[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        jsonschema.validate(yaml.safe_load(path.read_text()), json.loads(schema.read_text()))


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure", "kubeconfig", "local"])
def test_a_new_cluster_and_its_hubs_validate(fleet: Path, provider: str) -> None:
    for arguments in (["cluster", "c1", "--provider", provider], ["hub", "c1", "staging"], ["hub", "c1", "prod"]):
        ended = deployer("new", *arguments, cwd=fleet)
        assert (ended.code, ended.err) == (0, "")
    ended = deployer("validate", "--format", "json", cwd=fleet)
    assert (ended.code, ended.data["clusters"], ended.data["hubs"], ended.data["errors"]) == (0, 2, 3, 0)
    # Only what a person alone can give is missing: the secrets of the login provider, and who may log in.
    missing = set() if provider == "local" else {"secret-file-missing", "only-staff-allowed"}
    assert {problem["code"] for problem in ended.data["problems"]} == missing


def test_what_was_asked_for_stands_in_the_file(fleet: Path) -> None:
    deployer("new", "cluster", "c1", "--provider", "gcp", cwd=fleet)
    arguments = ["--domain", "hub.lab.example.org", "--display-name", "Our Hub", "--stage", "canary"]
    assert deployer("new", "hub", "c1", "ours", *arguments, cwd=fleet).code == 0
    hub = yaml.safe_load((fleet / "config/clusters/c1/hubs/ours.yaml").read_text())
    assert (hub["domain"], hub["display_name"], hub["stage"]) == ("hub.lab.example.org", "Our Hub", "canary")
    taken = deployer("new", "hub", "c1", "other", "--domain", "hub.lab.example.org", cwd=fleet)
    assert (taken.code, "has the domain" in taken.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fleet", "."], "has a fleet already"),
        (["cluster", "demo", "--provider", "local"], "exists already"),
        (["hub", "demo", "welcome"], "has a hub `welcome` already"),
        (["hub", "dmeo", "x"], "perhaps you meant `demo`"),
        (["hub", "demo", "My_Hub"], "not a name that Kubernetes takes"),
        (["cluster", "c2"], "--provider: aws, gcp, azure, kubeconfig, local"),
        (["cluster", "c2", "--provider", "asw"], "perhaps you meant `aws`"),
        (["fleet", "other", "--staff", "zoe"], "--staff github:alice"),
        (["fleet", "other", "--contact", "nope"], "--contact: "),
        (["hub", "demo", "x", "--stage", "stagin"], "perhaps you meant `staging`"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_nothing_is_written_over_and_nothing_is_guessed(fleet: Path, arguments: list[str], message: str) -> None:
    before = {path: path.read_bytes() for path in fleet.rglob("*") if path.is_file() and ".deployer" not in path.parts}
    ended = deployer("new", *arguments, cwd=fleet)
    assert ended.code == 2
    assert message in ended.err
    assert {path: path.read_bytes() for path in fleet.rglob("*") if path.is_file() and ".deployer" not in path.parts} == before


def test_a_hub_joins_those_that_stand_in_the_clusters_file_and_comments_stay(fleet: Path) -> None:
    folder = fleet / "config/clusters/earth"
    folder.mkdir()
    (folder / "cluster.yaml").write_text(LEGACY)
    (folder / "staging.values.yaml").write_text(LEGACY_VALUES)
    named = ["--organization", "lab", "--display-name", "Prod: ours"]
    assert deployer("new", "hub", "earth", "prod", *named, cwd=fleet).code == 0
    text = (folder / "cluster.yaml").read_text()
    assert text.startswith(LEGACY)
    assert yaml.safe_load(text)["hubs"][1]["helm_chart_values_files"] == ["prod.values.yaml"]
    values = yaml.safe_load((folder / "prod.values.yaml").read_text())["jupyterhub"]
    config = values["hub"]["config"]
    assert config["GitHubOAuthenticator"]["allowed_organizations"] == ["lab"]
    assert config["Authenticator"]["admin_users"] == ["zoe"]
    assert values["custom"]["homepage"]["templateVars"]["org"]["name"] == "Prod: ours"
    ended = deployer("validate", "earth", cwd=fleet)
    assert ended.out.splitlines()[-1].startswith("1 cluster and 2 hubs "), ended
    assert ended.code == 0, ended
