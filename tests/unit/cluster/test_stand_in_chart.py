"""The stand-in is a chart that both Helms render and refuse as they would the real one."""

import hashlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from tests.support import image
from tests.support.charts import ChartRepository, stand_in
from tests.support.helm import HELM_3, HELM_4, Bundle, helm


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stand_in(tmp_path_factory.mktemp("chart"))


@pytest.fixture(params=[HELM_4, HELM_3], ids=lambda bundle: f"helm-{bundle.helm_version}")
def render(request: pytest.FixtureRequest, archive: Path, tmp_path: Path) -> "Render":
    return Render(helm(request.param), str(archive), tmp_path)


class Render:
    """`helm template` with values, in a home of its own."""

    def __init__(self, program: Path, chart: str, home: Path) -> None:
        self._command = [str(program), "template", "campus", chart, "--namespace", "campus"]
        self._environment = {
            "PATH": "/usr/bin:/bin",
            **{f"HELM_{kind}_HOME": str(home / kind) for kind in ("CACHE", "CONFIG", "DATA")},
        }

    def run(self, values: dict[str, Any]) -> "subprocess.CompletedProcess[str]":
        command = [*self._command, "--values", "-"]
        return subprocess.run(
            command, check=False, input=yaml.safe_dump(values), capture_output=True, text=True, env=self._environment, timeout=60
        )

    def objects(self, values: dict[str, Any]) -> dict[str, Any]:
        """`Kind/name` to the object."""
        done = self.run(values)
        assert done.returncode == 0, done.stderr
        objects = [item for item in yaml.safe_load_all(done.stdout) if item]
        return {f"{item['kind']}/{item['metadata']['name']}": item for item in objects}


def test_the_default_values_render_to_a_hub_of_our_image(render: Render) -> None:
    objects = render.objects({})
    (container,) = objects["Deployment/hub"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{image.HUB}:{image.tag()}"
    assert objects["Deployment/hub"]["spec"]["strategy"] == {"type": "Recreate"}
    assert objects["PersistentVolumeClaim/hub-db-dir"]["spec"]["resources"]["requests"]["storage"] == "1Gi"


VALUES: dict[str, tuple[dict[str, Any], str, str]] = {
    "claim annotations": (
        {"hub": {"db": {"pvc": {"annotations": {"helm.sh/resource-policy": "keep"}}}}},
        "PersistentVolumeClaim/hub-db-dir",
        "helm.sh/resource-policy",
    ),
    "ingress": ({"ingress": {"enabled": True, "hosts": ["campus.example.org"]}}, "Ingress/jupyterhub", "campus.example.org"),
    "pod disruption": ({"hub": {"pdb": {"enabled": True}}}, "PodDisruptionBudget/hub", "minAvailable"),
    "service account": ({"hub": {"serviceAccount": {"annotations": {"role": "r"}}}}, "ServiceAccount/hub", "role"),
    "registry login": (
        {"imagePullSecret": {"create": True, "registry": "quay.io", "username": "robot", "password": "p"}},
        "Secret/image-pull-secret",
        ".dockerconfigjson",
    ),
    "files of servers": (
        {"singleuser": {"extraFiles": {"note": {"mountPath": "/etc/note", "stringData": "hello"}}}},
        "Secret/singleuser",
        "note: hello",
    ),
    "service token": ({"hub": {"services": {"deployer-check": {"display": False}}}}, "Secret/hub", "deployer-check.apiToken"),
    "hub placement": ({"hub": {"nodeSelector": {"pool": "core"}}}, "Deployment/hub", "pool"),
    "environment": ({"hub": {"extraEnv": {"GREETING": "hello"}}}, "Deployment/hub", "GREETING"),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_reach_the_objects(render: Render, case: str) -> None:
    values, name, expected = VALUES[case]
    assert expected in yaml.safe_dump(render.objects(values)[name])


def test_a_database_elsewhere_needs_no_claim_and_is_not_upgraded(render: Render) -> None:
    objects = render.objects({"hub": {"db": {"type": "postgres", "url": "postgresql://db/hub"}}})
    (container,) = objects["Deployment/hub"]["spec"]["template"]["spec"]["containers"]
    assert "PersistentVolumeClaim/hub-db-dir" not in objects
    assert "--upgrade-db" not in container["args"]
    assert "--upgrade-db" in render.objects({})["Deployment/hub"]["spec"]["template"]["spec"]["containers"][0]["args"]


def test_the_service_of_the_proxy_is_what_the_values_say(render: Render) -> None:
    assert render.objects({})["Service/proxy-public"]["spec"]["type"] == "LoadBalancer"
    assert render.objects({"proxy": {"service": {"type": "ClusterIP"}}})["Service/proxy-public"]["spec"]["type"] == "ClusterIP"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"hub": {"imagee": {}}}, "imagee"),
        ({"nonsense": 1}, "nonsense"),
        ({"hub": {"allowNamedServers": "yes"}}, "allowNamedServers"),
        ({"hub": {"db": {"type": "oracle"}}}, "type"),
        ({"scheduling": {"userPods": {"nodeAffinity": {"matchNodePurpose": "wish"}}}}, "matchNodePurpose"),
    ],
)
def test_values_that_the_real_chart_refuses_are_refused(render: Render, values: dict[str, Any], named: str) -> None:
    done = render.run(values)
    assert done.returncode == 1
    assert named in done.stderr


def test_the_same_content_makes_the_same_bytes(archive: Path, tmp_path: Path) -> None:
    assert stand_in(tmp_path).read_bytes() == archive.read_bytes()


@pytest.fixture
def repository(archive: Path) -> Iterator[ChartRepository]:
    with ChartRepository(archive.parent) as served:
        yield served


def test_the_repository_serves_what_its_index_says(repository: ChartRepository) -> None:
    index = yaml.safe_load(httpx.get(f"{repository.url}/index.yaml", trust_env=False).text)
    (entry,) = index["entries"]["jupyterhub"]
    content = httpx.get(f"{repository.url}/{entry['urls'][0]}", trust_env=False).content
    assert entry["version"] == "4.4.0"
    assert hashlib.sha256(content).hexdigest() == entry["digest"] == repository.digest("jupyterhub")
    assert repository.asked == ["/index.yaml", "/jupyterhub-4.4.0.tgz"]


@pytest.mark.parametrize("bundle", [HELM_4, HELM_3], ids=lambda bundle: bundle.helm_version)
def test_helm_is_the_version_that_it_is_pinned_as(bundle: Bundle) -> None:
    done = subprocess.run([helm(bundle), "version", "--short"], check=True, capture_output=True, text=True)
    assert done.stdout.startswith(bundle.helm_version)
