"""Whether the new hub can use the database that there is; asked before the running hub stops. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from deployer.errors import GuardError, RolledBackError
from deployer.model.release import HubRef
from deployer.targets.kubernetes.trial.job import Tried

_ELSEWHERE = ("mysql", "postgres", "other")
"""Kinds of zero-to-jupyterhub's `hub.db.type` whose database only its owner can save and put back."""


def lies_elsewhere(database: Mapping[str, Any]) -> bool:
    """`database`: what the values have below `hub.db`."""
    return database.get("type") in _ELSEWHERE


def stays(copied: str, now: str) -> bool:
    """Whether the copy stays that an interrupted deploy made, as the hub to which is gone back can use no other: the database
    has been migrated since, or no hub runs that could tell. Both are schemas, of the copy and of the database."""
    return bool(copied) and copied != now


def migrates(was: str, becomes: str) -> bool:
    """Whether a database of one schema gets another; one that nobody could tell is taken for the same."""
    return bool(was and becomes) and was != becomes


def require_usable(ref: HubRef, schema: str, tried: Tried, database: Mapping[str, Any]) -> None:
    """`schema`: of the database as it is. Raises RolledBackError where the new hub is older than its database, GuardError where
    it would change one that cannot be put back."""
    if not migrates(schema, tried.schema):
        return
    if schema not in tried.schemas:
        raise RolledBackError(
            f"the database of {ref} has the schema {schema}, which the new hub does not know: "
            "it is older than the hub that runs\n"
            "It was only tried: the running hub was not touched.",
            hint="Deploy a hub image whose JupyterHub is not older than the one that runs.",
        )
    if lies_elsewhere(database) and database.get("upgrade") is not True:
        raise GuardError(
            f"the new hub of {ref} changes the schema of its database from {schema} to {tried.schema}, "
            "and a database outside of the cluster cannot be put back\nThe running hub was not touched.",
            hint="Save it where it is kept, then deploy once with `hub: {db: {upgrade: true}}` below `values.jupyterhub`.",
        )
