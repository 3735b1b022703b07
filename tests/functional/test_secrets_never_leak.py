"""Twenty secrets of every kind are planted; nothing that the deployer writes, prints or starts may show one of them."""

from __future__ import annotations

import base64
import json
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pyrage
import pytest
from tests.support.program import Ended
from tests.support.small_fleets import SmallFleet

from deployer.tools.process import SystemProcess
from deployer.tools.sops import Sops

pytestmark = pytest.mark.functional

STARTS = ("start", "run/accepted", "previous", "earlier")
HOLDERS = (*(f"{start}/values.json" for start in STARTS), "data/secrets.json")
"""The files of a hub's folder in which secrets stand: what its processes start from, now and in earlier deploys that they may go
back to, and what is generated. All are 0600."""
IN_THE_FILES = (
    "DUMMY_PASSWORD", "CLIENT_SECRET", "LDAP_PASSWORD", "SERVER_TOKEN", "HUB_API_KEY", "PROXY_TOKEN", "SERVICE_TOKEN",
    "CRYPT_KEY", "SNIPPET_PASSWORD", "VENDOR_SECRET", "DB_PASSWORD", "PULL_PASSWORD", "ADDRESS_PASSWORD", "PRIVATE_KEY",
    "MISPLACED_SECRET", "MISTYPED_TOKEN",
)  # fmt: skip
IN_THE_ENVIRONMENT = ("GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "JUPYTERHUB_CRYPT_KEY", "SOPS_AGE_KEY")

HUB = """\
display_name: Garden
login: {provider: dummy, allow: everyone, admins: [ada]}
environments: [{name: Python, image: "quay.io/jupyter/minimal-notebook:2026-11-02"}]
machines: [{pool: laptop, sizes: [{name: Small, memory: 128M..1G}]}]
home: {kind: folder}
"""
MISPLACED = "login_secret: {{client_secret: {MISPLACED_SECRET}}}\nhub: {{apiToken: [{MISTYPED_TOKEN}]}}\n"
SECRETS = """\
values:
  jupyterhub:
    proxy: {{secretToken: {PROXY_TOKEN}}}
    imagePullSecret: {{create: true, registry: quay.io, username: robot, password: {PULL_PASSWORD}}}
    singleuser: {{extraEnv: {{SERVER_TOKEN: {SERVER_TOKEN}}}}}
    hub:
      config:
        DummyAuthenticator: {{password: {DUMMY_PASSWORD}}}
        GitHubOAuthenticator: {{client_id: "42", client_secret: {CLIENT_SECRET}}}
        LDAPAuthenticator: {{lookup_dn_search_user: cn=reader, lookup_dn_search_password: {LDAP_PASSWORD}}}
        CryptKeeper: {{keys: ["{CRYPT_KEY_HEX}"]}}
      db: {{type: sqlite-pvc, password: {DB_PASSWORD}}}
      services: {{report: {{apiToken: {SERVICE_TOKEN}}}}}
      extraEnv:
        HUB_API_KEY: {HUB_API_KEY}
        UPSTREAM: https://reader:{ADDRESS_PASSWORD}@mirror.example.org/simple
      extraConfig:
        50-vendor: |
          vendor_password = "{SNIPPET_PASSWORD}"
    custom:
      vendor: {{secret: {VENDOR_SECRET}}}
      deploy_key: |
        -----BEGIN OPENSSH PRIVATE KEY-----
        {PRIVATE_KEY}
        -----END OPENSSH PRIVATE KEY-----
"""
GOOD = 'vendor_password = "{SNIPPET_PASSWORD}"'
BROKEN = 'vendor_password = {{}}["{SNIPPET_PASSWORD}"]'


def spellings(secret: str) -> Iterator[bytes]:
    """The secret's core as it is, in hex, and in base64 at each of the three places where it may begin in a group.

    A core has letters and digits alone, so that escaping for JSON, a shell or an address leaves it as it is.
    """
    core = secret.encode()
    yield core
    yield core.hex().encode()
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + core + b"\0" * 2)
        yield whole[4 if before else 0 : len(whole) - 4 - 4 * bool(before)]


@dataclass
class Spy:
    """Looks for secrets in what is printed, written and started."""

    planted: dict[str, str]
    seen: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.patterns = [(name, pattern) for name, secret in self.planted.items() for pattern in spellings(secret)]

    def look(self, where: str, content: bytes) -> None:
        self.seen += [f"{name} in {where}" for name, pattern in self.patterns if pattern in content]

    def look_at_run(self, title: str, ended: Ended) -> Ended:
        self.look(f"stdout of {title}", ended.out.encode())
        self.look(f"stderr of {title}", ended.err.encode())
        return ended

    def look_at_files(self, folder: Path) -> None:
        for path in folder.rglob("*"):
            if path.is_file() and not path.is_symlink() and "runtime" not in path.relative_to(folder).parts:
                holder = any(str(path).endswith(f"/garden/{name}") for name in HOLDERS)
                if holder:
                    assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
                else:
                    self.look(str(path.relative_to(folder)), path.read_bytes())

    def look_at_processes(self, processes: Iterable[psutil.Process], environment: Iterable[str]) -> None:
        """No command line has a secret, and no environment has one of the deployer's own."""
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                words, variables = process.cmdline(), json.dumps(process.environ()).encode()
                title = " ".join(words[:3])
                self.look(f"command line of {title}", b"\0".join(word.encode() for word in words))
                self.seen += [
                    f"{name} in the environment of {title}" for name in environment if self.planted[name].encode() in variables
                ]


@pytest.fixture
def planted() -> dict[str, str]:
    names = (*IN_THE_FILES, *IN_THE_ENVIRONMENT)
    words = {name: f"Planted{secrets.token_hex(8)}{name.replace('_', '')}" for name in names}
    return words | {"SOPS_AGE_KEY": str(pyrage.x25519.Identity.generate())}


@pytest.fixture
def fleet(tmp_path: Path, state: Path, planted: dict[str, str]) -> Iterator[SmallFleet]:
    """A fleet whose secret files are for the planted key."""
    fleet = SmallFleet(tmp_path, state, "secretive")
    reader = pyrage.x25519.Identity.from_str(planted["SOPS_AGE_KEY"]).to_public()
    (tmp_path / ".sops.yaml").write_text(f"creation_rules:\n  - path_regex: \\.secret\\.\n    age: {reader}\n")
    yield fleet
    fleet.close()


def write_secrets(fleet: SmallFleet, planted: dict[str, str], *, snippet: str = GOOD) -> None:
    """Encrypt the hub's secret file."""
    key = planted["CRYPT_KEY"].ljust(32, "0").encode().hex()
    text = SECRETS.replace(GOOD, snippet).format(**planted, CRYPT_KEY_HEX=key)
    sops = Sops(SystemProcess(os.environ), fleet.root, {"SOPS_AGE_KEY": planted["SOPS_AGE_KEY"]})
    sops.write(f"config/clusters/{fleet.cluster}/secrets/garden.secret.yaml", text)


@pytest.mark.timeout(900)
def test_twenty_secrets_are_never_shown(fleet: SmallFleet, planted: dict[str, str], state: Path) -> None:
    spy = Spy(planted)
    environment = {name: planted[name] for name in IN_THE_ENVIRONMENT}

    def run(*arguments: str) -> Ended:
        return spy.look_at_run(" ".join(arguments), fleet.run(*arguments, **environment))

    write_secrets(fleet, planted)
    fleet.write_hub(text=HUB + MISPLACED.format(**planted))
    for output in ("text", "json", "github"):
        assert run("validate", "--format", output).code == 1

    fleet.write_hub(text=HUB)
    assert run("explain", fleet.cluster, "garden", "--format", "json").code == 0
    assert run("deploy", fleet.cluster, "garden", "--dry-run").code == 0
    run("explain", fleet.cluster, "garden", "jupyterhub.hub.config.DummyAuthenticator.password")
    deployed = run("deploy", fleet.cluster, "garden")
    assert deployed.code == 0, deployed.err
    spy.look_at_processes(fleet.processes(), IN_THE_ENVIRONMENT)

    with fleet.person("ada") as ada:
        ada.password = planted["DUMMY_PASSWORD"]
        ada.log_in()
        ada.start()
        spy.look_at_processes(fleet.processes(), IN_THE_ENVIRONMENT)
        spy.look_at_files(state)

    assert run("check", fleet.cluster, "garden", "--format", "json").code == 0
    run("logs", fleet.cluster, "garden", "--lines", "100000")
    run("logs", fleet.cluster, "garden", "--user", "ada")
    run("status", fleet.cluster, "--format", "json")

    write_secrets(fleet, planted, snippet=BROKEN)
    assert run("deploy", fleet.cluster, "garden", "--format", "json").code in (4, 5)
    write_secrets(fleet, {**planted, "DUMMY_PASSWORD": f"{planted['DUMMY_PASSWORD']}Changed"})
    assert run("deploy", fleet.cluster, "garden", "--debug").code == 0
    spy.look_at_files(state)

    generated = json.loads((fleet.hub_folder() / "data" / "secrets.json").read_bytes())
    other = Spy({name: value for name, value in generated.items() if value not in planted.values()})
    other.look_at_files(state)
    other.look_at_processes(fleet.processes(), ())
    assert len(other.planted) >= 3
    assert other.seen == []

    assert run("destroy", fleet.cluster, "garden").code == 0
    spy.look_at_files(state)
    assert not spy.seen, "\n".join(sorted(set(spy.seen)))


def test_a_secret_is_found_however_it_is_spelled() -> None:
    """The search itself, so that an empty result means something."""
    secret = f"Planted{secrets.token_hex(8)}X"
    for text in (secret, json.dumps({"a": f'"\\{secret}ü'}), secret.encode().hex()):
        spy = Spy({"it": secret})
        spy.look("text", text.encode())
        assert spy.seen, text
    for before in ("", "a", "ab", "abc", "user:", "{'x': '"):
        spy = Spy({"it": secret})
        spy.look("text", base64.b64encode(f"{before}{secret}tail".encode()))
        assert spy.seen, before
