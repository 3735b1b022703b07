"""Hubs that cannot start, and hubs that start otherwise than on Kubernetes."""

import os
import shutil
import socket

import pytest
from tests.functional.runtime.busy_hub import TEMPLATES
from tests.support.hub_environment import hub_python
from tests.support.local_hub import LocalHub, MakeHub, plain_values

from deployer.tools.environments import reachable_by_others

pytestmark = pytest.mark.functional
SOMEBODY = 4321


def _failed(hub: LocalHub) -> dict[str, object]:
    """Start it, and wait for its end."""
    hub.start()
    assert hub.supervisor
    assert hub.supervisor.wait(120) == 1
    assert hub.status["state"] == "failed"
    assert hub.processes() == []
    return hub.status


def test_a_snippet_that_fails_is_told_by_name_and_line_and_nothing_is_left(make_hub: MakeHub) -> None:
    values = plain_values(extraConfig={"20-later": "raise SystemExit(3)", "10-mine": "x = 1\ny = x.missing\n"})
    reason = _failed(make_hub(values=values))["reason"]
    assert reason == "hub.extraConfig.10-mine, line 2: AttributeError: 'int' object has no attribute 'missing'\n    y = x.missing"


def test_a_hub_that_ends_at_once_is_given_up_with_its_last_lines(make_hub: MakeHub) -> None:
    status = _failed(make_hub(values=plain_values(loadRoles={"people": {"scopes": ["no:such:scope"]}})))
    assert "the hub ended with exit code" in str(status["reason"])
    assert "no:such:scope" in str(status["log"])


def test_a_port_that_is_taken_is_told(make_hub: MakeHub) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        hub = make_hub(port=taken.getsockname()[1])
        assert f"port {hub.port} on 127.0.0.1 is taken" in str(_failed(hub)["reason"])


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"JupyterHub": {"authenticator_class": "dummy", "ip": "0.0.0.0"}}, "a dummy login listens on 127.0.0.1 only"),
        ({"JupyterHub": {"bind_url": "http://:9000"}, "loadRoles": {}}, "hub.config.loadRoles is no class"),
    ],
)
def test_what_must_not_run_here_is_refused(make_hub: MakeHub, config: dict[str, object], said: str) -> None:
    values = plain_values()
    values["jupyterhub"]["hub"]["config"] = config
    hub = make_hub(values=values)
    hub.write()
    assert said in hub.complaint()


def test_a_start_leaves_no_complaints_in_the_log(make_hub: MakeHub) -> None:
    hub = make_hub()
    hub.up()
    assert "Failed to get custom error page" not in (hub.root / "logs" / "proxy.log").read_text()


def test_two_supervisors_never_share_a_folder(make_hub: MakeHub) -> None:
    hub = make_hub()
    hub.up()
    pid = hub.pid("hub")
    assert hub.supervise().wait(60) == 6
    assert (hub.pid("hub"), hub.status["state"]) == (pid, "running")
    addresses = {
        connection.laddr.ip
        for process in hub.processes()
        for connection in process.net_connections("tcp")
        if connection.status == "LISTEN"
    }
    assert addresses == {"127.0.0.1"}


SNIPPETS = {
    "10-class": """
from kubespawner import KubeSpawner

class OurSpawner(KubeSpawner):
    async def start(self):
        self.environment["OURS"] = "yes"
        return await super().start()

c.JupyterHub.spawner_class = OurSpawner
""",
    "20-hook": """
def hook(spawner, pod):
    pod.spec.containers[0].env.append({"name": "HOOKED", "value": spawner.user.name})
    return pod

c.KubeSpawner.modify_pod_hook = hook
""",
}


def test_a_login_provider_is_replaced_and_people_s_own_classes_stay(make_hub: MakeHub) -> None:
    """As a normal user where root can become one: nothing here needs root."""
    config = {
        "JupyterHub": {"authenticator_class": "github"},
        "GitHubOAuthenticator": {"client_id": "x", "client_secret": "y", "allowed_users": ["ben"]},
        "Authenticator": {"admin_users": ["ada"], "blocked_users": ["cy"], "auto_login": True, "manage_groups": True},
    }
    become = shutil.which("setpriv") if os.geteuid() == 0 else None
    if become and not all(map(reachable_by_others, (hub_python(), hub_python().parent))):
        pytest.skip(f"{hub_python()} is closed to other users: name an open folder in DEPLOYER_TEST_CACHE")
    somebody = (become, "--reuid", str(SOMEBODY), "--regid", str(SOMEBODY), "--clear-groups", "--") if become else ()
    values = plain_values(config=config, extraConfig=SNIPPETS)
    hub = make_hub(values=values, command=somebody)
    password = hub.root / "password"
    hub.settings = {
        "login_override": {"reason": "GitHub cannot log in here", "password_file": str(password)},
        "templates": [str(TEMPLATES)],
    }
    hub.write()
    password.write_text("local password\n")
    password.chmod(0o600)
    if become:
        for path in (hub.root, *hub.root.rglob("*")):
            os.chown(path, SOMEBODY, SOMEBODY)
    hub.up()
    with (
        hub.person("dee", "local password") as dee,
        hub.person("ben", "wrong") as wrong,
        hub.person("cy", "local password") as cy,
    ):
        for nobody in (dee, wrong, cy):
            with pytest.raises(AssertionError, match="is not let in"):
                nobody.log_in()
    with hub.person("ben", "local password") as ben:
        landing = ben.page("hub/login")
        assert "GitHub cannot log in here" in landing
        assert "<h1>JupyterHub</h1>" in landing
        ben.log_in()
        ben.start()
        code = "import os; print(os.environ['OURS'], os.environ['HOOKED'], os.getuid())"
        assert ben.kernel().run(code).split() == ["yes", "ben", str(SOMEBODY if become else os.getuid())]
    assert hub.stop() == 0
    assert [" ".join(process.cmdline()) for process in hub.processes()] == []
