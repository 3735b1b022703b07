"""A hub on Kubernetes by plain Helm: it installs, a person's server starts, runs a cell and stops, an upgrade keeps what it must.

The same tests run on the stand-in and, where `Z2JH_CHART` names the chart's folder in a clone of zero-to-jupyterhub, on that.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.support.charts import stand_in
from tests.support.cluster import Cluster
from tests.support.helm import HELM_3, HELM_4, Bundle, helm
from tests.support.hub_driver import Kernel, wait_for
from tests.support.hub_release import HubRelease, hub_values, release
from tests.support.real_chart import CLONE, packaged_clone
from websockets.exceptions import InvalidStatus

pytestmark = pytest.mark.cluster


@dataclass(frozen=True)
class Hub:
    """An installed hub, the address it answers at, and the chart it came from."""

    release: HubRelease
    url: str
    chart: str


@pytest.fixture(scope="module", params=["stand-in", pytest.param("real", marks=pytest.mark.extra)])
def chart(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Helm is told to install, in a folder that says which it is."""
    folder = tmp_path_factory.mktemp(request.param, numbered=False)
    if request.param == "stand-in":
        return stand_in(folder)
    clone = os.environ.get(CLONE)
    if clone is None:
        pytest.skip(f"{CLONE} names no clone of zero-to-jupyterhub")
    return packaged_clone(Path(clone), folder)


@pytest.fixture(scope="module")
def hub(cluster: Cluster, chart: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """An installed hub, gone again after this module."""
    installed = release(cluster, chart.parent.name, tmp_path_factory.mktemp("helm"))
    try:
        installed.install(str(chart), hub_values())
        url = installed.url()
        # The cluster leads to a hub that is ready a moment later.
        wait_for("the hub's login page", lambda: httpx.get(f"{url}hub/login", trust_env=False).is_success)
        yield Hub(installed, url, str(chart))
    finally:
        installed.remove()


def test_the_objects_have_the_names_that_people_know(hub: Hub) -> None:
    names = hub.release.cluster.kubectl(
        "get", "deploy,svc,pvc,secret,cm,sa,role,netpol", "-n", hub.release.name, "-o", "name"
    ).split()
    wanted = {
        *(f"deployment.apps/{name}" for name in ("hub", "proxy")),
        *(f"service/{name}" for name in ("hub", "proxy-api", "proxy-public")),
        *(f"networkpolicy.networking.k8s.io/{name}" for name in ("hub", "proxy", "singleuser")),
        "persistentvolumeclaim/hub-db-dir",
        "secret/hub",
        "configmap/hub",
        "serviceaccount/hub",
        "role.rbac.authorization.k8s.io/hub",
    }
    assert wanted <= set(names)


def test_a_person_starts_a_server_runs_a_cell_and_stops_it(hub: Hub) -> None:
    with hub.release.person(hub.url, "ada") as ada:
        ada.log_in()
        ada.start(seconds=120)
        kernel = ada.kernel()
        assert kernel.run("import os; print(6 * 7, os.getcwd(), os.environ['JUPYTERHUB_USER'])") == "42 /home/jovyan ada\n"
        kubectl = hub.release.cluster.kubectl
        assert "jupyter-ada" in kubectl("get", "pods", "-n", hub.release.name, "-l", "component=singleuser-server", "-o", "name")
        assert "claim-ada" in kubectl("get", "pvc", "-n", hub.release.name, "-o", "name")
        ada.stop()
        gone = ("get", "pods", "-n", hub.release.name, "-l", "component=singleuser-server", "-o", "name")
        wait_for("the pod to go", lambda: not kubectl(*gone))


def answer_of(kernel: Kernel, code: str) -> str | None:
    """What the kernel prints; None while the proxy has no route to its server, as it restarts when its token first settles."""
    try:
        return kernel.run(code)
    except InvalidStatus:
        return None


@pytest.mark.parametrize("bundle", [HELM_4, HELM_3], ids=lambda bundle: f"helm-{bundle.helm_version}")
def test_an_upgrade_keeps_generated_secrets_homes_and_kernels(hub: Hub, bundle: Bundle, tmp_path: Path) -> None:
    keys = ("hub.config.JupyterHub.cookie_secret", "hub.config.CryptKeeper.keys", "hub.config.ConfigurableHTTPProxy.auth_token")
    before = [hub.release.secret(key) for key in keys]
    with hub.release.person(hub.url, "grace") as grace:
        grace.log_in()
        grace.start(seconds=120)
        kernel = grace.kernel()
        kernel.run("kept = 'still here'")
        values = hub_values()
        values["hub"]["extraEnv"] = {"UPGRADED_BY": bundle.helm_version}
        upgrading = release(hub.release.cluster, hub.release.name, tmp_path, helm(bundle))
        upgrading.install(hub.chart, values)
        assert [hub.release.secret(key) for key in keys] == before
        wait_for("the hub", lambda: "JupyterHub" in grace.page("hub/home"))
        wait_for("the old kernel", lambda: answer_of(kernel, "print(kept)") == "still here\n", 120)
        grace.stop()


def test_a_misspelt_value_is_refused(hub: Hub) -> None:
    values = hub_values()
    values["hub"]["imagee"] = {}
    with pytest.raises(AssertionError, match="imagee"):
        hub.release.install(hub.chart, values)
