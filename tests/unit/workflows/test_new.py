"""Files that `new` writes: what was asked for stands in them as text, and what would be wrong is not written."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from tests.support.cache import PROJECT
from tests.support.cases import problems_of, read_tree

from deployer.cli.progress import PlainProgress
from deployer.errors import UsageError
from deployer.model.problem import Severity
from deployer.model.protocols import Effects
from deployer.model.tree import FleetTree
from deployer.tools import yaml_edit
from deployer.wiring import effects
from deployer.workflows.new import FleetWishes, new_cluster, new_fleet
from deployer.workflows.new_hub import HubWishes, new_hub

ENCRYPTED = "users: ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]\nsops: {mac: 'ENC[AES256_GCM,data:a,iv:b,tag:c,type:str]'}\n"


@pytest.fixture
def bundle(tmp_path: Path) -> Effects:
    return effects(tmp_path / "fleet", tmp_path / "state", PlainProgress(StringIO()), environ={})


@pytest.fixture
def fleet(bundle: Effects) -> Path:
    new_fleet(bundle, yaml_edit, {}, FleetWishes(staff=[("github", "zoe")]))
    new_cluster(bundle, yaml_edit, "far", "aws")
    return bundle.fleet.root


def content(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def warnings(root: Path) -> list[str]:
    found = problems_of(FleetTree(read_tree(root)))
    assert all(problem.severity is Severity.WARNING for problem in found), found
    return sorted(problem.code for problem in found if problem.code != "secret-file-missing")


@pytest.mark.parametrize("title", ["Kurs: A", "Kurs #1", "2026", 'a "b"\n{c}: \\1 ä', "- a", "Our hub"])
def test_a_hubs_title_is_text(bundle: Effects, fleet: Path, title: str) -> None:
    new_hub(bundle, yaml_edit, "far", "course", HubWishes(title=title))
    hub = yaml.safe_load((fleet / "config/clusters/far/hubs/course.yaml").read_text())
    assert (hub["display_name"], hub["community"]["name"]) == (title, title)
    assert warnings(fleet) == ["only-staff-allowed"]


def test_what_the_how_to_says_about_a_cluster_of_ones_own_works(bundle: Effects, fleet: Path) -> None:
    page = (PROJECT / "docs/how-to/deploy-to-your-cluster.md").read_text()
    found = re.search(r"```yaml\n# (?P<path>config/clusters/campus/cluster.yaml)\n(?P<content>.+?)```", page, re.DOTALL)
    assert found
    bundle.fleet.write(found["path"], found["content"])
    bundle.fleet.write("config/clusters/campus/kubeconfig.secret.yaml", ENCRYPTED)
    assert "$ deployer new hub campus welcome --organization our-lab\n" in page
    new_hub(bundle, yaml_edit, "campus", "welcome", HubWishes(organization="our-lab"))
    assert warnings(fleet) == ["recipients-rule"], "a key is each team's own"


@pytest.mark.parametrize("name", ["123", "on", "null", "1e3", "aurora-two"])
def test_a_clusters_name_is_text(bundle: Effects, fleet: Path, name: str) -> None:
    new_cluster(bundle, yaml_edit, name, "aws")
    written = yaml.safe_load((fleet / f"config/clusters/{name}/cluster.yaml").read_text())
    assert (written["name"], written["aws"]["cluster"], written["dns"]["zone"]) == (name, name, f"{name}.example.org")
    assert warnings(fleet) == []


def test_nobody_is_let_in_whom_nobody_named(bundle: Effects) -> None:
    new_fleet(bundle, yaml_edit, {}, FleetWishes())
    root = bundle.fleet.root
    assert yaml.safe_load((root / "config/fleet.yaml").read_text())["staff"] == {}
    new_cluster(bundle, yaml_edit, "far", "aws")
    grafana = yaml.safe_load((root / "config/clusters/far/cluster.yaml").read_text())["support"]["grafana"]
    assert grafana["organizations"] == []
    with pytest.raises(UsageError, match="nobody could log in"):
        new_hub(bundle, yaml_edit, "far", "staging", HubWishes())
    new_hub(bundle, yaml_edit, "far", "staging", HubWishes(organization="our-lab:users"))
    login = yaml.safe_load((root / "config/clusters/far/hubs/staging.yaml").read_text())["login"]
    assert login == {"provider": "github", "allow": {"organizations": ["our-lab:users"]}, "admins": []}
    assert warnings(root) == []


@pytest.mark.parametrize(
    ("cluster", "name", "wishes", "message"),
    [
        ("demo", "kube-system", HubWishes(), "reserved"),
        ("demo", "default", HubWishes(), "reserved"),
        ("demo", "a" * 54, HubWishes(), "at most 53"),
        ("demo", "x", HubWishes(domain="hub.example.org"), "no use for --domain"),
        ("demo", "x", HubWishes(organization="lab"), "no use for --organization"),
        ("demo", "x", HubWishes(title="x" * 201), "^--display-name: "),
        ("far", "x", HubWishes(domain="notadomain"), "^--domain: "),
        ("far", "x", HubWishes(organization="a b"), "^--organization: "),
        ("far", "grafana", HubWishes(), "used twice"),
    ],
)
def test_a_hub_that_would_be_wrong_is_not_written(
    bundle: Effects, fleet: Path, cluster: str, name: str, wishes: HubWishes, message: str
) -> None:
    before = content(fleet)
    with pytest.raises(UsageError, match=message):
        new_hub(bundle, yaml_edit, cluster, name, wishes)
    assert content(fleet) == before


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        (FleetWishes(contact="nope"), "^--contact: "),
        (FleetWishes(staff=[("github", "@zoe")]), "^--staff: .*write zoe"),
        (FleetWishes(staff=[("google", "zoe")]), "^--staff: "),
        (FleetWishes(staff=[("gopher", "zoe")]), "^--staff: "),
    ],
)
def test_a_fleet_that_would_be_wrong_is_not_written(bundle: Effects, wishes: FleetWishes, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        new_fleet(bundle, yaml_edit, {}, wishes)
    assert not bundle.fleet.root.exists()
