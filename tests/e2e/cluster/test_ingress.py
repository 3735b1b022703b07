"""From a hub that nobody can reach yet to a cell in a browser: its name, its certificate, the ingress, and the hub behind it.

The deployer and the ACME server ask the test cluster's name server, and reach the ingress as the internet reaches a real one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.support import cert_manager
from tests.support.browser import chromium
from tests.support.cache import PROJECT
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import PASSWORD, hub_file
from tests.support.hub_driver import wait_for
from tests.support.ingress import InnerFleet, Pebble, Traefik, chart_values
from tests.support.program import Ended

pytestmark = [pytest.mark.cluster, pytest.mark.e2e, pytest.mark.timeout(600)]
HUB = "harbour"
DOMAIN = "harbour.example.org"
URL = f"https://{DOMAIN}/"
SECRET = "https-certificate"
NO_NAME = f"{DOMAIN} is not in the DNS yet; a record has to lead to {Traefik.address}"
NO_CERTIFICATE = f"{DOMAIN} has no certificate yet that browsers accept: self-signed certificate"
WAITING = "Issuing certificate as Secret does not exist"
DEPLOYED = f"""\
  {URL}
  Log in by shared-password.
  pending: {NO_NAME}.
  It was checked through the API server; `deployer check onenode {HUB}` looks again.
"""


@dataclass
class WayIn:
    """All that lies between a person and the hub. `first` is how its first deploy ended, when nobody knew its name."""

    fleet: InnerFleet
    pebble: Pebble
    traefik: Traefik
    port: int
    first: Ended
    root: Path

    def served(self) -> str:
        """Why a browser that trusts pebble would not accept what is served for the domain; empty where it would."""
        try:
            self.ask("")
        except httpx.ConnectError as error:
            return str(error)
        return ""

    def ask(self, path: str) -> httpx.Response:
        """What is answered to who comes by the domain and trusts pebble's authority alone. Raises httpx.ConnectError."""
        trusting = ssl.create_default_context(cafile=str(self.root))
        with httpx.Client(verify=trusting, trust_env=False) as client:
            address = f"https://127.0.0.1:{self.port}/{path}"
            return client.get(address, headers={"Host": DOMAIN}, extensions={"sni_hostname": DOMAIN})

    def order(self) -> None:
        """Let Traefik order a certificate for the domain, and wait until it serves it."""
        self.traefik.start(self.pebble)
        wait_for("the certificate", lambda: self.served() == "", 60)

    def hand_over(self) -> None:
        """Put the certificate where cert-manager would put it, and let Traefik do as the chart has it."""
        orders = json.loads(self.traefik.orders.read_text())["pebble"]["Certificates"]
        (ordered,) = [entry for entry in orders if entry["domain"]["main"] == DOMAIN]
        self.fleet.cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "type": "kubernetes.io/tls",
                "metadata": {"name": SECRET, "namespace": HUB},
                "data": {"tls.crt": ordered["certificate"], "tls.key": ordered["key"]},
            }
        )
        self.traefik.start()
        wait_for("the certificate of the Secret", lambda: self.served() == "", 30)


def file(title: str) -> dict[str, Any]:
    return hub_file(title) | {"domain": DOMAIN}


def fitting(command: str, ended: Ended) -> Any:
    """What a command printed as JSON, which fits its schema."""
    assert ended.code == 0, ended.err
    jsonschema.validate(ended.data, json.loads((PROJECT / "docs" / "reference" / "schemas" / f"{command}.json").read_text()))
    return ended.data


@contextmanager
def certificate_of_cert_manager(cluster: Cluster, said: str) -> Iterator[None]:
    """The Certificate that cert-manager makes for the hub's Ingress, with its words on why it is not ready."""
    if reason := cert_manager.missing():
        pytest.skip(reason)
    metadata = {"name": SECRET, "namespace": HUB}
    spec = {"secretName": SECRET, "dnsNames": [DOMAIN], "issuerRef": {"name": "letsencrypt", "kind": "ClusterIssuer"}}
    condition = {"type": "Ready", "status": "False", "reason": "DoesNotExist", "message": said}
    with cert_manager.kinds(cluster):
        cluster.apply({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": metadata, "spec": spec})
        status = json.dumps({"status": {"conditions": [condition]}})
        words = ("certificate", SECRET, "-n", HUB, "--subresource=status", "--type=merge", "-p", status)
        cluster.kubectl("patch", *words)
        yield


@pytest.fixture(scope="module")
def way_in(cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WayIn]:
    """A hub that runs behind Traefik; no name leads there."""
    fleet = InnerFleet(tmp_path_factory.mktemp("fleet"), cluster, chart_repository, hub=HUB)
    fleet.write(file("Harbour"))
    fleet.enter()
    pebble, traefik = Pebble(cluster), Traefik(cluster)
    try:
        pebble.start()
        traefik.start()
        root = tmp_path_factory.mktemp("authority") / "root.pem"
        root.write_text(pebble.root())
        first = fleet.deploy()
        assert first.code == 0, first.err
        yield WayIn(fleet, pebble, traefik, traefik.port(), first, root)
    finally:
        traefik.end()
        pebble.end()
        cluster.name(DOMAIN)
        cluster.kubectl("delete", "namespace", HUB, "--ignore-not-found", "--wait=false")


@pytest.fixture(scope="module")
def named(way_in: WayIn) -> Any:
    """How a second deploy of the hub ended, once its name leads to the ingress."""
    cluster = way_in.fleet.cluster
    cluster.name(DOMAIN, Traefik.address)
    assert "self-signed" in way_in.served()
    way_in.fleet.write(file("Harbour, named"))
    with certificate_of_cert_manager(cluster, WAITING):
        (hub,) = fitting("deploy", way_in.fleet.deploy("--format", "json"))["hubs"]
    return hub


@pytest.fixture(scope="module")
def reachable(way_in: WayIn, named: Any) -> WayIn:
    """The hub with its name and its certificate, both where they belong."""
    way_in.order()
    way_in.hand_over()
    return way_in


@pytest.fixture(scope="module")
def browser(reachable: WayIn) -> Iterator[Browser]:
    """Chromium, which finds the hub by its domain and accepts the certificates of that authority alone."""
    key = subprocess.run(
        ["sh", "-c", "openssl x509 -pubkey -noout | openssl pkey -pubin -outform der"],
        input=reachable.pebble.intermediate().encode(),
        capture_output=True,
        check=True,
    ).stdout
    signed = base64.b64encode(hashlib.sha256(key).digest()).decode()
    way = f"--host-resolver-rules=MAP {DOMAIN}:443 127.0.0.1:{reachable.port}"
    with chromium(way, f"--ignore-certificate-errors-spki-list={signed}") as running:
        yield running


def test_a_hub_whose_name_nobody_knows_yet_is_deployed_and_says_so(way_in: WayIn) -> None:
    head, _, rest = way_in.first.out.partition("\n")
    assert head.startswith(f"onenode/{HUB}: deployed in ")
    assert rest == DEPLOYED
    (hub,) = fitting("status", way_in.fleet.run("status", "onenode", HUB, "--format", "json"))["hubs"]
    assert (hub["state"], hub["pending"]) == ("running", f"{DOMAIN} is not in the DNS yet")


def test_a_certificate_that_is_not_there_yet_is_pending_with_the_words_of_its_issuer(named: Any) -> None:
    assert (named["outcome"], named["pending"]) == ("deployed", f"{NO_CERTIFICATE}; its issuer says: {WAITING}")
    step = named["check"]["steps"][-1]
    assert (named["check"]["healthy"], step["name"], step["status"]) == (True, "Public address", "pending")


def test_the_ingress_serves_the_domain_with_a_certificate_that_an_acme_server_signed(reachable: WayIn) -> None:
    """`reachable` has tried both ways: an order that is validated over port 80, and the Secret that the Ingress names."""
    answer = reachable.ask("hub/login")
    assert answer.status_code == 200
    assert "Harbour" in answer.text
    plain = reachable.fleet.cluster.forward(f"{Traefik.address}:80")
    moved = httpx.get(f"http://127.0.0.1:{plain}/hub/", headers={"Host": DOMAIN}, trust_env=False)
    assert (moved.status_code, moved.headers["location"]) == (301, f"{URL}hub/")


@pytest.mark.parametrize("name", ["%23", "%3F", "%2F", "%25", "%3B", "%C3%A9", "%40"])
def test_names_of_files_and_people_pass_whatever_is_in_them(reachable: WayIn, name: str) -> None:
    """Proxies are fond of refusing some: a notebook called `C# 100%.ipynb` could not be opened then."""
    answer = reachable.ask(f"user/ada/api/contents/{name}.ipynb")
    assert "x-jupyterhub-version" in answer.headers, f"{answer.status_code} {answer.text[:200]}"


def test_where_nothing_is_behind_for_a_moment_people_are_told_to_ask_again(reachable: WayIn) -> None:
    """As while a proxy restarts. After 404 JupyterLab would say that its kernels have died, and not ask any more."""
    host, metadata = "nobody.example.org", {"name": "nobody", "namespace": HUB}
    backend = {"service": {"name": "nobody", "port": {"number": 80}}}
    rule = {"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    spec = {"ingressClassName": chart_values()["ingressClass"]["name"], "rules": [rule]}
    reachable.fleet.cluster.apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": 80}]}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec},
    )

    def told() -> bool:
        with httpx.Client(verify=False, trust_env=False) as client:
            return client.get(f"https://127.0.0.1:{reachable.port}/", headers={"Host": host}).status_code == 503

    wait_for("503 instead of 404", told, 20)


def test_a_browser_logs_in_and_its_kernel_outlives_a_deploy(reachable: WayIn, page: Page) -> None:
    page.goto(URL)
    page.get_by_label("Username").fill("grace")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/user/grace/lab**")
    page.locator(".jp-LauncherCard[data-category=Notebook]").first.click()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    assert run_in_cell(page, 0, "kept = 6 * 7; print(kept)") == "42\n"

    reachable.fleet.write(file("Harbour, rebuilt"))
    trusting = {"SSL_CERT_FILE": str(reachable.root)}
    (hub,) = fitting("deploy", reachable.fleet.deploy("--format", "json", **trusting))["hubs"]
    assert (hub["outcome"], hub["pending"]) == ("deployed", "")
    assert {step["name"]: step["status"] for step in hub["check"]["steps"]}["Public address"] == "ok"
    (status,) = reachable.fleet.run("status", "onenode", HUB, "--format", "json", **trusting).data["hubs"]
    assert (status["state"], status["pending"]) == ("running", "")

    assert run_in_cell(page, 1, "print(kept + 1)") == "43\n"


def run_in_cell(page: Page, number: int, code: str) -> str:
    """What the notebook's cell of this number prints."""
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").nth(number).click()
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    output = page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-OutputArea-output")
    expect(output).to_be_visible()
    return output.text_content() or ""
