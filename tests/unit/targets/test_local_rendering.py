"""What a hub's values come to on this machine: the login, the port, what is not honoured, the start files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deployer.errors import MachineError
from deployer.model.release import HubRef, Release
from deployer.model.secret import Secret
from deployer.targets.local import ports
from deployer.targets.local.login import LocalLogin, ensure_password, local_login
from deployer.targets.local.notices import Abilities, notices
from deployer.targets.local.start_files import Machine, documents, start_files
from deployer.targets.local.values import complete_values

REF = HubRef("demo", "welcome")
PASSWORD = Path("/state/login-password")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "no password is asked"),
        ({"JupyterHub": {"authenticator_class": "dummy"}}, "no password is asked"),
        (
            {"JupyterHub": {"authenticator_class": "dummy"}, "DummyAuthenticator": {"password": "x"}},
            "the password of the hub's file",
        ),
        (
            {"JupyterHub": {"authenticator_class": "nativeauthenticator.NativeAuthenticator"}},
            "Sign up at http://h/hub/signup first",
        ),
        ({"JupyterHub": {"authenticator_class": "tmp"}}, "everybody gets a temporary user"),
        (
            {"JupyterHub": {"authenticator_class": "shared-password"}, "SharedPasswordAuthenticator": {"user_password": "x"}},
            "the shared password",
        ),
        ({"JupyterHub": {"authenticator_class": "ldap"}}, "your directory's name and password"),
    ],
)
def test_a_login_that_works_here_stays(config: dict[str, Any], words: str) -> None:
    login = local_login(config, scratch=False)
    assert login.reason == ""
    assert login.notice(PASSWORD) == ()
    assert words in login.words("http://h/", PASSWORD)


@pytest.mark.parametrize(
    ("authenticator", "scratch", "reason"),
    [
        ("github", False, "login by github cannot work on this machine"),
        ("oauthenticator.generic.GenericOAuthenticator", False, "cannot work on this machine"),
        ("ltiauthenticator.lti13.auth.LTI13Authenticator", False, "cannot work on this machine"),
        ("custom.Authenticator", False, "login by custom.Authenticator cannot work"),
        ("shared-password", False, "lacks its secret `user_password`"),
        ("ldap", True, "login by ldap is not tried"),
    ],
)
def test_a_login_that_cannot_work_here_is_replaced_and_loudly_said(authenticator: str, scratch: bool, reason: str) -> None:
    login = local_login({"JupyterHub": {"authenticator_class": authenticator}}, scratch=scratch)
    assert reason in login.reason
    (said,) = login.notice(PASSWORD)
    assert said.startswith(f"LOGIN: {login.reason}")
    assert str(PASSWORD) in said
    assert str(PASSWORD) in login.words("http://h/", PASSWORD)


def test_the_password_of_this_machine_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "login-password"
    ensure_password(path)
    made = path.read_text()
    ensure_password(path)
    assert path.read_text() == made
    assert len(made.strip()) >= 16
    assert path.stat().st_mode & 0o777 == 0o600


ROOT, NOT_ROOT = Abilities(root=True), Abilities(root=False)
USER: dict[str, Any] = {
    "image": {"name": "quay.io/a", "tag": "1"},
    "memory": {"guarantee": "1G", "limit": "2G"},
    "cpu": {"limit": 2},
    "extraResource": {"limits": {"nvidia.com/gpu": "1"}},
    "initContainers": [{"name": "chown"}, {"name": "quota"}],
    "extraContainers": {"10-sidecar": {"name": "sidecar"}},
    "networkPolicy": {"enabled": True},
    "storage": {"capacity": "10Gi", "extraVolumes": [{"name": "shared"}]},
    "extraFiles": {"a": {"mountPath": "/etc/a"}},
    "extraEnv": {"TOKEN": {"valueFrom": {"secretKeyRef": {}}}, "PLAIN": "x"},
    "nodeSelector": {"a": "b"},
    "profileList": [
        {
            "kubespawner_override": {"image": "quay.io/b:2"},
            "profile_options": {
                "image": {"choices": {"c": {"kubespawner_override": {"image": "quay.io/c:3", "mem_guarantee": 1}}}}
            },
        }
    ],
}


@pytest.mark.parametrize(
    "sentence",
    [
        "SECURITY: the deployer does not run as root",
        "The hub's database is not used here",
        "Images quay.io/a:1, quay.io/b:2, quay.io/c:3 are not used here",
        "Guarantees of memory and CPU",
        "CPU limits are not applied",
        "Graphics cards",
        "Init containers chown, quota are not run",
        "SECURITY: extra container 10-sidecar is not run",
        "SECURITY: no network policy holds here",
        "The size of homes is not limited",
        "Volume shared does not exist",
        "Environment variable TOKEN does not exist here",
        "Not on this machine: Dask Gateway",
        "singleuser.nodeSelector, ingress",
    ],
)
def test_what_is_not_honoured_is_named_once(sentence: str) -> None:
    values = {
        "jupyterhub": {
            "singleuser": USER,
            "ingress": {"enabled": True},
            "hub": {"db": {"type": "postgres", "url": "postgresql://hub@db.example.org/hub"}},
        },
        "dask-gateway": {"enabled": True},
    }
    assert len([said for said in notices(values, NOT_ROOT) if sentence in said]) == 1


def test_root_honours_more_and_plain_values_need_no_word() -> None:
    told = "\n".join(notices({"jupyterhub": {"singleuser": USER}}, ROOT))
    assert "CPU limits" not in told
    assert "root" not in told
    assert notices({"jupyterhub": {"hub": {"db": {"type": "sqlite-pvc"}}}}, ROOT) == ()
    assert len(notices({"jupyterhub": {"hub": {"config": {"JupyterHub": {"db_url": "mysql://h/d"}}}}}, ROOT)) == 1
    assert notices({"jupyterhub": {"singleuser": {"defaultUrl": "/lab", "memory": {"limit": "1G"}}}}, ROOT) == ()


@pytest.mark.parametrize("odd", [None, [], "text", {"singleuser": None}, {"singleuser": {"profileList": {"a": 1}, "storage": 3}}])
def test_odd_values_do_not_stop_the_notices(odd: Any) -> None:
    assert isinstance(notices({"jupyterhub": odd}, ROOT), tuple)


def test_ports_are_kept_and_others_are_passed_over() -> None:
    assert ports.choose(8000, None, ()) == 8000
    assert ports.choose(8000, None, {8000, 8001}) == 8002
    assert ports.choose(8000, 8007, {8000}) == 8007
    with pytest.raises(MachineError, match="no port left"):
        ports.choose(65535, None, {65535})


def release(values: dict[str, Any], **more: Any) -> Release:
    return Release(ref=REF, chart="basehub", values=values, **more)


def test_the_charts_own_values_lie_under_the_hubs_wherever_the_chart_has_them() -> None:
    defaults = {"basehub": {"jupyterhub": {"hub": {"a": 1, "b": {"c": 2}}}, "homes": {"x": 1}}}
    values = {"basehub": {"jupyterhub": {"hub": {"b": {"c": None}, "d": [3]}}}}
    complete = complete_values(release(values, defaults=defaults, hub_at=("basehub", "jupyterhub")))
    assert complete["jupyterhub"] == {"hub": {"a": 1, "b": {"c": None}, "d": [3]}}
    assert complete["homes"] == {"x": 1}


def test_start_files_say_what_the_hubs_process_needs() -> None:
    machine = Machine(
        port=8005, login=LocalLogin("github", "not here"), password=PASSWORD, notices=("n",), runtime="abc", templates=Path("/t")
    )
    made = release(
        {"jupyterhub": {"hub": {"token": Secret("s3cret")}, "z": 1, "a": 2}}, display_name="Welcome", contact="a@b.org"
    )
    files = start_files(made, machine)
    settings = json.loads(files["settings.json"])
    assert settings == {
        "version": 1,
        "cluster": "demo",
        "hub": "welcome",
        "display_name": "Welcome",
        "port": 8005,
        "login_override": {"reason": "not here", "password_file": str(PASSWORD)},
        "notices": ["n"],
        "templates": ["/t"],
        "contact": "a@b.org",
        "forgiving": False,
    }
    values = json.loads(files["values.json"])
    assert values["jupyterhub"]["hub"]["token"] == "s3cret"
    assert list(values["jupyterhub"]) == ["hub", "z", "a"]
    assert documents(made, machine).keys() == {"values.json", "settings.json", "runtime"}
