"""Properties of the small pieces that values are made with."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.compiled_hubs import compiled_hub

from deployer.compiling.hub_process import chart_image
from deployer.compiling.layers import leaves
from deployer.compiling.said import Said, holders, joined, plain
from deployer.compiling.secret_paths import looks_secret
from deployer.compiling.slugs import distinct_labels, slug
from deployer.compiling.templates import environment_value, unknown_fields
from deployer.config.secret_signs import is_secret_name

PERSON = {"username": "ada-byron", "unescaped_username": "Ada Byron"}
BRACED = st.text(st.sampled_from("{}$ab .")) | st.sampled_from(
    ["{username}", "{unescaped_username}", "{{username}}", '{"a": {}}']
)


def filled(text: str) -> str:
    return text.replace("{username}", PERSON["username"]).replace("{unescaped_username}", PERSON["unescaped_username"])


@given(st.lists(BRACED).map("".join))
def test_kubespawner_gives_back_what_was_written(text: str) -> None:
    assert environment_value(text).format(**PERSON) == filled(text)


@given(st.lists(BRACED).map("".join))
def test_also_where_it_fills_in_twice(text: str) -> None:
    once = environment_value(text, formatted_twice=True).format_map(_Kept(value="image:1"))
    assert once.format(**PERSON) == filled(text)


class _Kept(dict[str, str]):
    """As KubeSpawner fills in the overrides of a typed image: what it does not know stays."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("{username} and {unescaped_username}", []),
        ("{user} {user.name}", ["{user}", "{user.name}"]),
        ("${HOME} {} {1} { x }", []),
        ("${buckets.a.url}/${buckets.b.url}", ["${buckets.b.url}"]),
    ],
)
def test_what_looks_like_a_field_and_is_none_is_found(text: str, fields: list[str]) -> None:
    assert list(unknown_fields(text, ["buckets.a.url"])) == fields


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *(
            (name, True)
            for name in ("client_secret", "apiToken", "GITHUB_TOKEN", "db-password", "AWS_SECRET_ACCESS_KEY", "secretToken")
        ),
        *(
            (name, True)
            for name in ("adminPassword", "privateKey", "credentials", "crypt_keys", "api_key", "DB_PWD", "CryptKeeper.keys")
        ),
        *((name, False) for name in ("existingSecret", "secretName", "token_url", "key", "keys", "tolerations", "secretKeyRef")),
        *(
            (name, False)
            for name in ("automountServiceAccountToken", "keyboard", "pvcName", "imagePullSecrets", "user_auth_state_key")
        ),
    ],
)
def test_secrets_are_known_by_their_names(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


def test_secrets_are_known_by_what_they_look_like() -> None:
    assert looks_secret("postgresql://hub:hunter2@db.example.org/hub")
    assert looks_secret("-----BEGIN RSA PRIVATE KEY-----\nabc")
    assert not looks_secret("https://example.org/~someone@home")


def test_a_password_in_a_databases_address_is_a_secret() -> None:
    hub = "login: {provider: tmp, allow: everyone}\nhub: {database: {url: 'postgresql://hub:hunter2@db.example.org/hub'}}\n"
    release = compiled_hub(hub).release
    assert ("jupyterhub", "hub", "db", "url") in release.secret_paths


@pytest.mark.parametrize(
    ("reference", "joined_again"),
    [
        ("example.org/hub:1", "example.org/hub:1"),
        (f"example.org/hub:1@sha256:{'a' * 64}", f"example.org/hub:1@sha256:{'a' * 64}"),
        (f"example.org/hub@sha256:{'a' * 64}", f"example.org/hub@sha256:{'a' * 64}"),
    ],
)
def test_charts_join_an_image_again(reference: str, joined_again: str) -> None:
    image: Any = chart_image(reference)
    assert f"{image['name']}:{image['tag']}" == joined_again


@pytest.mark.parametrize(("text", "key"), [("PyTorch (GPU)", "pytorch-gpu"), ("Größe", "groe"), ("日本", "x"), ("--", "x")])
def test_slugs_are_plain(text: str, key: str) -> None:
    assert slug(text) == key


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
SAID = SCALARS.map(lambda value: Said(value, _Nowhere(), ("key",)))
TREES = st.recursive(
    SCALARS | SAID,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


class _Nowhere:
    """A source that says nothing."""

    @property
    def data(self) -> dict[str, Any]:
        return {}

    def has(self, path: Any) -> bool:
        return False

    def place(self, path: Any, *, key: bool = False) -> Any:
        raise AssertionError

    def overrode(self, path: Any) -> tuple[()]:
        return ()


@given(TREES)
def test_values_and_those_who_decide_them_have_one_shape(tree: Any) -> None:
    values, deciding = plain({"root": tree}) or {}, holders({"root": tree}) or {}
    assert [path for path, _ in leaves(values)] == [path for path, _ in leaves(deciding)]


def test_two_sections_cannot_say_the_same() -> None:
    with pytest.raises(ValueError, match=r"two sections compile a\.b"):
        joined([{"a": {"b": 1}}, {"a": {"b": 2}}])


@given(st.lists(st.text(st.sampled_from("a/-2 "), max_size=5), max_size=8))
def test_no_two_texts_have_one_label(texts: list[str]) -> None:
    labels = distinct_labels(texts)
    assert len(set(labels)) == len(texts)
    assert all(slug(made) == made for made in labels)


def test_folders_whose_names_are_alike_are_all_mounted() -> None:
    hub = """
login: {provider: dummy, allow: everyone}
shared_folders: [{name: a/b}, {name: a-b}]
temporary_folders: [{path: /a/b, size: 1Gi}, {path: /a-b, size: 1Gi}]
"""
    cloud = 'provider: gcp\ngcp: {project: p, region: us-central1, cluster: c}\nkubernetes: {version: "1.36"}'
    storage = compiled_hub(hub, cluster=cloud).release.values["jupyterhub"]["singleuser"]["storage"]
    mounted = [(mount["mountPath"], mount["name"]) for mount in storage["extraVolumeMounts"].values()]
    assert mounted == [
        ("/home/jovyan/a/b", "home"),
        ("/home/jovyan/a-b", "home"),
        ("/a/b", "temporary-a-b"),
        ("/a-b", "temporary-a-b-2"),
    ]
    assert [volume["name"] for volume in storage["extraVolumes"].values()] == ["temporary-a-b", "temporary-a-b-2"]


GATEWAY, BINDER = "access:services!service=dask-gateway", "access:services!service=binder"


@pytest.mark.parametrize(
    ("roles", "scopes"),
    [
        ("", ["self", GATEWAY, BINDER]),
        ("roles: {user: {scopes: [self, 'list:users']}}", ["self", "list:users", GATEWAY, BINDER]),
        ("roles: {user: {description: Everybody}}", ["self", GATEWAY, BINDER]),
        (f"roles: {{user: {{scopes: [self, '{GATEWAY}']}}}}", ["self", GATEWAY, BINDER]),
        ("roles: {graders: {scopes: ['list:users']}}", ["self", GATEWAY, BINDER]),
    ],
)
def test_everybody_may_use_what_a_hub_has_besides(roles: str, scopes: list[str]) -> None:
    hub = "domain: x.example.org\nlogin: {provider: github, allow: everyone}\nextras: {dask_gateway: true, image_builder: true}\n"
    values = compiled_hub(hub + roles, cluster="provider: gcp\ngcp: {project: lab, zone: us-central1-b}").release.values
    assert values["jupyterhub"]["hub"]["loadRoles"]["user"]["scopes"] == scopes
