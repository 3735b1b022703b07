"""The secret file of a hub: its keys, which sops leaves readable, and its values, once a deploy has decrypted them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from deployer.config.documents import Document, read_document
from deployer.config.encryption import SOPS
from deployer.config.loaded import LoadedHub, OpenSecrets, ValuesLayer
from deployer.config.messages import problem
from deployer.config.models import login as models
from deployer.config.models.secrets import LoginSecret, SecretFile
from deployer.config.sourced import Layer, Layers
from deployer.config.validation import Target, validate
from deployer.model.place import KeyPath, Place
from deployer.model.problem import Problem, Severity

SECRET_FILE = Target(SecretFile, "the secret file")
_TELLS_NO_VALUE = frozenset({"unknown-key", "missing-key", "too-short"})


def read_secrets(document: Document) -> tuple[OpenSecrets | None, tuple[Problem, ...]]:
    """A typed secret file, encrypted or not; what is wrong with it never shows a value."""
    source = Layers([Layer(replace(document, data={key: entry for key, entry in document.data.items() if key != SOPS}))])
    spec, problems = validate(SecretFile, SECRET_FILE, source)
    told = tuple(
        found if found.code in _TELLS_NO_VALUE else problem("secret-not-text", replace(found.place, excerpt=()))
        for found in problems
    )
    return (OpenSecrets(spec, source) if spec else None), told


def login_places(secrets: OpenSecrets | None) -> Mapping[str, Place]:
    """The keys that `login` has, and where they stand."""
    return {name: secrets.source.place(("login", name), key=True) for name in _login_keys(secrets)} if secrets else {}


def _login_keys(secrets: OpenSecrets | None) -> tuple[str, ...]:
    return tuple(name for name in LoginSecret.model_fields if secrets and getattr(secrets.spec.login, name) is not None)


def decrypted_files(hub: LoadedHub) -> tuple[str, ...]:
    """Those that `opened` reads."""
    return tuple(hub.secret_layers) if hub.legacy else hub.secret_files


def opened(hub: LoadedHub, read: Callable[[str], str], *, needed: bool = True) -> tuple[LoadedHub, tuple[Problem, ...]]:
    """The hub with its secret files, which `read` decrypts. With `needed`, what its login provider misses is a problem, too."""
    if hub.legacy:
        return _opened_values(hub, read)
    if not hub.secret_files:
        missing = lacking(hub, None) if needed else ()
        return hub, tuple(replace(found, severity=Severity.ERROR) for found in missing)
    (path,) = hub.secret_files
    document, problems = read_document(path, read(path).encode(), may_be_empty=True)
    if document is None:
        return hub, problems
    secrets, problems = read_secrets(document)
    if secrets is None:
        return hub, problems
    values = ValuesLayer(path, secrets.source, ("values",))
    ready = replace(hub, secrets=secrets, secret_login=login_places(secrets), layers=(*hub.layers, values))
    return ready, tuple(lacking(hub, secrets)) if needed else ()


def _opened_values(hub: LoadedHub, read: Callable[[str], str]) -> tuple[LoadedHub, tuple[Problem, ...]]:
    """Encrypted values files, each over those that the hub's list names before it."""
    layers, problems = list(hub.layers), list[Problem]()
    for path, below in sorted(hub.secret_layers.items(), key=lambda entry: entry[1], reverse=True):
        document, found = read_document(path, read(path).encode(), may_be_empty=True)
        problems += found
        if document:
            layers.insert(below, ValuesLayer(path, Layers([Layer(document)], keep_nulls=True)))
    return replace(hub, layers=tuple(layers)), tuple(problems)


def lacking(hub: LoadedHub, secrets: OpenSecrets | None) -> Iterator[Problem]:
    """Keys that the login provider needs and nobody says, and those that it never reads."""
    login = hub.spec.login
    needed, read = _of_login(login)
    said = set(_login_keys(secrets))
    missing = [name for name in needed if name not in said and not _raw(hub, secrets, name)]
    about = {"provider": login.provider if login else "", "cluster": hub.ref.cluster, "hub": hub.ref.hub}
    if missing:
        about["keys"] = " and ".join(f"`login.{name}`" for name in missing)
        if secrets is None:
            yield problem("secret-file-missing", hub.source.place(("login", "provider")), **about)
        else:
            yield problem("secret-missing", secrets.source.place(("login",), key=True), **about)
    if secrets is None or login is None:
        return
    for name in sorted(said - {*needed, *read}):
        place = secrets.source.place(("login", name), key=True)
        yield problem("secret-idle", place, **about, key=name, advice="take it away")


def _of_login(login: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys of `login` in the secret file that this provider needs, and those that it may have."""
    match login:
        case models.OAuthLogin():
            return ("client_id", "client_secret"), ()
        case models.SharedPasswordLogin():
            return ("password", *(("admin_password",) if login.admins else ())), ("admin_password",)
        case models.LdapLogin():
            return ("bind_password",) if login.bind_user else (), ("bind_password",)
        case models.DummyLogin():
            return (), ("password",)
        case _:
            return (), ()


def _raw(hub: LoadedHub, secrets: OpenSecrets | None, name: str) -> bool:
    """Somebody says the trait of this name in the chart's own words."""
    values = [hub.spec.values, *([secrets.spec.values] if secrets else ())]
    return any(
        isinstance(section, Mapping) and name in section
        for said in values
        for section in _sections(said, ("jupyterhub", "hub", "config"))
    )


def _sections(node: Any, path: KeyPath) -> tuple[Any, ...]:
    for step in path:
        node = node.get(step) if isinstance(node, Mapping) else None
    return tuple(node.values()) if isinstance(node, Mapping) else ()
