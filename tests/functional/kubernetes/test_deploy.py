"""What people who deploy to a cluster rely on, in the order in which it happens to a hub."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator

import pytest
from tests.support.charts import ChartRepository
from tests.support.cluster import Cluster
from tests.support.cluster_fleet import ClusterFleet, hub_file, nameless
from tests.support.hub_driver import Kernel, wait_for
from tests.support.program import Ended, told
from tests.support.recovery import deployed
from tests.support.unharmed import answer_of, unharmed

from deployer.model.outcomes import Outcome

pytestmark = pytest.mark.cluster

SNIPPET = """\
error: the hub does not take its new configuration: hub.extraConfig.mine, line 2: ValueError: no such course
    raise ValueError('no such course')
It was only tried: the running hub was not touched.
hint: Mend it, then deploy again.
"""
SETTING = """\
error: the hub does not take its new configuration: The 'admin_users' trait of a SharedPasswordAuthenticator instance expected a \
set, not the int 3.
It was only tried: the running hub was not touched.
hint: Mend it, then deploy again.
"""
NO_IMAGE = """\
error: the image localhost/no-such-hub:1 of pod hub-trial-* cannot be had (ErrImagePull)
It was only tried: the running hub was not touched.
hint: Look at its name and tag, and whether the registry needs a login.
"""
NO_WRITE = """\
error: the account may not create {what} of cluster onenode
hint: Ask whoever runs the cluster for this right; `deployer doctor onenode` lists all that are needed.
"""
LOCK = ("namespaces", "leases in namespace deployer")
"""What a deploy writes first: its lock, and before the first one of a cluster the namespace of locks."""
_DIGEST = re.compile("hidden:[0-9a-f]+")
LATER = [
    "error: container hub of pod hub-* ended with 1",
    "What ran before runs again.",
    "hint: Mend what its log says, then deploy again.",
]


@pytest.fixture(scope="module")
def fleet(
    cluster: Cluster, chart_repository: ChartRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ClusterFleet]:
    """A fleet whose hub `garden` is not deployed yet."""
    made = ClusterFleet(tmp_path_factory.mktemp("garden"), cluster, chart_repository, hub="garden")
    made.write()
    yield made
    cluster.kubectl("delete", "namespace", made.hub, "--ignore-not-found", "--wait=false")


def hub_pods(fleet: ClusterFleet, components: str = "hub,proxy") -> set[str]:
    return {entry["metadata"]["name"] for entry in fleet.get("pods", "-l", f"component in ({components})")["items"]}


def test_a_dry_run_writes_nothing(fleet: ClusterFleet) -> None:
    """Whoever may only read is told the same as whoever may do everything: nothing was even tried."""
    ended = fleet.deploy("--dry-run")
    assert ended.code == 0, ended.err
    assert "Try the new configuration" in ended.out
    with fleet.read_only():
        assert alike(fleet.deploy("--dry-run")) == alike(ended)
        refused = fleet.deploy()
    assert refused.code == 4
    assert told(refused.err) in [NO_WRITE.format(what=what) for what in LOCK]


def alike(ended: Ended) -> tuple[int, str, str]:
    """Before a first deploy the key of digests is each run's own."""
    return ended.code, *(_DIGEST.sub("hidden", text) for text in (ended.out, ended.err))


def test_a_first_deploy_ends_with_a_hub_that_was_used(fleet: ClusterFleet) -> None:
    ended = fleet.deploy("--format", "json")
    assert ended.code == 0, ended.err
    (hub,) = ended.data["hubs"]
    assert hub["outcome"] == "deployed"
    assert hub["check"]["healthy"]
    assert {"deployment.apps/hub", "deployment.apps/proxy", "secret/hub"} <= fleet.names("deployments,secrets")
    assert not fleet.names("jobs"), "the trial leaves nothing"


def test_a_log_is_followed(fleet: ClusterFleet) -> None:
    with fleet.began("logs", "onenode", fleet.hub, "--follow", "--lines", "1") as following:
        assert following.stdout is not None
        following.stdout.readline()
        with fleet.person("grace") as grace:
            grace.log_in()
        assert any("logged in: grace" in line for line in following.stdout)
        following.send_signal(signal.SIGINT)
        assert following.wait(timeout=30) == 130


def test_what_has_not_changed_is_left_alone(fleet: ClusterFleet, kernel: Kernel) -> None:
    revision = fleet.revision()
    ended = fleet.deploy()
    assert ended.code == 0
    assert "unchanged, nothing to do" in ended.out
    assert fleet.revision() == revision
    assert fleet.run("status", "onenode", fleet.hub, "--format", "json").data["hubs"][0]["state"] == "running"


def test_a_changed_word_restarts_the_hub_and_no_server(fleet: ClusterFleet, kernel: Kernel) -> None:
    fleet.write(hub_file("Welcome back"))
    planned = fleet.deploy("--dry-run")
    with fleet.read_only():
        assert fleet.deploy("--dry-run") == planned
    assert "+" in planned.out
    assert "Welcome back" in planned.out
    assert "logins pause" in planned.out
    assert "notebooks reconnect" not in planned.out
    proxy = hub_pods(fleet, "proxy")
    ended = fleet.deploy()
    assert ended.code == 0, ended.err
    assert "Now logins pause for less than a minute; running servers go on.\n" in ended.err
    assert "Welcome back" in kernel.person.page("hub/home")
    assert hub_pods(fleet, "proxy") == proxy
    assert wait_for("the kernel", lambda: answer_of(kernel, "print(kept)")) == "still here\n"


def test_a_proxy_that_starts_alone_leads_to_servers_again(fleet: ClusterFleet, kernel: Kernel) -> None:
    """A websocket to a proxy without the route would wait for a minute, so a plain request looks for it."""
    fleet.cluster.kubectl("delete", "pod", "-l", "component=proxy", "-n", fleet.hub, "--grace-period=1")
    wait_for("ada's server", lambda: kernel.person.browser.get("user/ada/api/status").status_code == 200, 180)
    assert kernel.run("print(kept)") == "still here\n"


@pytest.mark.parametrize(
    ("snippet", "message"),
    [
        pytest.param("first = 1\nraise ValueError('no such course')\n", SNIPPET, id="fails"),
        pytest.param("c.Authenticator.admin_users = 3\n", SETTING, id="sets what nobody takes"),
    ],
)
def test_a_bad_snippet_is_told_and_never_reaches_the_hub(fleet: ClusterFleet, kernel: Kernel, snippet: str, message: str) -> None:
    pod, revision = hub_pods(fleet), fleet.revision()
    fleet.write(hub_file(extraConfig={"mine": snippet}))
    with unharmed(fleet, kernel):
        ended = fleet.deploy()
    assert (ended.code, told(ended.err)) == (5, message)
    assert (hub_pods(fleet), fleet.revision()) == (pod, revision)


def test_an_image_that_cannot_be_had_never_reaches_the_hub(fleet: ClusterFleet, kernel: Kernel) -> None:
    pod, revision = hub_pods(fleet), fleet.revision()
    content = hub_file()
    content["hub"]["image"] = "localhost/no-such-hub:1"
    fleet.write(content)
    with unharmed(fleet, kernel):
        ended = fleet.deploy()
    assert (ended.code, nameless(told(ended.err)).replace("ImagePullBackOff", "ErrImagePull")) == (5, NO_IMAGE)
    assert (hub_pods(fleet), fleet.revision()) == (pod, revision)


LATE = """
import os
if os.environ.get("HOSTNAME", "").startswith("hub-") and "trial" not in os.environ["HOSTNAME"]:
    raise RuntimeError("only where it counts")
"""


def test_a_change_that_breaks_the_hub_later_is_rolled_back(fleet: ClusterFleet, kernel: Kernel) -> None:
    fleet.write(hub_file("Welcome back", extraConfig={"mine": LATE}))
    with unharmed(fleet, kernel):
        ended = fleet.deploy()
    assert ended.code == 5, ended.err
    first, *lines, last, hint = nameless(told(ended.err)).splitlines()
    assert [first, last, hint] == LATER
    assert any("RuntimeError: only where it counts" in line for line in lines)
    assert "Welcome back" in kernel.person.page("hub/home")
    fleet.write(hub_file("Welcome back"))
    assert "unchanged" in fleet.deploy().out


def test_going_back_one_deploy(fleet: ClusterFleet, kernel: Kernel) -> None:
    fleet.write(hub_file("Third time"))
    assert deployed(fleet) is Outcome.DEPLOYED
    ended = fleet.run("rollback", "onenode", fleet.hub, "--format", "json")
    assert ended.code == 0, ended.err
    (hub,) = ended.data["hubs"]
    assert hub["outcome"] == "rolled back"
    assert hub["check"]["healthy"]
    wait_for("the hub", lambda: "Welcome back" in kernel.person.page("hub/home"))
    assert wait_for("the kernel", lambda: answer_of(kernel, "print(kept)")) == "still here\n"
    assert "-" in fleet.deploy("--dry-run").out
    fleet.write(hub_file("Welcome back"))
    assert "unchanged" in fleet.deploy().out


def pod_of(fleet: ClusterFleet, user: str) -> None:
    """A server of somebody else, whose image nobody has."""
    notes = fleet.get("pod", "jupyter-ada")["metadata"]["annotations"] | {"hub.jupyter.org/username": user}
    labels = {"component": "singleuser-server"}
    metadata = {"name": f"jupyter-{user}", "namespace": fleet.hub, "labels": labels, "annotations": notes}
    stuck = {"name": "notebook", "image": "localhost/no-such-image:1"}
    fleet.cluster.apply({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [stuck]}})


def test_the_server_of_a_check_is_no_users(fleet: ClusterFleet, kernel: Kernel) -> None:
    pod_of(fleet, "deployer-check")
    (hub,) = fleet.run("status", "onenode", fleet.hub, "--format", "json").data["hubs"]
    fleet.cluster.kubectl("delete", "pod", "jupyter-deployer-check", "-n", fleet.hub, "--wait=false")
    assert hub["users"] == 1


def test_why_a_server_does_not_start(fleet: ClusterFleet, kernel: Kernel) -> None:
    ended = fleet.run("diagnose", "onenode", fleet.hub, "ada")
    assert ended.code == 0, ended.out
    assert "pod jupyter-ada runs" in ended.out
    assert "volume claim-ada is bound" in ended.out
    assert "last lines of the log of server of ada:" in ended.out
    pod_of(fleet, "eve")
    wait_for("the image to fail", lambda: "ErrImage" in str(fleet.get("pod", "jupyter-eve")["status"]))
    ended = fleet.run("diagnose", "onenode", fleet.hub, "eve", "--format", "json")
    fleet.cluster.kubectl("delete", "pod", "jupyter-eve", "-n", fleet.hub, "--wait=false")
    assert ended.code == 7
    (failed,) = [finding for finding in ended.data["findings"] if finding["verdict"] == "failed"]
    assert failed["found"].startswith("the image localhost/no-such-image:1 of pod jupyter-eve cannot be had")


def test_destroy_keeps_what_people_made_and_a_new_deploy_takes_it_up(fleet: ClusterFleet, kernel: Kernel) -> None:
    """Also where the chart does not mark the database's claim, and a hook has left the login to a registry."""
    unmarked = hub_file(db={"pvc": {"annotations": None}})
    login = {"create": True, "registry": "registry.example.org", "username": "robot", "password": "s3cret"}
    unmarked["values"]["jupyterhub"]["imagePullSecret"] = login
    fleet.write(unmarked)
    assert deployed(fleet) is Outcome.DEPLOYED
    assert not fleet.get("persistentvolumeclaim", "hub-db-dir")["metadata"]["annotations"].get("helm.sh/resource-policy")
    assert "secret/image-pull-secret" in fleet.names("secrets")
    kernel.run("open('/home/jovyan/diary', 'w').write('dear diary')")
    keys = {name: value for name, value in fleet.get("secret", "hub")["data"].items() if name.startswith("hub.")}
    ended = fleet.run("destroy", "onenode", fleet.hub, "--yes")
    assert ended.code == 0, ended.err
    for kept in ("homes", "database", "keys"):
        assert f"kept: hub:onenode/{fleet.hub}/{kept}" in ended.out
    assert not fleet.names("deployments")
    assert "persistentvolumeclaim/hub-db-dir" in fleet.names("persistentvolumeclaims")
    assert "secret/image-pull-secret" not in fleet.names("secrets")
    wait_for("the pods to go", lambda: not fleet.names("pods"))
    fleet.write()
    assert deployed(fleet) is Outcome.DEPLOYED
    assert {name: value for name, value in fleet.get("secret", "hub")["data"].items() if name in keys} == keys
    with fleet.person("ada") as ada:
        ada.log_in()
        ada.start(seconds=120)
        assert ada.kernel().run("print(open('/home/jovyan/diary').read())") == "dear diary\n"
        ada.stop()
    ended = fleet.run("destroy", "onenode", fleet.hub, "--yes", f"--allow-destroy=hub:onenode/{fleet.hub}/database")
    assert ended.code == 0, ended.err
    assert f"lost: hub:onenode/{fleet.hub}/database" in ended.out
    assert f"kept: hub:onenode/{fleet.hub}/database" not in ended.out
    assert "persistentvolumeclaim/hub-db-dir" not in fleet.names("persistentvolumeclaims")
    rest = [f"--allow-destroy=hub:onenode/{fleet.hub}/{name}" for name in ("homes", "keys")]
    ended = fleet.run("destroy", "onenode", fleet.hub, "--yes", *rest)
    assert ended.code == 0, ended.err
    assert "kept:" not in ended.out
    fleet.await_removal()
