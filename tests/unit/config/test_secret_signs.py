"""Secrets are known by their beginnings in every file, and by how random they are where a name says secret; names are not."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable

import pytest
from tests.support.cases import base_files

from deployer.config.loading import load_fleet
from deployer.config.secret_signs import TOKENS, is_random, is_secret_name
from deployer.config.source_text import SourceText
from deployer.model.tree import FleetTree

LETTERS = string.ascii_letters + string.digits
HEX = "5f4dcc3b5aa765d61d8327deb882cf99"

# In pieces, so that nobody's scanner takes this file for a leak.
EXAMPLES = {
    "a token of GitHub": (("ghp_", "x1Y2z3A4b5C6d7E8f9G0h1J2k3L4m5N6p7Q8"), ("github_pat_", HEX + HEX)),
    "a token of GitLab": (
        ("glpat-", "x1Y2z3A4b5C6d7E8f9G0"),
        ("glpat-", "x1Y2z3A4b5.01.1x0c7h2k9"),
        ("glrt-t1_", "x1Y2z3A4b5C6d7E8f9G0"),
    ),
    "an access key of AWS": (("AKIA", "QYLPMN5HHHFPZAM2"),),
    "a token of Slack": (("xoxb-", "123456789012-x1Y2z3A4b5"), ("xapp-1-", "A0123456789-x1Y2z3")),
    "a webhook of Slack": (("https://hooks.slack", ".com/services/T0123/B0123/x1Y2z3A4b5C6d7E8f9G0"),),
    "an API key of Google": (("AIza", "x1Y2z3A4b5C6d7E8f9G0h1J2k3L4m5N6p7Q"),),
    "a client secret of Google": (("GOCSPX-", "x1Y2z3A4b5C6d7E8f9G0h1J2"),),
    "an API key of OpenAI or Anthropic": (("sk-", "x1Y2z3A4b5C6d7E8f9G0" * 2), ("sk-proj-", HEX), ("sk-ant-api03-", HEX)),
    "a key of Stripe": (("sk_live_", "x1Y2z3A4b5C6d7E8f9G0"),),
    "a token of Hugging Face": (("hf_", "xAyBzCaDbEcFdGeHfIgJhKiLjMkNlOmPnQ"),),
    "a token of Docker": (("dckr_pat_", "x1Y2z3A4b5C6d7E8f9G0h1J2k3L"),),
    "a token of Grafana": (("glsa_", HEX + "_5f4dcc3b"), ("glc_", "eyJ" + HEX)),
    "a JSON web token": (("eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.x1Y2z3A4b5C6d7E8"),),
    "a private key": (("-----BEGIN RSA ", "PRIVATE KEY-----"), ("-----BEGIN PGP PRIVATE ", "KEY BLOCK-----")),
    "an age key": (("AGE-SECRET-", "KEY-1NOTAREALONENOTAREALONENOTAREALONE"),),
}


def told(text: str | bytes, file: str = "config/notes.txt") -> list[str]:
    """What is told of a text file of the fleet."""
    tree = FleetTree({**base_files(), file: text if isinstance(text, bytes) else text.encode()})
    return [problem.message for problem in load_fleet(tree).problems if problem.code == "secret-in-clear"]


@pytest.mark.parametrize("what", TOKENS)
def test_a_token_is_known_wherever_it_stands(what: str) -> None:
    for pieces in EXAMPLES[what]:
        (message,) = told(f"Use {''.join(pieces)} for now.\n")
        assert message.startswith(f"{what} stands here in clear")


@pytest.mark.parametrize(
    "text", ["risk-" + HEX + HEX, "task-list-of-the-hub-and-its-many-people", "ghp_short", "AKIA2026", "self_" + HEX]
)
def test_words_that_begin_likewise_are_no_tokens(text: str) -> None:
    assert told(f"See {text}.\n") == []


@pytest.mark.parametrize(
    "password", ["password", "PASSWORD", "your-password", "<password>", "$DB_PASSWORD", "%(password)s", "xxxx", "..."]
)
def test_a_placeholder_in_an_address_is_no_password(password: str) -> None:
    assert told(f"connect with https://user:{password}@host\n") == []
    assert len(told("connect with https://user:hunter2@host\n")) == 1


def test_text_that_is_not_utf8_is_read_all_the_same() -> None:
    assert told(b"password = 'caf\xe9-" + HEX.encode() + b"'\n", "config/notes.py") == []
    assert len(told(b"# caf\xe9\npassword = '" + HEX.encode() + b"'\n", "config/notes.py")) == 1


def test_an_encrypted_file_that_is_no_document_is_read_as_text() -> None:
    encrypted = f"A=ENC[AES256_GCM,data:8Q==]\nsops_mac=ENC[AES256_GCM,data:8Q==]\nFORGE_TOKEN={HEX}\n"
    assert len(told(encrypted, "config/hub.secret.env")) == 1


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("hexadecimal of 32", lambda by: by.randbytes(16).hex()),
        ("hexadecimal of 64", lambda by: by.randbytes(32).hex()),
        ("base64 of 32 bytes", lambda by: base64.b64encode(by.randbytes(32)).decode()),
        ("base64 of 64 bytes", lambda by: base64.b64encode(by.randbytes(64)).decode()),
        ("a secret key of AWS", lambda by: base64.b64encode(by.randbytes(30)).decode()),
        ("letters and digits", lambda by: "".join(by.choices(LETTERS, k=32))),
    ],
)
def test_of_a_hundred_random_keys_one_may_be_overlooked(kind: str, make: Callable[[random.Random], str]) -> None:
    by = random.Random(7)
    assert sum(is_random(make(by)) for _ in range(1000)) >= 990, kind


@pytest.mark.parametrize(
    "name",
    [
        "hubSecretOfProd2026",
        "my-existing-secret-of-2026",
        "registry-pull-secret-k8s-2",
        "keys/gcp-Deploy-2026.json",
        "/var/run/secrets/kubernetes.io/token1",
        "vault/kv2/hub/prod/oauth",
        "projects/p1/secrets/db-pass/versions",
        "Settings.CLIENT_SECRET_V2",
        "$DB_PW_OF_2026_Q3",
        "https://example.org/oauth2/token1",
        "hub.k8s.aurora-2.example.org",
        "short1",
    ],
)
def test_names_and_paths_are_not_random(name: str) -> None:
    assert not is_random(name)


@pytest.mark.parametrize("name", ["private_key", "SIGNING_KEY", "ENCRYPTION_KEY", "api-key", "DB_PWD", "Authorization"])
def test_such_names_are_secret_and_an_excerpt_hides_what_they_say(name: str) -> None:
    assert is_secret_name(name)
    ((_, line),) = SourceText("config/fleet.yaml", f"{name}: [hunter2]".encode()).place(0, 0).excerpt
    assert "hunter2" not in line
