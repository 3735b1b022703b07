"""The database in which the hub remembers people: an address that JupyterHub can use, and that is used."""

from __future__ import annotations

from posixpath import normpath

from deployer.compiling.checks.classes import CONFIG, code_of_hub, has_own_image
from deployer.compiling.checks.view import Values, each
from deployer.model.place import KeyPath

_TYPE, _URL = ("hub", "db", "type"), ("hub", "db", "url")
_TRAIT = (*CONFIG, "JupyterHub", "db_url")
_OWN = ("sqlite-pvc", "sqlite-memory")
"""Kinds for which zero-to-jupyterhub reads no address."""
_ELSEWHERE = ("mysql", "postgres", "other")
_POSTGRES = "postgresql+psycopg2"
"""Said with its driver: what `postgresql://` alone takes depends on SQLAlchemy's version."""
_DRIVERS = frozenset({"postgresql", _POSTGRES, "mysql+pymysql", "mariadb+pymysql", "sqlite", "sqlite+pysqlite"})
"""What SQLAlchemy can use with the packages of the hub's image."""
_MEANT = {"postgres": _POSTGRES, "postgresql": _POSTGRES, "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}


def check_database(values: Values) -> None:
    """The chart's keys, and JupyterHub's own trait, which wins over them."""
    kind, trait = values.get(*_TYPE, default=_OWN[0]), values.get(*_TRAIT)
    if isinstance(trait, str):
        _address(values, _TRAIT, trait, kind)
    url = values.get(*_URL)
    if kind in _OWN:
        if url:
            values.tell("database-unused", _URL, key=True, kind=kind)
    elif isinstance(url, str):
        _address(values, _URL, url, kind)
    elif kind in _ELSEWHERE and not (url or trait or "url" in values.hub.secret_keys or "db_url" in code_of_hub(values)):
        values.tell("database-missing", _TYPE, kind=kind)


def _address(values: Values, path: KeyPath, url: str, kind: str) -> None:
    """What is told never shows the address, which may hold a password."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        values.tell("database-no-address", path)
    elif scheme not in _DRIVERS and not has_own_image(values):
        meant = _MEANT.get(scheme.lower().partition("+")[0])
        advice = f"begin the address with {meant}://" if meant else f"it can use {_POSTGRES}:// and mysql+pymysql://"
        values.tell("database-driver", path, scheme=scheme, advice=advice)
    elif scheme.startswith("sqlite") and kind != _OWN[0] and not _on_a_volume(values, rest):
        values.tell("database-in-the-pod", path)


def _on_a_volume(values: Values, rest: str) -> bool:
    """`rest` is what follows `sqlite://`: a slash and a path, which is absolute with a second slash."""
    file = normpath(rest.partition("?")[0][1:])
    mounts = (mount.get("mountPath") for _, mount in each(values.get("hub", "extraVolumeMounts")) if isinstance(mount, dict))
    return any(isinstance(mount, str) and file.startswith(f"{mount.rstrip('/')}/") for mount in mounts)
